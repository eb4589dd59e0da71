# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mapping rules of a connector: added in place or exact, in order, with all of their fields."""

from __future__ import annotations

from typing import Any

import pytest

from support.cells.scripted import ScriptedCells, SetConnector, connector, rule
from support.module import assert_one_clear_line

FIELDS = {
    "left_attribute": "LeftAttribute",
    "right_attribute": "RightAttribute",
    "rule_string": "RuleString",
    "left_split": "LeftSplit",
    "right_value_template": "RightValueTemplate",
    "no_update": "NoUpdate",
}
GROUPS, MAIL, TEAM = rule("cellsgroups"), rule("email", "email"), rule("team", "GroupPath", "a,b")
STRICT = rule("cellsgroups", "Roles", "preg:^cells-")


def declared(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rules as options, without default values."""
    return [{option: r[key] for option, key in FIELDS.items() if r[key] not in ("", False)} for r in rules]


@pytest.mark.parametrize(
    ("mode", "there", "wanted", "expected"),
    [
        pytest.param("add", [], [GROUPS, MAIL], [GROUPS, MAIL], id="added in order"),
        pytest.param("add", [MAIL], [GROUPS], [MAIL, GROUPS], id="behind others"),
        pytest.param("add", [GROUPS, MAIL], [STRICT], [STRICT, MAIL], id="in its place"),
        pytest.param("add", [GROUPS, MAIL], [MAIL, GROUPS], [GROUPS, MAIL], id="order there stays"),
        pytest.param("add", [MAIL, GROUPS], [TEAM, STRICT], [MAIL, STRICT, TEAM], id="in place and behind"),
        pytest.param("add", [GROUPS], [GROUPS, STRICT], [GROUPS, STRICT], id="one pair twice, one there"),
        pytest.param("add", [GROUPS, GROUPS], [STRICT], [STRICT, GROUPS], id="one pair there twice"),
        pytest.param("add", [GROUPS, STRICT], [STRICT, GROUPS], [STRICT, GROUPS], id="one pair twice, both there"),
        pytest.param("add", [GROUPS], [], [GROUPS], id="none added"),
        pytest.param("add", [TEAM], [rule("team")], [TEAM, rule("team")], id="the right one differs"),
        pytest.param("exact", [MAIL, GROUPS], [GROUPS, MAIL], [GROUPS, MAIL], id="exact order"),
        pytest.param("exact", [MAIL, GROUPS, TEAM], [GROUPS], [GROUPS], id="others go"),
        pytest.param("exact", [MAIL], [GROUPS, GROUPS], [GROUPS, GROUPS], id="exact twice"),
        pytest.param("exact", [MAIL, GROUPS], [], [], id="cleared"),
    ],
)  # fmt: skip
def test_rules_get_their_places(
    *,
    set_connector: SetConnector,
    cells_server: ScriptedCells,
    mode: str,
    there: list[dict[str, Any]],
    wanted: list[dict[str, Any]],
    expected: list[dict[str, Any]],
) -> None:
    cells_server.connectors.append(connector(mappingRules=there))
    options = {"mapping_rules": declared(*wanted), "mapping_rules_mode": mode}

    predicted = set_connector(check=True, **options)
    assert cells_server.writes == []
    outcome = set_connector(**options)

    assert outcome["changed"] is (expected != there)
    assert outcome["connector"]["mappingRules"] == expected
    assert cells_server.connectors[1]["mappingRules"] == expected
    assert predicted.values == outcome.values
    if expected != there:
        assert outcome["actions"] == ["update connector keycloak: mappingRules"]
        assert outcome["diff"]["before"]["mappingRules"] == there
        assert outcome["diff"]["after"]["mappingRules"] == expected

    assert not set_connector(**options)["changed"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("rule_string", "admins,cells-users"),
        ("left_split", ","),
        ("right_value_template", "cells-{{.Value}}"),
        ("no_update", True),
    ],
)
def test_every_field_of_a_rule_is_written_and_cleared(
    set_connector: SetConnector, cells_server: ScriptedCells, option: str, value: Any
) -> None:
    cells_server.connectors.append(connector())
    pair = {"left_attribute": "cellsgroups", "right_attribute": "Roles"}

    assert set_connector(mapping_rules=[{**pair, option: value}])["changed"]
    assert cells_server.connectors[1]["mappingRules"] == [rule("cellsgroups", **{FIELDS[option]: value})]

    # A rule is one value: keys that a declared rule leaves out have their defaults.
    assert set_connector(mapping_rules=[pair])["changed"]
    assert cells_server.connectors[1]["mappingRules"] == [rule("cellsgroups")]


@pytest.mark.parametrize("fields", [["LeftSplit", "RightValueTemplate"], ["RuleString", "NoUpdate"]])
def test_a_rule_that_the_server_shows_without_its_empty_fields_is_the_same(
    set_connector: SetConnector, cells_server: ScriptedCells, fields: list[str]
) -> None:
    there = {key: value for key, value in GROUPS.items() if key not in fields}
    cells_server.connectors.append(connector(mappingRules=[there]))

    for mode in ("add", "exact"):
        assert not set_connector(mapping_rules=declared(GROUPS), mapping_rules_mode=mode)["changed"]


def test_rules_that_are_not_declared_are_left_alone(set_connector: SetConnector, cells_server: ScriptedCells) -> None:
    cells_server.connectors.append(connector(mappingRules=[GROUPS, MAIL]))

    outcome = set_connector(name="Keycloak", mapping_rules_mode="exact")

    assert cells_server.writes[0][2]["mappingRules"] == [GROUPS, MAIL]
    assert "mappingRules" not in outcome["diff"]["after"]


@pytest.mark.parametrize("rule_string", ["preg:(?=admins)", "preg:[a-", "pregroup(", "preg:*", r"preg:(a)\1"])
@pytest.mark.parametrize("check", [True, False])
def test_a_regular_expression_that_re2_does_not_take_is_refused(
    set_connector: SetConnector, cells_server: ScriptedCells, rule_string: str, check: bool
) -> None:
    pytest.importorskip("re2")
    cells_server.connectors.append(connector())
    rules = [*declared(MAIL), {"left_attribute": "a", "right_attribute": "Roles", "rule_string": rule_string}]

    outcome = set_connector(check, mapping_rules=rules)

    assert_one_clear_line(outcome, "mapping_rules", repr(rule_string))
    assert cells_server.calls == []


@pytest.mark.parametrize("rule_string", ["preg:^cells-", "(a", "a,b", "PREG:(", ""])
def test_a_rule_that_cells_can_use_is_written(
    set_connector: SetConnector, cells_server: ScriptedCells, rule_string: str
) -> None:
    cells_server.connectors.append(connector())

    set_connector(mapping_rules=[{"left_attribute": "a", "right_attribute": "Roles", "rule_string": rule_string}])

    assert cells_server.connectors[1]["mappingRules"] == [rule("a", "Roles", rule_string)]


@pytest.mark.parametrize("lacking", ["left_attribute", "right_attribute"])
def test_a_rule_without_its_attributes_is_one_line(set_connector: SetConnector, lacking: str) -> None:
    rules = [{key: value for key, value in declared(MAIL)[0].items() if key != lacking}]

    assert_one_clear_line(set_connector(mapping_rules=rules), lacking, "mapping_rules")
