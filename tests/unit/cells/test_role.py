# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_role: a role is made, renamed and removed if nobody uses it; check mode predicts it. cells_role_info: read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import responses

from support.cells.scripted import TOKEN, URL, connector, pydio_connector, rule
from support.cells.scripted_roles import CONNECTORS, ScriptedRoles, role
from support.module import Outcome, RunModule, assert_one_clear_line

SetRole = Callable[..., Outcome]


@pytest.fixture
def server(http: responses.RequestsMock) -> ScriptedRoles:
    """Return a server with a role of its own and those of a user, a group and a team."""
    owned = [role("u1", UserRole=True), role("g1", GroupRole=True), role("t1", IsTeam=True)]
    server = ScriptedRoles(http, {each["Uuid"]: each for each in [role("ADMINS", "Administrators"), *owned]})
    server.connectors.append(pydio_connector())
    server.takes("staff")
    return server


@pytest.fixture
def set_role(run_module: RunModule, server: ScriptedRoles) -> SetRole:
    """Return a function that runs cells_role for the role staff, in check mode and for real; both must agree."""

    def run(**options: Any) -> Outcome:
        given = {"cells_url": URL, "cells_token": TOKEN, "role_id": "staff", **options}
        predicted = run_module("cells_role", given, True)
        assert server.writes == []
        outcome = run_module("cells_role", given)
        assert predicted.failed == outcome.failed
        for key in ("msg",) if outcome.failed else ("changed", "diff", "actions"):
            assert predicted.values[key] == outcome.values[key]
        return outcome

    return run


@pytest.mark.parametrize(("options", "label"), [({}, "staff"), ({"label": "Staff"}, "Staff")])
def test_a_role_is_made_once(set_role: SetRole, server: ScriptedRoles, options: dict[str, Any], label: str) -> None:
    outcome = set_role(**options)

    assert outcome["actions"] == ["create role staff"]
    assert outcome["diff"]["after"] == {"Uuid": "staff", "Label": label}
    assert server.writes == [("PUT", "role/staff", {"Uuid": "staff", "Label": label})]
    server.calls.clear()
    assert not set_role(**options)["changed"]
    assert server.writes == []


def test_a_new_label_leaves_the_rest_of_a_role_as_it_is(set_role: SetRole, server: ScriptedRoles) -> None:
    server.roles["staff"] = role("staff", "Old", AutoApplies=["standard"], ForceOverride=True)
    rest = {k: v for k, v in server.roles["staff"].items() if k not in ("LastUpdated", "PoliciesContextEditable")}

    outcome = set_role(label="New")

    assert outcome["actions"] == ["update role staff: Label"]
    assert (outcome["diff"]["before"], outcome["diff"]["after"]) == ({"Label": "Old"}, {"Label": "New"})
    assert server.writes == [("PUT", "role/staff", {**rest, "Label": "New"})]


def test_a_label_that_is_not_given_stays(set_role: SetRole, server: ScriptedRoles) -> None:
    server.roles["staff"] = role("staff", "Named in the console")

    assert set_role()["role"]["Label"] == "Named in the console"
    assert server.writes == []


def test_an_id_with_a_slash_goes_in_the_body(set_role: SetRole, server: ScriptedRoles) -> None:
    server.takes("_library_staff")

    set_role(role_id="/library/staff")

    body = {"Uuid": "/library/staff", "Label": "/library/staff"}
    assert server.writes == [("PUT", "role/_library_staff", body)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"role_id": ""}, "role_id: must not be empty"),
        ({"role_id": " staff"}, "role_id: must not be empty, or begin or end with a space"),
        ({"role_id": "cn=a,dc=b"}, "role_id: 'cn=a,dc=b' contains a comma"),
        ({"role_id": "st*"}, "role_id: 'st*' contains an asterisk"),
        ({"role_id": "a" * 256}, "role_id: has 256 characters. Cells allows 255"),
        ({"label": " "}, "label: must not be empty"),
        ({"label": "a" * 501}, "label: has 501 characters"),
        ({"if_unused": True}, "require state absent"),
        ({"role_id": "ADMINS", "state": "absent"}, "ADMINS is one of Cells' own roles"),
    ],
)
def test_invalid_options_are_one_line_without_a_call(
    set_role: SetRole, server: ScriptedRoles, options: dict[str, Any], words: str
) -> None:
    assert_one_clear_line(set_role(**options), words)
    assert server.calls == []


@pytest.mark.parametrize(("taken", "owner"), [("u1", "a user"), ("g1", "a group"), ("t1", "a team")])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_role_of_somebody_else_is_refused(
    set_role: SetRole, server: ScriptedRoles, taken: str, owner: str, state: str
) -> None:
    assert_one_clear_line(set_role(role_id=taken, state=state), f"role_id: {taken} is the role of {owner}")
    assert server.writes == []


def test_a_role_that_differs_by_capitals_only_is_refused(set_role: SetRole, server: ScriptedRoles) -> None:
    server.ignores_case = True
    server.roles["Staff"] = role("Staff")

    assert_one_clear_line(set_role(), "Cells has the role Staff, and does not distinguish it from staff. Give Staff.")


def test_a_role_that_nobody_uses_is_removed(set_role: SetRole, server: ScriptedRoles) -> None:
    server.roles["staff"] = role("staff")

    outcome = set_role(state="absent")

    assert outcome["actions"] == ["remove role staff"]
    assert outcome["role"] == {}
    assert server.writes == [("DELETE", "role/staff", None)]
    server.calls.clear()
    assert not set_role(state="absent")["changed"]
    assert [call[:2] for call in server.calls] == [("POST", "role")] * 2, "nobody asks who uses a role that is gone"


@pytest.mark.parametrize(("gone", "words"), [(True, ""), (False, "cannot find role with id staff")])
def test_a_removal_that_cells_refuses_succeeds_if_the_role_no_longer_exists(
    run_module: RunModule, server: ScriptedRoles, http: responses.RequestsMock, gone: bool, words: str
) -> None:
    server.roles["staff"] = role("staff")

    def refuse(_request: Any) -> tuple[int, dict[str, str], str]:
        if gone:
            del server.roles["staff"]
        return 403, {}, '{"Title": "cannot find role with id staff"}'

    http.remove("DELETE", f"{URL}/a/role/staff")
    http.add_callback("DELETE", f"{URL}/a/role/staff", refuse)

    outcome = run_module("cells_role", {"cells_url": URL, "cells_token": TOKEN, "role_id": "staff", "state": "absent"})

    if gone:
        assert outcome["actions"] == ["remove role staff"]
    else:
        assert_one_clear_line(outcome, words)


def one_user(server: ScriptedRoles) -> None:
    server.holders["staff"] = {"Users": [{"Login": "dora"}], "Total": 1}


def many_users(server: ScriptedRoles) -> None:
    users = [{"Login": login} for login in ("dora", "emil", "frieda")]
    server.holders["staff"] = {"Users": users, "Total": 512}


def a_right(server: ScriptedRoles) -> None:
    server.rights.append({"ID": "1", "RoleID": "staff", "Action": {"Name": "read"}, "WorkspaceID": "w"})


def a_profile(server: ScriptedRoles) -> None:
    server.roles["staff"]["AutoApplies"] = ["standard"]


def a_rule(server: ScriptedRoles) -> None:
    server.connectors.append(connector(mappingRules=[rule("groups", text="all, staff"), rule("x", text="preg:staff")]))


def another_label(server: ScriptedRoles) -> None:
    server.roles["staff"]["Label"] = "Mine"


USES: dict[str, Any] = {
    "1 user (dora)": one_user,
    "512 users (dora, emil, frieda, …)": many_users,
    "1 right that it gives": a_right,
    "the profile standard": a_profile,
    "the connector keycloak": a_rule,
    "somebody who gave it the label 'Mine'": another_label,
}


@pytest.mark.parametrize("words", USES)
@pytest.mark.parametrize("if_unused", [True, False])
def test_a_role_that_is_used_stays(set_role: SetRole, server: ScriptedRoles, words: str, if_unused: bool) -> None:
    server.roles["staff"] = role("staff", "Staff")
    USES[words](server)

    outcome = set_role(state="absent", label="Staff", if_unused=if_unused)

    assert server.writes == []
    if if_unused:
        assert (outcome["changed"], outcome["used_by"]) == (False, [words])
    else:
        assert_one_clear_line(outcome, f"The role staff is used by {words}. Remove it from them first.")


@pytest.mark.parametrize("text", ["preg:staff", "Staff, staffs", ""])
def test_a_rule_that_does_not_name_the_role_does_not_use_it(
    set_role: SetRole, server: ScriptedRoles, text: str
) -> None:
    server.roles["staff"] = role("staff")
    server.connectors.append(connector(mappingRules=[rule("groups", text=text), rule("groups", "Group", "staff")]))

    assert set_role(state="absent")["changed"]


def test_a_connector_that_goes_too_does_not_count(set_role: SetRole, server: ScriptedRoles) -> None:
    server.roles["staff"] = role("staff")
    a_rule(server)

    assert set_role(state="absent", apart_from_connectors=["keycloak"])["changed"]


def test_a_role_with_a_slash_in_its_id_stays(set_role: SetRole, server: ScriptedRoles) -> None:
    server.roles["/a/b"] = role("/a/b")

    outcome = set_role(role_id="/a/b", state="absent", if_unused=True)

    assert outcome["used_by"] == ["Cells, whose REST API cannot remove a role with a slash in its id"]
    assert server.writes == []


def test_cells_home_has_roles_and_no_connectors(
    set_role: SetRole, server: ScriptedRoles, http: responses.RequestsMock
) -> None:
    server.roles["staff"] = role("staff")
    http.replace("GET", CONNECTORS, status=403, json={"Title": "you are not allowed to read that configuration"})
    http.get(f"{URL}/a/frontend/bootconf", json={"backend": {"PackageType": "PydioHome"}})

    assert set_role(state="absent")["changed"]


@pytest.mark.parametrize("answer", [[], {"Roles": {"a": 1}}, {"Roles": [{}]}])
def test_an_answer_of_another_form_is_one_line(
    run_module: RunModule, http: responses.RequestsMock, answer: Any
) -> None:
    http.post(f"{URL}/a/role", json=answer)

    outcome = run_module("cells_role_info", {"cells_url": URL, "cells_token": TOKEN})

    assert_one_clear_line(outcome, f"POST {URL}/a/role: HTTP 200, no list of roles in the answer")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["ADMINS", "b", "a"]),
        ({"role_id": "a"}, ["a"]),
        ({"role_id": "none"}, []),
        ({"role_id": "u1"}, ["u1"]),
        ({"label": "Alpha"}, ["b"]),
        ({"role_id": "a", "label": "Alpha"}, []),
    ],
)
def test_roles_are_read_by_id_or_label(
    run_module: RunModule, server: ScriptedRoles, options: dict[str, Any], ids: list[str]
) -> None:
    server.roles |= {"a": role("a", "Beta"), "b": role("b", "Alpha")}

    outcome = run_module("cells_role_info", {"cells_url": URL, "cells_token": TOKEN, **options})

    assert [found["Uuid"] for found in outcome["roles"]] == ids
    assert {tuple(found["AutoApplies"]) for found in outcome["roles"]} <= {()}
    assert not outcome["changed"]
