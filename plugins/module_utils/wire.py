# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as servers keep them: how states are compared, merged and masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Dict

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput

State = Dict[str, Any]
"""An object in the server's own form, as its REST API reads and writes it."""

MASK = "**********"
"""The mask for a secret, which is also Keycloak's own. It is never sent to a server."""


def flag(value: bool) -> str:
    """Return a bool as attribute maps hold it: "true" or "false"."""
    return "true" if value else "false"


def text(value: Any) -> str:
    """Return a value of an attribute map in wire form: a string, bools in lower case."""
    return flag(value) if isinstance(value, bool) else str(value)


def text_map(values: Mapping[str, Any]) -> dict[str, str]:
    """Return an attribute map in wire form: {str: str}, None as the empty string, which clears the entry.

    Raises InvalidInput for a list or a dict.
    """
    return {str(key): "" if value is None else _text_of(key, value) for key, value in values.items()}


def text_lists(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a component's config in wire form: {str: list of str}; None and "" become [].

    Raises InvalidInput for a dict, and for values in a list that are not text.
    """
    lists: dict[str, list[str]] = {}
    for key, value in values.items():
        items = value if isinstance(value, (list, tuple)) else [] if value is None or value == "" else [value]
        lists[str(key)] = [_text_of(key, item) for item in items]
    return lists


def _text_of(key: Any, value: Any) -> str:
    if value is None or isinstance(value, (dict, list, tuple)):
        kind = {type(None): "nothing", dict: "a dictionary"}.get(type(value), "a list")
        raise InvalidInput(f"{key}: give text, a number or a boolean, not {kind}.")
    return text(value)


def as_set(values: Iterable[str]) -> list[str]:
    """Return a list whose order means nothing in the one form in which it is compared: sorted, each item once."""
    return sorted(set(values))


def declared_part(current: State, desired: State) -> State:
    """Return those keys of current that desired declares, at any depth of dicts.

    A key that the server does not show counts as the empty value of the declared type, because servers leave out false
    and empty values. If None is declared, the key must be absent, so an absent key counts as None.
    """
    part: State = {}
    for key, want in desired.items():
        have = current.get(key)
        if isinstance(want, dict) and isinstance(have, dict):
            part[key] = declared_part(have, want)
        elif isinstance(want, dict) and have is None:
            part[key] = declared_part({}, want)
        elif have is None and isinstance(want, (str, list, bool)):
            part[key] = type(want)()
        else:
            part[key] = have
    return part


def differing(desired: State, current: State, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (dotted key, desired value, current value) for each declared value that is not the same."""
    for key, want in desired.items():
        have = current.get(key)
        if isinstance(want, dict) and isinstance(have, dict):
            yield from differing(want, have, f"{prefix}{key}.")
        elif want != have:
            yield f"{prefix}{key}", want, have


def changed_keys(current: State, desired: State) -> list[str]:
    """Return the top-level keys of desired whose values current does not have."""
    part = declared_part(current, desired)
    return [key for key in desired if part[key] != desired[key]]


def merged(current: State, desired: State) -> State:
    """Return current with the declared values put in, at any depth of dicts; neither argument is changed."""
    result = dict(current)
    for key, want in desired.items():
        have = result.get(key)
        result[key] = merged(have if isinstance(have, dict) else {}, want) if isinstance(want, dict) else want
    return result


def is_mask(secret: str) -> bool:
    """Return whether a secret is nothing but a mask, of any length: how Cells shows one is not known."""
    return bool(secret) and not secret.strip("*•")


def holds_mask(value: Any) -> bool:
    """Return whether a value contains Keycloak's mask, because somebody took it for a secret."""
    if isinstance(value, dict):
        return any(holds_mask(item) for item in value.values())
    if isinstance(value, list):
        return any(holds_mask(item) for item in value)
    return bool(value == MASK)


def without_absent(state: State) -> State:
    """Return the state without the keys that are None: those that a declared state asks to be absent."""
    return {
        key: without_absent(value) if isinstance(value, dict) else value
        for key, value in state.items()
        if value is not None
    }


def masked(value: Any, secret_keys: frozenset[str], before: Any = None) -> Any:
    """Return a copy in which the values of secret keys, at any depth, are masked; empty ones stay empty.

    before: an earlier form of the value. If the secret differs from it, the mask says so, because masks look the same.
    """
    if isinstance(value, dict):
        old = before if isinstance(before, dict) else {}
        return {
            key: _mask(item, old.get(key)) if key in secret_keys and item else masked(item, secret_keys, old.get(key))
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item, secret_keys) for item in value]
    return value


def _mask(secret: Any, before: Any) -> str:
    return f"{MASK} (new)" if before and before != secret else MASK
