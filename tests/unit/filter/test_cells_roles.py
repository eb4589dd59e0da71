# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter cells_roles hands over to the mapping rules and shows their errors as Ansible's."""

from __future__ import annotations

from typing import Any

import pytest

from support.filters import Filter, FilterError

NAME = "cells_roles"
CLAIMS = {
    "cellsgroups": [
        "cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org",
        "cn=Test_Etrange_Gov,ou=test-pydio-cells,dc=example,dc=org",
    ]
}
RULE = {"left_attribute": "cellsgroups", "right_attribute": "Roles"}


def test_the_guides_groups_become_roles(call_filter: Filter) -> None:
    assert call_filter(NAME, CLAIMS, [RULE]) == ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


def test_rules_may_have_the_names_that_cells_shows(call_filter: Filter) -> None:
    rule = {"LeftAttribute": "cellsgroups", "RightAttribute": "Roles", "RuleString": "preg:Gov$", "NoUpdate": False}
    assert call_filter(NAME, CLAIMS, [rule]) == ["Test_Etrange_Gov"]


def test_dns_stay_on_request(call_filter: Filter) -> None:
    assert call_filter(NAME, CLAIMS, [RULE], dn_to_name=False) == CLAIMS["cellsgroups"]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Test_DEM_WebUsers", ["Test_DEM_WebUsers"]),
        ("Test_Etrange_Gov, Test_DEM_WebUsers", ["Test_Etrange_Gov", "Test_DEM_WebUsers"]),
        ("Nobody", []),
        ("(Nobody)", []),
        ("preg:Gov", ["Test_Etrange_Gov"]),
    ],
)
def test_a_rule_string_with_one_outcome_is_predicted(call_filter: Filter, text: str, roles: list[str]) -> None:
    assert call_filter(NAME, CLAIMS, [{**RULE, "rule_string": text}]) == roles


@pytest.mark.parametrize(
    ("text", "by_list", "by_regex"),
    [
        ("Test", "nothing", "Test_DEM_WebUsers, Test_Etrange_Gov"),
        ("Test(.*)Gov", "nothing", "Test_Etrange_Gov"),
        ("Test_Etrange_Gov,x?", "Test_Etrange_Gov", "nothing"),
    ],
)
def test_a_rule_string_with_two_outcomes_is_not_known(
    call_filter: Filter, text: str, by_list: str, by_regex: str
) -> None:
    """Public code reads it as a list, and the console's help has a regular expression without preg:."""
    with pytest.raises(FilterError) as raised:
        call_filter(NAME, CLAIMS, [{**RULE, "rule_string": text}])
    assert f"As a list, it gives {by_list}; as a regular expression, {by_regex}." in str(raised.value)


@pytest.mark.parametrize(
    ("rules", "switch", "words"),
    [
        ([{**RULE, "right_value_template": "x"}], True, "right_value_template"),
        ([{}], True, "has no left_attribute"),
        ([RULE], "no", "dn_to_name must be a boolean"),
    ],
)
def test_unpredictable_roles_are_one_line(call_filter: Filter, rules: Any, switch: Any, words: str) -> None:
    with pytest.raises(FilterError) as raised:
        call_filter(NAME, CLAIMS, rules, dn_to_name=switch)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
