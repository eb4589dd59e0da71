# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role a declared group gets, by the rules of the connector, and the rules for these groups alone."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from ansible_collections.cellsops.sso.plugins.module_utils.cells.group_roles import DeclaredRoles, only_these
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.cells import CellsLook
from support.cells.scripted import TOKEN, URL
from support.cells.scripted_roles import ScriptedRoles, role

CLAIM = "cellsgroups"


def rule(text: str | None = None, left: str = CLAIM, right: str = "Roles", **parts: Any) -> dict[str, Any]:
    return {"left_attribute": left, "right_attribute": right, "rule_string": text, **parts}


@pytest.mark.parametrize(
    ("group", "rules", "role_id"),
    [
        ("staff", [rule()], "staff"),
        ("cn=staff,ou=groups,dc=example,dc=org", [rule()], "staff"),
        ("cn= staff ,ou=groups", [rule()], "staff"),
        ("/library/staff", [rule()], "/library/staff"),
        ("staff", [rule("guests,staff")], "staff"),
        ("/library/staff", [rule("preg:^/library/")], "/library/staff"),
        ("staff", [rule(left="other"), rule(), rule(right="GroupPath"), rule()], "staff"),
        ("library:staff", [rule("staff", left_split=":")], "staff"),
    ],
)
def test_the_rules_turn_the_group_into_the_id_of_its_role(
    group: str, rules: list[dict[str, Any]], role_id: str
) -> None:
    declared = DeclaredRoles({group: "Staff"}, rules, CLAIM)

    assert declared.problems == []
    assert [(role.group, role.role_id, role.label) for role in declared.roles] == [(group, role_id, "Staff")]


@pytest.mark.parametrize(
    ("labels", "rules", "words"),
    [
        ({"staff": "Staff"}, [], "The mapping rules do not let it through"),
        ({"staff": "Staff"}, [rule("guests,others")], "do not let it through"),
        ({"staff": "Staff"}, [rule(left="other")], "do not let it through"),
        ({"a:b": "Staff"}, [rule(left_split=":")], "make 2 roles of it (a, b)"),
        ({"staff": "Staff"}, [rule("st")], "It is not known whether Cells reads the rule string 'st' as a list"),
        ({"cn=a, ou=b": "A"}, [rule()], "contains a comma, which Cells does not allow"),
        ({"st*": "A"}, [rule()], "contains an asterisk"),
        ({"staff": " "}, [rule()], "label: must not be empty"),
        ({"cn=a,ou=x": "One", "cn=a,ou=y": "Two"}, [rule()], "like cn=a,ou=x, whose label is 'One', not 'Two'"),
        ({"staff": "Staff"}, [rule(right_value_template="x")], "right_value_template"),
    ],
)
def test_a_group_without_its_own_role_is_a_problem(
    labels: dict[str, str], rules: list[dict[str, Any]], words: str
) -> None:
    declared = DeclaredRoles(labels, rules, CLAIM)

    [problem] = declared.problems
    assert problem.startswith(f"sso_roles: {list(labels)[-1]}: ")
    assert words in problem


def test_two_groups_may_share_a_role() -> None:
    declared = DeclaredRoles({"cn=a,ou=x": "A", "cn=a,ou=y": "A"}, [rule()], CLAIM)

    assert [role.role_id for role in declared.roles] == ["a"]
    assert declared.problems == []


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["b", "a", "b"], "a,b"),
        (["a"], "preg:^(a)$"),
        (["a", "b (x)"], "preg:^(a|b\\ \\(x\\))$"),
        (["/a/b", "c.d"], "/a/b,c.d"),
    ],
)
def test_only_the_declared_groups_get_through_in_whichever_way_the_rule_is_read(names: list[str], text: str) -> None:
    others = [rule(left="other"), rule(right="GroupPath"), rule("kept")]

    first, *rest = only_these([rule(), *others], CLAIM, names)

    assert first["rule_string"] == text
    assert rest == others
    values = [*names, "a1", "xa", "B", "b (x)y"]
    assert sorted(set(predicted_roles({CLAIM: values}, [first], certain=True))) == sorted(set(names))


LOOK = {
    "cells_url": URL,
    "cells_token": TOKEN,
    "validate_certs": True,
    "ca_path": None,
    "connection_timeout": 7,
    "state": "present",
    "connector_id": "keycloak",
    "issuer": "",
    "client_id": "demo",
    "audience_method": "file",
}


@pytest.mark.parametrize(
    ("step", "calls", "problems"),
    [
        ("mapping", ["GET config/oauth2connectors", "POST role"], 2),
        ("connector", ["GET config/oauth2connectors", "POST role"], 2),
        ("client", ["GET config/oauth2connectors"], 0),
    ],
)
def test_roles_of_others_are_seen_before_anything_is_written(
    http: responses.RequestsMock, step: str, calls: list[str], problems: int
) -> None:
    there = {"u1": role("u1", "dora", UserRole=True), "Staff": role("Staff"), "free": role("free")}
    server = ScriptedRoles(http, there, ignores_case=True)
    server.connectors.append({"id": "keycloak", "type": "oidc"})

    found = list(CellsLook(LOOK, [step], ["u1", "staff", "free", "new"]).problems())

    assert [f"{method} {path}" for method, path, _body in server.calls] == calls
    assert (
        found
        == [
            "sso_roles: u1 is the role of a user in Cells (dora). Give another id.",
            "sso_roles: Cells has the role Staff, and does not distinguish it from staff. Give Staff.",
        ][:problems]
    )
