# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes one value inside JSON text and leaves every other byte unchanged (RFC 8259).

Parsing and writing the whole document would also change numbers, escapes, order and white space.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class _Member(NamedTuple):
    """An entry of an object or list: its key or index, its start, and the start and end of its value."""

    key: str | int  # type: ignore[valid-type, unused-ignore]
    start: int
    value_start: int
    value_end: int


def with_value(text: str, path: Sequence[str | int], value: Any) -> str:
    """Return the text with the value at path set. If the object lacks the last key of the path, the key is added.

    Raises KeyError if an earlier part of the path is not there, ValueError for text that is not JSON.
    """
    *parents, key = path
    container = _find(text, parents)
    member = _member(text, container, key)
    if member is not None:
        indent = _indent_of(text, container, member)
        return text[: member.value_start] + _dump(value, indent) + text[member.value_end :]
    return _with_new_member(text, container, str(key), value)


def without_value(text: str, path: Sequence[str | int]) -> str:
    """Return the text without the member at path, and without all copies of a repeated key; unchanged if there is none.

    Raises KeyError if an earlier part of the path is not there, ValueError for text that is not JSON.
    """
    *parents, key = path
    container = _find(text, parents)
    while (member := _member(text, container, key)) is not None:
        text = _without_member(text, container, member)
        if isinstance(key, int):
            break
    return text


def _without_member(text: str, container: int, member: _Member) -> str:
    members = list(_members(text, container))
    position = members.index(member)
    if position + 1 < len(members):
        return text[: members[position].start] + text[members[position + 1].start :]
    if position:
        return text[: members[position - 1].value_end] + text[members[position].value_end :]
    return text[: container + 1] + text[_SPACE.match(text, members[0].value_end).end() :]  # type: ignore[union-attr]


def _find(text: str, path: Sequence[str | int]) -> int:
    """Return the position at which the value at path starts."""
    start = _after_space(text, 0)
    for key in path:
        member = _member(text, start, key)
        if member is None:
            raise KeyError(key)
        start = member.value_start
    return start


def _member(text: str, container: int, key: str | int) -> _Member | None:
    """Return the member of that key; of several the last, which is the one that counts for Go and Python alike."""
    found = [member for member in _members(text, container) if member.key == key]
    return found[-1] if found else None


def _members(text: str, container: int) -> Iterator[_Member]:
    """Yield the members of the object or list that starts at container, none for any other value."""
    if text[container] not in "{[":
        return
    is_object = text[container] == "{"
    position = _after_space(text, container + 1)
    index = 0
    while text[position] not in "}]":
        start = position
        key: str | int = index
        if is_object:
            key, position = _DECODER.raw_decode(text, position)
            position = _after_space(text, _after_space(text, position) + 1)  # the colon
        _value, end = _DECODER.raw_decode(text, position)
        yield _Member(key, start, position, end)
        position = _after_space(text, end)
        if text[position] == ",":
            position = _after_space(text, position + 1)
        index += 1


def _with_new_member(text: str, container: int, key: str, value: Any) -> str:
    """Return the text with a new member in an object, before the first key that sorts behind it (as Cells does)."""
    members = list(_members(text, container))
    name = json.dumps(key, ensure_ascii=False)
    if not members:
        outer = _blanks_before(text, container)
        inner = None if outer is None else f"{outer}  "
        gap, end = ("", "") if outer is None else (f"\n{inner}", f"\n{outer}")
        closing = _after_space(text, container + 1)
        return f"{text[: container + 1]}{gap}{name}: {_dump(value, inner)}{end}{text[closing:]}"
    gap = text[container + 1 : members[0].start]
    new = f"{name}: {_dump(value, _indent_of(text, container, members[0]))}"
    behind = next((member for member in members if str(member.key) > key), None)
    if behind is not None:
        return f"{text[: behind.start]}{new},{gap or ' '}{text[behind.start :]}"
    last = members[-1].value_end
    return f"{text[:last]},{gap or ' '}{new}{text[last:]}"


def _dump(value: Any, indent: str | None) -> str:
    """Return a value as text: over several lines below an indent, in one line if there is none."""
    if indent is None:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", f"\n{indent}")


def _indent_of(text: str, container: int, member: _Member) -> str | None:
    """Return the spaces before a member that starts a line; None if all members are in one line."""
    return _blanks_before(text, member.start) if "\n" in text[container : member.start] else None


def _blanks_before(text: str, position: int) -> str | None:
    """Return the spaces at the start of the line that holds position; None for the first line."""
    start = text.rfind("\n", 0, position) + 1
    line = text[start:position]
    return line[: len(line) - len(line.lstrip(" \t"))] if start else None


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
