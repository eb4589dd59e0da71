# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client scopes of a client: assigned one by one, added or exact, moved between default and optional."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from support.keycloak.client_script import (
    CLIENT_ID,
    MODULE,
    SCOPE_IDS,
    along,
    arguments,
    client,
    reads,
    reads_realm_defaults,
    reads_scopes,
)
from support.keycloak.scripted import Script
from support.module import RunModule, assert_one_clear_line

DEFAULT, OPTIONAL = ["profile", "basic", "email"], ["phone", "address"]


@dataclass(frozen=True)
class Case:
    """A wish, the calls it takes and what the client has afterwards."""

    name: str
    wish: dict[str, Any]
    calls: list[tuple[str, str, str]]
    """Method, kind and name of a scope, in order."""
    default: list[str] = field(default_factory=lambda: DEFAULT)
    optional: list[str] = field(default_factory=lambda: OPTIONAL)


CASES = [
    Case(
        "add keeps the others",
        {"default_client_scopes": ["cellsscope"]},
        [("PUT", "default", "cellsscope")],
        default=[*DEFAULT, "cellsscope"],
    ),
    Case(
        "add an optional one",
        {"optional_client_scopes": ["cellsscope", "phone"]},
        [("PUT", "optional", "cellsscope")],
        optional=[*OPTIONAL, "cellsscope"],
    ),
    Case(
        "exact removes the others, removals first",
        {"default_client_scopes": ["basic", "cellsscope"], "client_scopes_mode": "exact"},
        [("DELETE", "default", "email"), ("DELETE", "default", "profile"), ("PUT", "default", "cellsscope")],
        default=["basic", "cellsscope"],
    ),
    Case(
        "exact of one kind leaves the other kind alone",
        {"optional_client_scopes": ["phone"], "client_scopes_mode": "exact"},
        [("DELETE", "optional", "address")],
        optional=["phone"],
    ),
    Case(
        "an exact empty list clears",
        {"optional_client_scopes": [], "client_scopes_mode": "exact"},
        [("DELETE", "optional", "address"), ("DELETE", "optional", "phone")],
        optional=[],
    ),
    Case(
        "an optional scope declared as default moves",
        {"default_client_scopes": ["phone"]},
        [("DELETE", "optional", "phone"), ("PUT", "default", "phone")],
        default=[*DEFAULT, "phone"],
        optional=["address"],
    ),
    Case(
        "a default scope declared as optional moves",
        {"optional_client_scopes": ["email"]},
        [("DELETE", "default", "email"), ("PUT", "optional", "email")],
        default=["profile", "basic"],
        optional=[*OPTIONAL, "email"],
    ),
    Case(
        "two scopes change places",
        {"default_client_scopes": ["phone"], "optional_client_scopes": ["email"]},
        [
            ("DELETE", "default", "email"),
            ("DELETE", "optional", "phone"),
            ("PUT", "default", "phone"),
            ("PUT", "optional", "email"),
        ],
        default=["profile", "basic", "phone"],
        optional=["address", "email"],
    ),
]


def line(method: str, kind: str, name: str) -> str:
    """Return the action line of a call."""
    verb, preposition = ("assign", "to") if method == "PUT" else ("remove", "from")
    return f"{verb} {kind} client scope {name} {preposition} client {CLIENT_ID}"


def assigns(script: Script, *calls: tuple[str, str, str]) -> None:
    """Expect that scopes are assigned or removed, each by its own call."""
    for method, kind, name in calls:
        path = f"clients/client-uuid/{kind}-client-scopes/{SCOPE_IDS[name]}"
        if method == "PUT":
            script.put(path, {})
        else:
            script.delete(path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_scopes_are_assigned_one_by_one_and_a_second_run_finds_them_so(
    case: Case, keycloak: Script, run_module: RunModule
) -> None:
    after = client(defaultClientScopes=case.default, optionalClientScopes=case.optional)
    reads(keycloak, client())
    if names_unassigned(case):
        reads_scopes(keycloak)
    promised = run_module(MODULE, arguments(**case.wish), check=True)
    reads(keycloak, client())
    reads_scopes(keycloak)
    assigns(keycloak, *case.calls)
    reads(keycloak, after)
    done = run_module(MODULE, arguments(**case.wish))
    reads(keycloak, after)
    again = run_module(MODULE, arguments(**case.wish))

    assert promised["actions"] == done["actions"] == [line(*call) for call in case.calls]
    assert promised["diff"] == done["diff"]
    assert promised["client"]["defaultClientScopes"] == done["client"]["defaultClientScopes"] == sorted(case.default)
    assert promised["client"]["optionalClientScopes"] == done["client"]["optionalClientScopes"] == sorted(case.optional)
    assert again["changed"] is False


def names_unassigned(case: Case) -> bool:
    """Return whether the wish names a scope that is not assigned as that kind, whose id is needed."""
    kinds = (("default_client_scopes", DEFAULT), ("optional_client_scopes", OPTIONAL))
    return any(name not in assigned for option, assigned in kinds for name in case.wish.get(option, []))


@pytest.mark.parametrize("mode", ["add", "exact"])
def test_scopes_that_are_assigned_already_take_no_write(mode: str, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    wish = {"default_client_scopes": ["email", "basic", "profile"], "optional_client_scopes": ["address", "phone"]}

    assert run_module(MODULE, arguments(**wish, client_scopes_mode=mode))["changed"] is False


def test_an_empty_list_in_mode_add_takes_nothing_away(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())

    assert run_module(MODULE, arguments(default_client_scopes=[], optional_client_scopes=[]))["changed"] is False


def test_a_new_client_keeps_the_scopes_of_the_realm_and_gets_the_declared_one(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    reads_realm_defaults(keycloak, DEFAULT, OPTIONAL)
    reads_scopes(keycloak)
    keycloak.post("clients", {"clientId": CLIENT_ID, "protocol": "openid-connect"})
    reads(keycloak, client())
    assigns(keycloak, ("PUT", "default", "cellsscope"))
    reads(keycloak, client(defaultClientScopes=[*DEFAULT, "cellsscope"]))

    outcome = run_module(MODULE, arguments(default_client_scopes=["cellsscope"]))

    assert outcome["actions"] == [f"create client {CLIENT_ID}", line("PUT", "default", "cellsscope")]
    assert outcome["client"]["defaultClientScopes"] == ["basic", "cellsscope", "email", "profile"]


def test_a_new_client_in_mode_exact_loses_the_scopes_that_the_realm_gave_it(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    reads_realm_defaults(keycloak, DEFAULT, OPTIONAL)
    reads_scopes(keycloak)
    keycloak.post("clients", {"clientId": CLIENT_ID, "protocol": "openid-connect"})
    removals = [("DELETE", "default", "email"), ("DELETE", "default", "profile")]
    for removal in removals:
        reads(keycloak, client())
        assigns(keycloak, removal)
    reads(keycloak, client(defaultClientScopes=["basic"]))

    outcome = run_module(MODULE, arguments(default_client_scopes=["basic"], client_scopes_mode="exact"))

    assert outcome["actions"] == [f"create client {CLIENT_ID}", *(line(*call) for call in removals)]
    assert outcome["client"]["defaultClientScopes"] == ["basic"]


@pytest.mark.parametrize("mode", ["add", "exact"])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_scope_that_comes_and_goes_with_service_accounts_is_foreseen(
    enabled: bool, mode: str, keycloak: Script, run_module: RunModule
) -> None:
    with_it = [*DEFAULT, "service_account"]
    after = DEFAULT if mode == "exact" or not enabled else with_it
    reads(keycloak, client(serviceAccountsEnabled=not enabled, defaultClientScopes=DEFAULT if enabled else with_it))
    if enabled:
        reads_scopes(keycloak)
    keycloak.put("clients/client-uuid", {**along(client()), "serviceAccountsEnabled": enabled})
    removals = [("DELETE", "default", "service_account")] if enabled and mode == "exact" else []
    assigns(keycloak, *removals)
    reads(keycloak, client(serviceAccountsEnabled=enabled, defaultClientScopes=after))

    wish = {"default_client_scopes": DEFAULT, "client_scopes_mode": mode}
    outcome = run_module(MODULE, arguments(service_accounts_enabled=enabled, **wish))

    assert outcome["actions"] == [
        f"update client {CLIENT_ID}: serviceAccountsEnabled",
        *(line(*call) for call in removals),
    ]
    assert outcome["diff"]["after"]["defaultClientScopes"] == sorted(after)


def test_a_scope_goes_along_with_a_changed_option_but_not_in_the_put(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    reads_scopes(keycloak)
    keycloak.put("clients/client-uuid", {**along(client()), "name": "Cells"})
    assigns(keycloak, ("PUT", "default", "cellsscope"))
    reads(keycloak, client(name="Cells", defaultClientScopes=[*DEFAULT, "cellsscope"]))

    outcome = run_module(MODULE, arguments(name="Cells", default_client_scopes=["cellsscope"]))

    assert outcome["actions"] == [f"update client {CLIENT_ID}: name", line("PUT", "default", "cellsscope")]


@pytest.mark.parametrize("name", ["nosuchscope", "role_list"], ids=["unknown", "for SAML"])
@pytest.mark.parametrize("found", [[], [client()]], ids=["new client", "client there"])
def test_an_unknown_scope_stops_a_run_before_a_write_and_only_warns_in_check_mode(
    found: list[dict[str, Any]], name: str, keycloak: Script, run_module: RunModule
) -> None:
    for _run in range(2):
        reads(keycloak, *found)
        if not found:
            reads_realm_defaults(keycloak, DEFAULT, OPTIONAL)
        reads_scopes(keycloak)
    wish = arguments(default_client_scopes=[name, "basic"])

    stopped = run_module(MODULE, wish)
    promised = run_module(MODULE, wish, check=True)

    assert_one_clear_line(stopped, "Realm cells", f"no client scope {name} for openid-connect", "cellsscope")
    assert promised["changed"] is True
    assert any(name in warning for warning in promised.warnings)


def test_a_scope_declared_twice_is_refused_before_any_call(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(MODULE, arguments(default_client_scopes=["phone"], optional_client_scopes=["phone"]))

    assert_one_clear_line(outcome, "phone", "default", "optional")


@pytest.mark.parametrize("check", [True, False])
def test_an_account_that_sees_no_client_scope_is_told_which_role_it_lacks(
    check: bool, *, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client())
    keycloak.get("client-scopes", [])

    outcome = run_module(MODULE, arguments(default_client_scopes=["address"]), check=check)

    told = outcome.warnings if check else [outcome.msg]
    assert any("view-clients of the client realm-management" in line for line in told)
