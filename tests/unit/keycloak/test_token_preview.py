# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The preview of a user's tokens (rows T1, D2), and expectations on them."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import Outcome, RunModule, assert_one_clear_line

MODULE = "keycloak_token_preview"
GROUP = "cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org"
ID_TOKEN = {
    "preferred_username": "alice",
    "email": "alice@example.org",
    "email_verified": False,
    "cellsgroups": [GROUP],
    "empty_list": [],
    "nothing": None,
    "zero": 0,
    "with space": "x",
}
ACCESS_TOKEN = {"typ": "Bearer", "scope": "openid email"}
USERINFO = {"preferred_username": "alice"}
ALICE = {"id": "alice-id", "username": "alice"}
ALL = ("id_token", "access_token", "userinfo", "missing_claims", "failed_expectations")


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "client_id": "demo", "username": "alice", **own}


CLIENT = {
    "id": "uuid",
    "clientId": "demo",
    "defaultClientScopes": ["profile", "cellsscope"],
    "optionalClientScopes": ["email"],
}


def finds_client(script: Script, *found: dict[str, Any]) -> None:
    """Expect the look-up of the client."""
    script.get("clients", list(found) or [CLIENT], clientId="demo")


def previews(
    script: Script,
    scope: str = "openid",
    user: dict[str, str] | None = None,
    asked: str = "alice",
    found_at_second_look: bool = False,
) -> None:
    """Expect a whole preview."""
    finds_client(script)
    if found_at_second_look:
        script.get("users", [], username=asked, exact="true")
    script.get("users", [user or ALICE], username=asked, exact="true")
    for kind, claims in (("id-token", ID_TOKEN), ("access-token", ACCESS_TOKEN), ("userinfo", USERINFO)):
        path = f"clients/uuid/evaluate-scopes/generate-example-{kind}"
        script.get(path, claims, scope=scope, userId="alice-id")


def assert_claims_returned(outcome: Outcome) -> None:
    """Assert that the claims are in the result, also if the module failed."""
    assert outcome.values["id_token"] == ID_TOKEN
    assert outcome.values["access_token"] == ACCESS_TOKEN
    assert outcome.values["userinfo"] == USERINFO


@pytest.mark.parametrize("check", [True, False])
def test_the_claims_of_all_three_are_returned_in_check_mode_too(
    check: bool, keycloak: Script, run_module: RunModule
) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(), check=check)

    assert outcome["changed"] is False
    assert_claims_returned(outcome)
    assert outcome["missing_claims"] == outcome["failed_expectations"] == []


def test_a_scope_that_the_client_does_not_have_is_refused(keycloak: Script, run_module: RunModule) -> None:
    finds_client(keycloak)

    outcome = run_module(MODULE, arguments(scope="openid phone email address"))

    assert_one_clear_line(outcome, "phone, address", "invalid_scope", "cellsscope")


def test_the_scopes_of_the_login_are_passed_on(keycloak: Script, run_module: RunModule) -> None:
    previews(keycloak, scope="openid profile email cellsscope")

    assert_claims_returned(run_module(MODULE, arguments(scope="openid profile email cellsscope")))


def test_a_user_name_is_found_in_any_case(keycloak: Script, run_module: RunModule) -> None:
    previews(keycloak, asked="Alice")

    assert_claims_returned(run_module(MODULE, arguments(username="Alice")))


def test_missing_claims_are_named_and_the_claims_are_returned_all_the_same(
    keycloak: Script, run_module: RunModule
) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(expect_claims=["email", "groups", "empty_list", "nothing", "zero"]))

    assert_one_clear_line(outcome, "alice", "client demo", "groups is missing", "nothing is missing")
    assert outcome.values["missing_claims"] == ["groups", "nothing"]
    assert_claims_returned(outcome)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        (f"contains(cellsgroups, '{GROUP}')", True),
        ("contains(cellsgroups, 'cn=nobody')", False),
        ("email_verified", False),
        ("email_verified == `false`", True),
        ("email == 'alice@example.org'", True),
        ("nosuchclaim", False),
        ("empty_list", False),
        ("zero", True),
        ('"with space"', True),
        ("length(cellsgroups) > `1`", False),
    ],
)
def test_an_expectation_holds_as_jmespath_has_it(
    expression: str, holds: bool, keycloak: Script, run_module: RunModule
) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(expect=[expression]))

    assert outcome.failed is not holds
    assert outcome.values["failed_expectations"] == ([] if holds else [expression])
    assert_claims_returned(outcome)
    if not holds:
        assert_one_clear_line(outcome, expression, "does not hold")


def test_all_unmet_expectations_are_in_one_line(keycloak: Script, run_module: RunModule) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(expect_claims=["groups"], expect=["email_verified", "email", "nothing"]))

    assert_one_clear_line(outcome, "groups is missing", "email_verified does not hold", "nothing does not hold")
    assert outcome.values["failed_expectations"] == ["email_verified", "nothing"]


def test_a_function_of_a_claim_that_is_not_there_does_not_hold(keycloak: Script, run_module: RunModule) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(expect_claims=["groups"], expect=["contains(groups, 'a')"]))

    assert_one_clear_line(outcome, "the claim groups is missing", "contains(groups, 'a') does not hold")


@pytest.mark.parametrize("expression", ["contains(", "a b", "", "nosuchfunction(@)", "contains(email)", "length(zero)"])
def test_an_expression_that_cannot_be_evaluated_is_named(
    expression: str, keycloak: Script, run_module: RunModule
) -> None:
    previews(keycloak)

    outcome = run_module(MODULE, arguments(expect=[expression]))

    assert_one_clear_line(outcome, "expect", repr(expression), "cannot be evaluated")


def test_an_unknown_client_is_named(keycloak: Script, run_module: RunModule) -> None:
    finds_client(keycloak, {"id": "x", "clientId": "demo2"})

    assert_one_clear_line(run_module(MODULE, arguments()), "Realm cells", "no client 'demo'")


@pytest.mark.parametrize("found", [[], [{"id": "x", "username": "alice.smith"}]], ids=["nobody", "another"])
def test_an_unknown_user_is_named(found: list[dict[str, str]], keycloak: Script, run_module: RunModule) -> None:
    finds_client(keycloak)
    for _look in range(2):
        keycloak.get("users", found, username="alice", exact="true")

    assert_one_clear_line(run_module(MODULE, arguments()), "Realm cells", "no user 'alice'", "LDAP")


def test_a_user_that_another_session_is_importing_is_found_by_the_second_request(
    keycloak: Script, run_module: RunModule
) -> None:
    previews(keycloak, found_at_second_look=True)

    assert run_module(MODULE, arguments())["id_token"] == ID_TOKEN


def test_two_users_of_one_name_are_an_error_that_lists_their_ids(keycloak: Script, run_module: RunModule) -> None:
    finds_client(keycloak)
    keycloak.get("users", [{**ALICE, "id": "id-2"}, {**ALICE, "id": "id-1"}], username="alice", exact="true")

    assert_one_clear_line(run_module(MODULE, arguments()), "user alice", "id-1, id-2")


def test_jmespath_is_required_only_if_an_expectation_needs_it(
    keycloak: Script, run_module: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    previews(keycloak)
    previews(keycloak)

    assert_claims_returned(run_module(MODULE, arguments(expect_claims=["email"])))
    assert_one_clear_line(run_module(MODULE, arguments(expect=["email"])), "jmespath", "pip install jmespath")
