# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of JSON text: exactly the addressed value changes, and every other byte stays."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.json_text import with_value, without_value
from support.cells.pydio_json import in_common

# Text that UTF-8 can hold: a lone surrogate may only stand as an escape.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
KEYS = st.sampled_from(["audience", "client_id", "b", "", "é", '"', "\\", "a/b", "$ref", "}", "雲"]) | TEXT
NUMBERS = st.from_regex(r"\A-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?\Z")
BLANKS = ["", "", " ", "\n", "\t", "\r\n", "\n    ", "  "]


@dataclass(frozen=True)
class Number:
    """A number as it stands in the text."""

    text: str


@dataclass(frozen=True)
class Pairs:
    """An object with its members in order; a key may come twice."""

    members: list[tuple[str, Any]]


SCALARS = st.none() | st.booleans() | st.builds(Number, NUMBERS) | TEXT
NODES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.builds(Pairs, st.lists(st.tuples(KEYS, inner), max_size=5)),
    max_leaves=12,
)
OBJECTS = st.builds(Pairs, st.lists(st.tuples(KEYS, NODES), max_size=5))
VALUES = st.recursive(SCALARS.filter(lambda value: not isinstance(value, Number)), lambda v: st.lists(v, max_size=3))


@dataclass
class Writer:
    """Writes nodes as JSON with white space and escapes of all kinds, and records the position of each value."""

    chance: random.Random
    indent: str | None
    text: str = ""
    spans: dict[tuple[str | int, ...], tuple[int, int]] = field(default_factory=dict)
    repeated: set[tuple[str | int, ...]] = field(default_factory=set)

    def write(self, node: Any, path: tuple[str | int, ...] = (), depth: int = 0) -> None:
        start = len(self.text)
        if isinstance(node, Pairs):
            self._members("{}", [(key, value, (*path, key)) for key, value in node.members], depth)
        elif isinstance(node, list):
            self._members("[]", [(None, value, (*path, i)) for i, value in enumerate(node)], depth)
        else:
            self.text += node.text if isinstance(node, Number) else self._scalar(node)
        # If a key comes twice, the last one counts, also for values below it.
        self.spans[path] = (start, len(self.text))

    def _members(self, brackets: str, members: list[tuple[str | None, Any, Any]], depth: int) -> None:
        self.text += brackets[0]
        for position, (key, value, path) in enumerate(members):
            self.text += "," if position else ""
            self._gap(depth + 1)
            if key is not None:
                self.text += self._scalar(key) + self._blank() + ":" + self._blank(" ")
            for below in [known for known in self.spans if known[: len(path)] == path]:
                del self.spans[below]
                self.repeated.add(path)
            self.write(value, path, depth + 1)
            self.text += self._blank() if self.indent is None else ""
        if members:
            self._gap(depth)
        self.text += brackets[1]

    def _gap(self, depth: int) -> None:
        self.text += self._blank() if self.indent is None else "\n" + self.indent * depth

    def _blank(self, usual: str = "") -> str:
        return self.chance.choice(BLANKS) if self.indent is None else usual

    def _scalar(self, value: Any) -> str:
        text = json.dumps(value, ensure_ascii=self.chance.random() < 0.5)
        if isinstance(value, str) and value[:1].isalpha() and value[0].isascii() and self.chance.random() < 0.2:
            text = f'"\\u{ord(value[0]):04x}{text[2:]}'
        return text


@dataclass(frozen=True)
class Case:
    """A text, and a member of one of its objects."""

    text: str
    path: tuple[str | int, ...]
    spans: dict[tuple[str | int, ...], tuple[int, int]]
    repeated: set[tuple[str | int, ...]]

    @property
    def is_there(self) -> bool:
        return self.path in self.spans

    @property
    def is_in_empty_object(self) -> bool:
        return at(json.loads(self.text), self.path[:-1]) == {}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a document in some formatting, with a path to a member that may or may not be there."""
    chance, indent = draw(st.randoms(use_true_random=False)), draw(st.sampled_from([None, "", "  ", "    ", "\t"]))
    writer = Writer(chance, indent, draw(st.sampled_from(["", "\n", " "])))
    writer.write(draw(OBJECTS))
    text = writer.text + draw(st.sampled_from(["", "\n", "\r\n"]))
    document = json.loads(text)
    objects = [path for path in sorted(writer.spans, key=repr) if isinstance(at(document, path), dict)]
    parent = draw(st.sampled_from(objects))
    there = st.sampled_from(sorted(at(document, parent))) if at(document, parent) else KEYS
    return Case(text, (*parent, draw(there | KEYS)), writer.spans, writer.repeated)


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def as_text(document: Any) -> str:
    """Return a form in which 1, 1.0 and true are not equal."""
    return json.dumps(document, sort_keys=True)


@given(cases(), VALUES)
def test_setting_changes_the_addressed_value_and_nothing_else(case: Case, value: Any) -> None:
    after = with_value(case.text, case.path, value)

    expected = copy.deepcopy(json.loads(case.text))
    at(expected, case.path[:-1])[case.path[-1]] = value
    assert as_text(json.loads(after)) == as_text(expected)


@given(cases(), VALUES)
def test_setting_leaves_every_byte_outside_the_value(case: Case, value: Any) -> None:
    after = with_value(case.text, case.path, value)

    if case.is_there:
        start, end = case.spans[case.path]
        assert after.startswith(case.text[:start])
        assert after.endswith(case.text[end:])
        assert json.loads(after[start : len(after) - len(case.text) + end]) == value
    elif case.is_in_empty_object:
        # The spaces between the braces of an empty object are its value.
        start, end = case.spans[case.path[:-1]]
        assert after.startswith(case.text[: start + 1])
        assert after.endswith(case.text[end - 1 :])
    else:
        assert in_common(case.text, after) == len(case.text)


@given(cases())
def test_removing_removes_the_addressed_member_and_nothing_else(case: Case) -> None:
    after = without_value(case.text, case.path)

    expected = copy.deepcopy(json.loads(case.text))
    at(expected, case.path[:-1]).pop(case.path[-1], None)
    assert as_text(json.loads(after)) == as_text(expected)
    if case.path not in case.repeated:
        assert in_common(case.text, after) == len(after)


@given(cases(), VALUES)
def test_setting_and_removing_a_new_member_gives_back_the_text(case: Case, value: Any) -> None:
    if case.is_there:
        return
    after = without_value(with_value(case.text, case.path, value), case.path)

    if case.is_in_empty_object:
        start, end = case.spans[case.path[:-1]]
        assert after == case.text[:start] + "{}" + case.text[end:]
    else:
        assert after == case.text


@given(cases(), VALUES)
def test_setting_twice_is_setting_once(case: Case, value: Any) -> None:
    once = with_value(case.text, case.path, value)

    assert with_value(once, case.path, value) == once


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_new_list_is_written_in_the_manner_of_the_text(indent: Any, ending: str) -> None:
    before = {"clients": [{"client_id": "a", "scope": "s"}]}
    text = json.dumps(before, indent=indent) + ending

    after = with_value(text, ["clients", 0, "audience"], ["https://cells.example.org"])

    expected = {"clients": [{"audience": ["https://cells.example.org"], "client_id": "a", "scope": "s"}]}
    if indent in (None, 2):
        assert after == json.dumps(expected, indent=indent) + ending
    else:
        assert json.loads(after) == expected


def test_every_copy_of_a_repeated_member_is_removed() -> None:
    text = '{"audience": ["https://old.example.org"], "client_id": "a", "audience": ["https://cells.example.org"]}'

    assert json.loads(without_value(text, ["audience"])) == {"client_id": "a"}


@pytest.mark.parametrize("change", [lambda text, path: with_value(text, path, 1), without_value])
@pytest.mark.parametrize("path", [["b", "c"], ["list", 2, "c"], ["scalar", "b", "c"]])
def test_a_parent_that_is_not_there_is_a_key_error(change: Any, path: list[str | int]) -> None:
    with pytest.raises(KeyError):
        change('{"scalar": 1, "list": [{}]}', path)
