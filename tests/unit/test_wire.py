# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing, merging and masking states: general properties, and examples."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    MASK,
    as_set,
    changed_keys,
    declared_part,
    differing,
    flag,
    holds_mask,
    is_mask,
    masked,
    merged,
    text,
    text_lists,
    text_map,
    without_absent,
)

KEYS = st.sampled_from(["a", "b", "c", "secret", "realm_client"])
TEXTS = st.sampled_from(["", "x", "true", "Büro, 2"])
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(-2, 2))
LEAVES = st.one_of(SCALARS, st.lists(TEXTS, max_size=2))
STATES = st.dictionaries(
    KEYS, st.one_of(LEAVES, st.dictionaries(KEYS, st.one_of(LEAVES, st.dictionaries(KEYS, LEAVES))))
)
ABSENT = st.one_of(LEAVES, st.none(), st.dictionaries(KEYS, st.one_of(LEAVES, st.none())))
WISHES = st.dictionaries(KEYS, ABSENT)
"""Declared states, in which None asks for an absent key."""
SECRETS = frozenset({"secret", "password"})


def leaves(value: Any) -> list[Any]:
    """Return all values that are neither dict nor list."""
    if isinstance(value, (dict, list)):
        items = value.values() if isinstance(value, dict) else value
        return [leaf for item in items for leaf in leaves(item)]
    return [value]


@given(STATES, WISHES)
def test_merged_values_are_present_and_nothing_else_differs(current: dict[str, Any], desired: dict[str, Any]) -> None:
    after = merged(current, desired)

    assert declared_part(after, desired) == desired
    assert changed_keys(after, desired) == []
    assert list(differing(desired, declared_part(after, desired))) == []
    assert {key: after[key] for key in current if key not in desired} == {
        key: value for key, value in current.items() if key not in desired
    }


@given(STATES, WISHES)
def test_a_merge_twice_is_a_merge_once_and_changes_no_argument(
    current: dict[str, Any], desired: dict[str, Any]
) -> None:
    before = copy.deepcopy((current, desired))

    once = merged(current, desired)

    assert merged(once, desired) == once
    assert (current, desired) == before


@given(STATES, WISHES)
def test_the_declared_part_has_the_declared_keys_and_no_other(current: dict[str, Any], desired: dict[str, Any]) -> None:
    part = declared_part(current, desired)

    assert part.keys() == desired.keys()
    for key, want in desired.items():
        if isinstance(want, dict) and isinstance(part[key], dict):
            assert part[key].keys() == want.keys()


@given(STATES)
def test_a_state_equals_its_own_declaration(state: dict[str, Any]) -> None:
    assert declared_part(state, state) == state
    assert changed_keys(state, state) == []
    assert merged(state, state) == state
    assert list(differing(state, state)) == []


@given(STATES, WISHES)
def test_the_three_comparisons_agree(current: dict[str, Any], desired: dict[str, Any]) -> None:
    part = declared_part(current, desired)

    named = {key.split(".")[0] for key, _want, _have in differing(desired, part)}

    assert named == set(changed_keys(current, desired))
    assert bool(named) is (part != desired)


@given(STATES, WISHES)
def test_every_difference_is_named_with_both_its_values(current: dict[str, Any], desired: dict[str, Any]) -> None:
    for key, want, have in differing(desired, current):
        found: Any = current
        asked: Any = desired
        for step in key.split("."):
            found, asked = found.get(step), asked[step]
        assert (asked, found) == (want, have)
        assert want != have


@given(WISHES)
def test_no_absent_key_is_left_at_any_depth(state: dict[str, Any]) -> None:
    kept = without_absent(state)

    assert None not in leaves(kept)
    assert kept.keys() == {key for key, value in state.items() if value is not None}


@given(STATES, st.one_of(st.none(), STATES))
def test_no_secret_is_left_at_any_depth_and_nothing_else_is_hidden(
    state: dict[str, Any], earlier: dict[str, Any] | None
) -> None:
    untouched = copy.deepcopy((state, earlier))

    def check(shown: Any, real: Any) -> None:
        assert shown.keys() == real.keys()
        for key, value in real.items():
            if key in SECRETS and value:
                assert shown[key].startswith(MASK)
            elif isinstance(value, dict):
                check(shown[key], value)
            else:
                assert shown[key] == value

    check(masked(state, SECRETS, earlier), state)
    assert (state, earlier) == untouched
    assert masked(masked(state, SECRETS), SECRETS) == masked(state, SECRETS)


@given(STATES, STATES)
def test_masked_states_differ_exactly_if_the_states_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    alike = masked(before, SECRETS) == masked(after, SECRETS, before)

    assert alike is (before == after)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (MASK, True),
        ({"a": {"b": ["x", MASK]}}, True),
        ([{"a": MASK}], True),
        ({"a": f"{MASK}*", "b": f" {MASK}", MASK: "x"}, False),
        ({"a": None, "b": [], "c": True}, False),
        (None, False),
    ],
)
def test_a_mask_is_found_at_any_depth(value: Any, found: bool) -> None:
    assert holds_mask(value) is found


@given(st.lists(TEXTS), st.randoms(use_true_random=False))
def test_a_set_has_one_form_in_any_order(values: list[str], random: Any) -> None:
    shuffled = [*values, *values[:1]]
    random.shuffle(shuffled)

    assert as_set(shuffled) == as_set(values)
    assert set(as_set(values)) == set(values)
    assert as_set(as_set(values)) == as_set(values)


@given(st.dictionaries(KEYS, st.one_of(st.none(), SCALARS)))
def test_a_map_in_wire_form_stays_as_it_is(values: dict[str, Any]) -> None:
    wire = text_map(values)

    assert text_map(wire) == wire
    assert all(isinstance(value, str) for value in wire.values())
    assert wire.keys() == values.keys()


@given(st.dictionaries(KEYS, st.one_of(st.none(), LEAVES)))
def test_a_config_in_wire_form_stays_as_it_is(values: dict[str, Any]) -> None:
    wire = text_lists(values)

    assert text_lists(wire) == wire
    assert all(isinstance(item, str) for items in wire.values() for item in items)
    assert wire.keys() == values.keys()


@pytest.mark.parametrize(
    ("value", "wire"),
    [(True, "true"), (False, "false"), (0, "0"), (-3, "-3"), (1.5, "1.5"), ("True", "True"), ("", ""), (" a ", " a ")],
)
def test_one_value_in_wire_form(value: Any, wire: str) -> None:
    assert text(value) == wire
    assert text_map({"key": value}) == {"key": wire}
    if isinstance(value, bool):
        assert flag(value) == wire


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("a", ["a"]),
        (False, ["false"]),
        (0, ["0"]),
        (["b", "a"], ["b", "a"]),
        (("a", True, 2), ["a", "true", "2"]),
        ([""], [""]),
    ],
)
def test_one_value_of_a_component_in_wire_form(value: Any, wire: list[str]) -> None:
    assert text_lists({"key": value}) == {"key": wire}


@pytest.mark.parametrize("value", [[], ["a"], {}, {"a": "b"}, ("a",)])
def test_a_list_or_a_dictionary_is_no_entry_of_a_map(value: Any) -> None:
    with pytest.raises(InvalidInput, match="key: give text"):
        text_map({"key": value})


@pytest.mark.parametrize("value", [{}, {"a": "b"}, [["a"]], ["a", {}], [None]])
def test_a_dictionary_or_a_list_in_a_list_is_no_entry_of_a_config(value: Any) -> None:
    with pytest.raises(InvalidInput, match="key: give text"):
        text_lists({"key": value})


@pytest.mark.parametrize(
    ("secret", "mask"), [("", False), ("*", True), ("••••", True), ("**********", True), ("*a*", False)]
)
def test_a_mask_is_nothing_but_stars_or_dots(secret: str, mask: bool) -> None:
    assert is_mask(secret) is mask


def test_none_clears_an_entry_of_a_map() -> None:
    assert text_map({"a": None, 1: "x"}) == {"a": "", "1": "x"}


@pytest.mark.parametrize("empty", ["", [], False, {}, {"deep": {"deeper": ""}}, None])
def test_values_that_a_server_does_not_show_count_as_empty(empty: Any) -> None:
    assert declared_part({}, {"key": empty}) == {"key": empty}


@pytest.mark.parametrize("full", ["x", ["x"], True, {"deep": "x"}, 0, 1])
def test_a_value_that_a_server_does_not_show_is_no_value(full: Any) -> None:
    assert declared_part({}, {"key": full}) != {"key": full}


@pytest.mark.parametrize(
    ("have", "want"),
    [("x", {"a": "x"}), ({"a": "x"}, "x"), (["x"], "x"), ("true", True), ({"a": "x"}, None)],
)
def test_another_type_is_a_difference(have: Any, want: Any) -> None:
    assert changed_keys({"key": have}, {"key": want}) == ["key"]
    assert declared_part(merged({"key": have}, {"key": want}), {"key": want}) == {"key": want}


def test_differences_are_named_by_dotted_keys() -> None:
    current = {"attributes": {"a": "1", "b": "2"}, "list": ["x"], "kept": 1}
    desired = {"attributes": {"a": "1", "b": "3", "c": "4"}, "list": ["x", "y"]}

    assert list(differing(desired, current)) == [
        ("attributes.b", "3", "2"),
        ("attributes.c", "4", None),
        ("list", ["x", "y"], ["x"]),
    ]


def test_secrets_are_masked_in_lists_too_and_empty_ones_stay_empty() -> None:
    state = {"clients": [{"secret": "s", "id": 1}, {"secret": ""}], "secret": {"deep": "s"}, "password": None}

    assert masked(state, SECRETS) == {
        "clients": [{"secret": MASK, "id": 1}, {"secret": ""}],
        "secret": MASK,
        "password": None,
    }


def test_a_nested_dict_is_not_shared_with_its_source() -> None:
    desired = {"attributes": {"a": "1"}}

    result = merged({}, desired)
    result["attributes"]["a"] = "2"

    assert desired == {"attributes": {"a": "1"}}
