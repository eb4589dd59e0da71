# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The effects of `cells admin config set` and `delete` on a configuration in four generations of Cells' store.

config_set.json and config_del.json in tests/vectors contain the results of the real ones, including surprises. Every
function returns the new root; the one given may be changed. GoPanic means that the real command would crash.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from standin.key_path import index_of, string_to_keys

LONGEST_LIST = 10_000_000
"""A list that would be longer is taken for one that the real command has no memory for."""


class GoPanic(Exception):
    """A panic of the real command; str() is Go's sentence after `panic: `."""


class StoreError(Exception):
    """An error that the real command throws away: nothing is changed."""


class Store(ABC):
    """One generation of the store."""

    @abstractmethod
    def set(self, root: Any, keys: list[str], value: Any) -> Any:
        """Return the root with a value at keys. Raises GoPanic, StoreError."""

    @abstractmethod
    def delete(self, root: Any, keys: list[str]) -> Any:
        """Return the root without the value at keys, as the store does it. Raises GoPanic, StoreError."""


class V4Tree(Store):
    """v4: walks to the parent and copies it, its parent and so on up to the root."""

    def set(self, root: Any, keys: list[str], value: Any) -> Any:
        """Return the root with a value at keys."""
        return self._assign(root, keys, value, remove=False)

    def delete(self, root: Any, keys: list[str]) -> Any:
        """Return the root without the value at keys; empty objects and nulls can appear on the way."""
        return self._assign(root, keys, None, remove=True)

    def _assign(self, root: Any, keys: list[str], value: Any, remove: bool) -> Any:
        if not keys:
            return None if remove else value
        # The parent's path is parsed once more, which drops empty names.
        parent_keys, name = string_to_keys(*keys[:-1]), keys[-1]
        parent = self._resolved(root, self._at(root, parent_keys))
        index = index_of(name)
        changed: list[Any] | dict[str, Any]
        if isinstance(parent, list):
            if index is None:
                raise StoreError("wrong key for slice")
            length = max(_grown_capacity(len(parent)), _makeable(max(index + 1, 0)))
            changed = _put([*parent, *[None] * (length - len(parent))], index, value, remove)
        elif isinstance(parent, dict) or index is None:
            changed = dict(parent) if isinstance(parent, dict) else {}
            if remove:
                changed.pop(name, None)
            else:
                changed[name] = value
        else:
            changed = _put([None] * _makeable(index + 1), index, value, remove)
        try:
            return self._assign(root, parent_keys, changed, remove=False)
        except StoreError:
            # Only the error of the first step is seen, and what failed further up changed nothing.
            return root

    @staticmethod
    def _at(root: Any, keys: list[str]) -> Any:
        current = root
        for key in keys:
            index = index_of(key)
            if isinstance(current, dict) and key in current:
                current = current[key]
            elif isinstance(current, list) and index is not None and 0 <= index < len(current):
                current = current[index]
            else:
                return None
        return current

    def _resolved(self, root: Any, value: Any) -> Any:
        """Follow an object with $ref, as v4 does when it reads a value."""
        seen = []
        while isinstance(value, dict) and "$ref" in value:
            target = value["$ref"]
            if not isinstance(target, str):
                raise GoPanic("interface conversion: interface {} is not string")
            if target in seen:
                raise GoPanic("runtime: goroutine stack exceeds 1000000000-byte limit")
            seen.append(target)
            value = self._at(root, string_to_keys(target))
        return value


def _put(items: list[Any], index: int, value: Any, remove: bool) -> list[Any]:
    if index < 0:
        raise GoPanic(
            f"runtime error: slice bounds out of range [:{index}]"
            if remove
            else f"runtime error: index out of range [{index}]"
        )
    if remove:
        return [*items[:index], *items[index + 1 :]]
    items[index] = value
    return items


def _makeable(length: int) -> int:
    if not 0 <= length <= LONGEST_LIST:
        raise GoPanic("runtime error: makeslice: len out of range")
    return length


# Sizes in bytes in which Go hands out memory, from where they begin to be coarser than a list's items of 16 bytes.
_SIZE_CLASSES: tuple[int, ...] = (
    *range(0, 257, 16), 288, 320, 352, 384, 416, 448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536,
    1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240,
    10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
)  # fmt: skip
_PAGE = 8192
_ITEM = 16
_HEADER = 8
_LARGEST_WITHOUT_HEADER = 512


def _grown_capacity(length: int) -> int:
    """Return how many items fit into the memory that Go gives a copied list: v4 fills the rest with nulls."""
    size = length * _ITEM
    header = _HEADER if _LARGEST_WITHOUT_HEADER < size <= _SIZE_CLASSES[-1] - _HEADER else 0
    for given in _SIZE_CLASSES:
        if size + header <= given:
            return (given - header) // _ITEM
    return (size + _PAGE - 1) // _PAGE * _PAGE // _ITEM


def _patch(keys: list[str], value: Any) -> Any:
    """Return the tree that holds nothing but a value at keys: integers make lists, filled with nulls up to there."""
    for key in reversed(keys):
        index = index_of(key)
        if index is None:
            value = {key: value}
        else:
            items: list[Any] = [None] * _makeable(index + 1)
            if index < 0:
                raise GoPanic(f"runtime error: index out of range [{index}]")
            items[index] = value
            value = items
    return value


class V5MergeKeep(Store):
    """The first v5: a tree with the value is merged into the root. Values that it leaves out, or has as null, stay."""

    def set(self, root: Any, keys: list[str], value: Any) -> Any:
        """Return the root with a value at keys."""
        return self._merge(root, _patch(keys, value))

    def _merge(self, old: Any, new: Any) -> Any:
        if old is None or new is None:
            return new if old is None else old
        if isinstance(old, list) and isinstance(new, list):
            merged = [self._merge(item, new[i]) if i < len(new) else item for i, item in enumerate(old)]
            return [*merged, *new[len(old) :]]
        if isinstance(old, dict) and isinstance(new, dict):
            return {**old, **{key: self._merge(old.get(key), item) for key, item in new.items()}}
        return new

    def delete(self, root: Any, keys: list[str]) -> Any:
        """Return the root without a key; in a list the items behind move up and the last one stays, doubled."""
        if not keys:
            return None
        name, index = keys[-1], index_of(keys[-1])
        parent = self._at(root, string_to_keys(*keys[:-1]))
        if isinstance(parent, dict):
            parent.pop(name, None)
        elif isinstance(parent, list):
            if index is None:
                raise StoreError("wrong key for slice")
            _check_cut(index, len(parent))
            parent[index:-1] = parent[index + 1 :]
        return root

    @staticmethod
    def _at(root: Any, keys: list[str]) -> Any:
        current = root
        for key in keys:
            if isinstance(current, list):
                index = index_of(key)
                if index is None or index >= len(current):
                    return None
                if index < 0:
                    raise GoPanic(f"runtime error: index out of range [{index}]")
                current = current[index]
            else:
                current = current.get(key) if isinstance(current, dict) else None
        return current


def _check_cut(index: int, length: int) -> None:
    # A list read from JSON has room for the next power of two.
    capacity = 1 << (length - 1).bit_length() if length else 0
    if index < 0:
        raise GoPanic(f"runtime error: slice bounds out of range [:{index}]")
    if index > capacity:
        raise GoPanic(f"runtime error: slice bounds out of range [:{index}] with capacity {capacity}")
    if index >= length:
        raise GoPanic(f"runtime error: slice bounds out of range [{index + 1}:{length}]")


class V5KvNil(Store):
    """The next v5: as before, but a null deletes, so that the items of a list before the index become null."""

    def set(self, root: Any, keys: list[str], value: Any) -> Any:
        """Return the root with a value at keys."""
        return self._merge(root, self._built(keys, value))

    def delete(self, root: Any, keys: list[str]) -> Any:
        """Return the root with null set at keys."""
        return self.set(root, keys, None)

    def _built(self, keys: list[str], value: Any) -> Any:
        return _patch(keys, value)

    def _kept(self, old: list[Any], new: list[Any]) -> list[Any]:
        """Return the items of a list that a merge leaves."""
        return old

    def _merge(self, old: Any, new: Any) -> Any:
        if old is None or new is None:
            return new
        if isinstance(old, list) and isinstance(new, list):
            kept = self._kept(old, new)
            merged = [self._merge(item, new[i]) if i < len(new) else item for i, item in enumerate(kept)]
            return [*merged, *new[len(kept) :]]
        if isinstance(old, dict) and isinstance(new, dict):
            merged_map = dict(old)
            for key, item in new.items():
                merged_map[key] = self._merge(old.get(key), item)
                if merged_map[key] is None:
                    del merged_map[key]
            return merged_map
        return new


class V5KvTrunc(V5KvNil):
    """The newest v5 seen: as before, but a list ends with the index, and a negative index is an error."""

    def _built(self, keys: list[str], value: Any) -> Any:
        for key in reversed(keys):
            if (index_of(key) or 0) < 0:
                raise StoreError(f'negative index segment: "{key}"')
        return _patch(keys, value)

    def _kept(self, old: list[Any], new: list[Any]) -> list[Any]:
        return old[: len(new)]


STORES: dict[str, Store] = {
    "v4-tree": V4Tree(),
    "v5-merge-keep": V5MergeKeep(),
    "v5-kv-nil": V5KvNil(),
    "v5-kv-trunc": V5KvTrunc(),
}
"""The stores by the name that STANDIN_STORE gives."""

DEFAULT_STORE = "v4-tree"
