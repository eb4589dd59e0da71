# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mapping rules and the predicted roles agree with the vectors of real Cells."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.cells import role_prediction as rules
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, MissingLibrary

VECTORS = json.loads(Path(__file__).parents[2].joinpath("vectors/mapping_rules.json").read_text("utf-8"))
GROUP = {"left_attribute": "cellsgroups", "right_attribute": "Roles"}


def apply(vector: dict[str, Any]) -> Any:
    """Run the step that a vector names."""
    rule, values = vector["rule"], vector["values"]
    if vector["op"].startswith("pipeline-"):
        _pipeline, order, kind = vector["op"].split("-")
        return {"ldap2017": rules.ldap2017, "exclusive": rules.exclusive}[order](values, rule, kind == "dn")
    steps = {
        "SanitizeValues": lambda: rules.sanitize_values(values),
        "RemoveLdapEscape": lambda: rules.remove_ldap_escape(values),
        "ConvertDNtoName": lambda: rules.convert_dn_to_name(values),
        "IsDnFormat": lambda: values,
        "AddPrefix": lambda: rules.add_prefix(rule["RolePrefix"], values),
        "FilterPreg": lambda: rules.filter_preg(rule["RuleString"], values),
        "FilterList": lambda: rules.filter_list(rules.split_rule(rule["RuleString"]), values),
        "FilterList-nolist": lambda: rules.filter_list(None, values),
    }
    return steps[vector["op"]]()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    """The answers of real Cells. Those of pipeline-exclusive depend on an assumption (docs/standin.md)."""
    assert apply(vector) == vector["result"]


@pytest.mark.parametrize("vector", [v for v in VECTORS if "is_dn" in v], ids=lambda vector: vector["id"])
def test_vector_says_what_is_a_dn(vector: dict[str, Any]) -> None:
    """The conversion looks at the value with its # replaced, the check alone at the value as it is."""
    marked = vector["op"] == "ConvertDNtoName"
    values = [value.replace("#", "[UOO01]") if marked else value for value in vector["values"]]
    assert [rules.is_dn_format(value) for value in values] == vector["is_dn"]


@pytest.mark.parametrize("character", ["\u200b", "\ufeff", "\x1c"])
def test_characters_that_cells_does_not_trim_stay(character: str) -> None:
    assert rules.sanitize_values([f"{character}a\u3000"]) == [f"{character}a"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("role=admin", "admin"),
        ("aGVsbG8=", ""),
        ('cn="a=b",ou=x', '"a'),
        ("cn=a\\\\,dc=b", "a\\\\,dc"),
        ("cn=Test_DEM_WebUsers,ou=test-pydio-cells,...", "cn=Test_DEM_WebUsers,ou=test-pydio-cells,..."),
    ],
)
def test_a_dn_is_cut_at_its_first_value(value: str, name: str) -> None:
    assert rules.convert_dn_to_name([value]) == [name]


@pytest.mark.parametrize(
    ("rule_string", "kept"),
    [("pregroup,other", ["pregroup,other x"]), ("preg:apreg:b", ["ab"]), ("preg:", ["ab", "pregroup,other x"])],
)
def test_a_rule_string_that_begins_with_preg_is_a_regular_expression(rule_string: str, kept: list[str]) -> None:
    assert rules.filter_preg(rule_string, ["ab", "pregroup,other x"]) == kept


@pytest.mark.parametrize("pattern", ["(", "(?=a)", "a{2000}", "[z-a]", "*"])
def test_a_regular_expression_that_re2_refuses_is_named(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert rules.regex_error(f"preg:{pattern}")
    assert rules.filter_preg(f"preg:{pattern}", ["a"]) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("rule_string", ["", "a,(", "PREG:(", "preg:^a", "preg:(?i)x"])
def test_a_rule_that_cells_can_use_has_no_error(rule_string: str) -> None:
    assert rules.regex_error(rule_string) is None


def test_a_missing_library_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(MissingLibrary, match=r"^The Python library google-re2 is needed .*: pip install google-re2$"):
        rules.filter_preg("preg:^a", ["a"])
    assert rules.filter_list(["a"], ["a"]) == ["a"]


def test_roles_follow_the_rules_and_then_the_values() -> None:
    claims = {"cellsgroups": ["cn=B,ou=g", "cn=A,ou=g", "cn=B,ou=h"], "more": "C"}
    also = {"LeftAttribute": "more", "RightAttribute": "Roles", "RolePrefix": "kc_"}
    assert rules.predicted_roles(claims, [also, GROUP]) == ["kc_C", "B", "A", "B"]


def test_a_dn_stays_if_the_option_is_off() -> None:
    assert rules.predicted_roles({"cellsgroups": "cn=B,ou=g"}, [GROUP], dn_to_name=False) == ["cn=B,ou=g"]


@pytest.mark.parametrize("right", ["roles", "GroupPath", "email"])
def test_only_the_right_attribute_roles_gives_roles(right: str) -> None:
    template = {"right_value_template": "{{.}}"}
    assert rules.predicted_roles({"cellsgroups": "a"}, [{**GROUP, "right_attribute": right, **template}]) == []


@pytest.mark.parametrize(
    ("claim", "roles"),
    [("a", ["a"]), (["a", None, 3, True, 1.5], ["a", "3", "true", "1.5"]), (None, []), ([], []), (False, ["false"])],
)
def test_a_claim_of_any_simple_kind(claim: Any, roles: list[str]) -> None:
    assert rules.predicted_roles({"cellsgroups": claim}, [GROUP]) == roles
    assert rules.predicted_roles({}, [GROUP]) == []


def test_left_split_parts_each_value() -> None:
    assert rules.predicted_roles({"cellsgroups": ["a; b", "c"]}, [{**GROUP, "left_split": ";"}]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("claims", "given", "words"),
    [
        ([], [GROUP], "claims must be a dictionary"),
        ({}, GROUP, "must be a list of dictionaries"),
        ({}, ["x"], "Mapping rule 1 must be a dictionary"),
        ({}, [{"left_attribute": "a"}], "Mapping rule 1 has no right_attribute"),
        ({}, [GROUP, {**GROUP, "rule_strings": "x"}], "Mapping rule 2 has the unknown key rule_strings"),
        ({}, [{**GROUP, "rule_string": ["x"]}], "rule_string must be text, not a list"),
        ({}, [{**GROUP, "right_value_template": "x"}], "effect in Cells is not known"),
        ({"cellsgroups": {"a": 1}}, [GROUP], "claim cellsgroups contains a dictionary"),
        ({"cellsgroups": [["secret"]]}, [GROUP], "claim cellsgroups contains a list"),
    ],
)
def test_roles_that_cannot_be_predicted_are_one_line(claims: Any, given: Any, words: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        rules.predicted_roles(claims, given)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)
