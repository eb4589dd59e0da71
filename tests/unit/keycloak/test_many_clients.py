# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many clients in one task: one listing, only the writes that are needed, a few at a time, and no failure lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from support.keycloak.client_script import SERVER_SECRET, along, client
from support.keycloak.scripted import BY_TOKEN, Script
from support.module import Outcome, RunModule, assert_one_clear_line
from support.scripted_servers import Servers, serving

MODULE = "keycloak_oidc_clients"
OWN_SECRET = "standin-declared-secret-4a9e1c7d5b3f2086"


def shown(client_id: str, **own: Any) -> dict[str, Any]:
    """Return a client as Keycloak shows it."""
    return client(id=f"{client_id}-uuid", clientId=client_id, **own)


def wishes(*clients: dict[str, Any], **own: Any) -> dict[str, Any]:
    """Return a task's arguments; one client at a time, so that the calls have an order."""
    return {**BY_TOKEN, "clients": list(clients), "parallel": 1, **own}


def lists(script: Script, *found: dict[str, Any]) -> None:
    """Expect one listing of all clients."""
    script.get("clients", list(found))


def reads(script: Script, name: str, *found: dict[str, Any]) -> None:
    """Expect a look at one client after its write."""
    script.get("clients", list(found), clientId=name)


@pytest.mark.parametrize("check", [True, False])
def test_clients_that_do_not_differ_take_one_listing(check: bool, keycloak: Script, run_module: RunModule) -> None:
    lists(keycloak, shown("a", name="A"), shown("b"), shown("other"))
    declared = wishes({"client_id": "a", "name": "A"}, {"client_id": "b"}, {"client_id": "gone", "state": "absent"})

    outcome = run_module(MODULE, declared, check=check)

    assert outcome["changed"] is False
    assert [entry["client_id"] for entry in outcome["clients"]] == ["a", "b", "gone"]
    assert outcome["actions"] == outcome["diff"] == []
    assert "client_secrets" not in outcome.values


def test_only_differences_are_written_and_check_mode_predicts_them(keycloak: Script, run_module: RunModule) -> None:
    there = (shown("a", name="A"), shown("b", name="old"), shown("d"))
    declared = wishes(
        {"client_id": "a", "name": "A"},
        {"client_id": "b", "name": "B"},
        {"client_id": "c", "public_client": False, "secret": OWN_SECRET, "return_secret": True},
        {"client_id": "d", "state": "absent"},
    )
    lists(keycloak, *there)
    promised = run_module(MODULE, declared, check=True)
    lists(keycloak, *there)
    keycloak.put("clients/b-uuid", {**along(client()), "name": "B"})
    reads(keycloak, "b", shown("b", name="B"))
    body = {"clientId": "c", "protocol": "openid-connect", "publicClient": False, "secret": OWN_SECRET}
    keycloak.post("clients", body)
    reads(keycloak, "c", shown("c", secret=OWN_SECRET))
    keycloak.delete("clients/d-uuid")
    reads(keycloak, "d")
    done = run_module(MODULE, declared)

    for key in ("changed", "actions", "diff"):
        assert promised[key] == done[key]
    assert done["actions"] == ["update client b: name", "create client c", "remove client d"]
    assert [entry["changed"] for entry in done["clients"]] == [False, True, True, True]
    assert [entry["new_secret"] for entry in done["clients"]] == [False, False, True, False]
    assert len(done["diff"]) == 3
    assert done["client_secrets"] == {"c": OWN_SECRET}
    assert done.printed.count(OWN_SECRET) == 1
    assert SERVER_SECRET not in done.printed


def test_a_client_that_fails_does_not_stop_the_others(keycloak: Script, run_module: RunModule) -> None:
    declared = wishes(
        {"client_id": "a", "redirect_uris": ["no-scheme"]},
        {"client_id": "b", "name": "B", "secret": OWN_SECRET},
        {"client_id": "c", "name": "C"},
        {"client_id": "d", "default_client_scopes": ["no-such-scope"]},
    )
    lists(keycloak, *(shown(name) for name in "abcd"))
    refused = {**along(client()), "name": "B", "secret": OWN_SECRET}
    keycloak.put("clients/b-uuid", refused, status=400, json={"error": "no to " + OWN_SECRET})
    keycloak.put("clients/c-uuid", {**along(client()), "name": "C"})
    reads(keycloak, "c", shown("c", name="C"))
    keycloak.get("client-scopes", [{"id": "email-id", "name": "email", "protocol": "openid-connect"}])

    outcome = run_module(MODULE, declared)

    assert_one_clear_line(outcome, "3 of 4 clients failed", "a: ", "b: ", "d: ", "HTTP 400", "no-such-scope")
    assert outcome.values["changed"] is True
    assert ["msg" in entry for entry in outcome.values["clients"]] == [True, True, False, True]
    assert outcome.values["clients"][2]["actions"] == outcome.values["actions"] == ["update client c: name"]
    assert OWN_SECRET not in outcome.printed


@pytest.mark.parametrize("parallel", [0, 11])
def test_a_number_that_is_not_useful_is_refused_before_any_call(
    parallel: int, keycloak: Script, run_module: RunModule
) -> None:
    assert_one_clear_line(run_module(MODULE, wishes({"client_id": "a"}, parallel=parallel)), "parallel", str(parallel))


def test_a_client_that_is_declared_twice_is_refused_before_any_call(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(MODULE, wishes({"client_id": "a"}, {"client_id": "b"}, {"client_id": "a", "name": "x"}))

    assert_one_clear_line(outcome, "clients: a is declared more than once")


def test_two_clients_of_one_id_on_the_server_are_an_error_for_that_one(keycloak: Script, run_module: RunModule) -> None:
    lists(keycloak, shown("a"), {**shown("a"), "id": "second"}, shown("b"))

    outcome = run_module(MODULE, wishes({"client_id": "a"}, {"client_id": "b"}))

    assert_one_clear_line(outcome, "1 of 2 clients failed", "a-uuid", "second")


def test_shared_data_of_clients_is_read_once(keycloak: Script, run_module: RunModule) -> None:
    lists(keycloak, shown("a", defaultClientScopes=[]), shown("b", defaultClientScopes=[]))
    keycloak.get("client-scopes", [{"id": "scope", "name": "cellsscope", "protocol": "openid-connect"}])
    scoped = [{"client_id": name, "default_client_scopes": ["cellsscope"]} for name in ("a", "b")]

    outcome = run_module(MODULE, wishes(*scoped), check=True)

    assert len(outcome["actions"]) == 2


def test_no_clients_are_no_requests(keycloak: Script, run_module: RunModule) -> None:
    assert run_module(MODULE, wishes())["clients"] == []


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Yield a server that takes several calls at a time."""
    with serving() as running:
        yield running


def many(servers: Servers, run_module: RunModule, **own: Any) -> Outcome:
    """Create twelve clients with a login by password."""
    account = {"auth_username": "admin", "auth_password": "standin-admin-password-8c1f0e4b"}
    clients = [{"client_id": f"c{number}", "public_client": False} for number in range(12)]
    return run_module(
        MODULE, {"auth_keycloak_url": servers.url, "realm": "cells", "clients": clients, **account, **own}
    )


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_bounded_number_of_requests_is_under_way_at_a_time(
    parallel: int, servers: Servers, run_module: RunModule
) -> None:
    meeting = threading.Barrier(parallel, timeout=60)
    under_way, most = [], []

    def together(method: str, path: str) -> None:
        if (method, path) == ("POST", "/admin/realms/cells/clients"):
            under_way.append(path)
            # Nobody gets on until so many are here.
            meeting.wait()
            most.append(len(under_way))
            under_way.remove(path)

    servers.meanwhile = together

    outcome = many(servers, run_module, parallel=parallel)

    assert len(outcome["actions"]) == 12
    assert max(most) == parallel
    assert sorted(line for line in servers.requests if line.endswith("/token")) == [TOKEN_CALL]


TOKEN_CALL = "POST /realms/master/protocol/openid-connect/token"


def test_one_login_is_enough_for_all_that_meet_an_expired_token(servers: Servers, run_module: RunModule) -> None:
    """As if the realm's tokens had a shorter lifetime than the task."""
    # Enough for a second try of each of the four, whatever the others send meanwhile.
    servers.token_is_good_for = 12

    outcome = many(servers, run_module, parallel=4)

    assert len(outcome["actions"]) == 12
    calls = [line for line in servers.requests if line != TOKEN_CALL]
    logins = len(servers.requests) - len(calls)
    assert logins <= 1 + len(calls) // servers.token_is_good_for


def test_a_login_that_is_refused_meanwhile_is_tried_once_and_ends_the_task(
    servers: Servers, run_module: RunModule
) -> None:
    servers.token_is_good_for, servers.logins = 5, 1

    outcome = many(servers, run_module, parallel=4)

    assert_one_clear_line(outcome, "Check the account", "Not tried")
    assert servers.requests.count(TOKEN_CALL) == 2


SCOPE = {"name": "cellsscope", "description": "Defines the claim"}


def new_scope(script: Script) -> None:
    """Expect that the client scope is made and looked at again."""
    script.get("client-scopes", [])
    script.post("client-scopes", {"protocol": "openid-connect", **SCOPE})
    script.get("client-scopes", [{"id": "scope-id", "protocol": "openid-connect", **SCOPE}])


def test_client_scopes_come_first_so_that_a_client_can_have_them(keycloak: Script, run_module: RunModule) -> None:
    declared = wishes({"client_id": "a", "default_client_scopes": ["cellsscope"]}, client_scopes=[SCOPE])
    keycloak.get("client-scopes", [])
    reads(keycloak, "a", shown("a", defaultClientScopes=[]))
    predicted = run_module(MODULE, declared, check=True)
    new_scope(keycloak)
    reads(keycloak, "a", shown("a", defaultClientScopes=[]))
    keycloak.get("client-scopes", [{"id": "scope-id", "protocol": "openid-connect", **SCOPE}])
    keycloak.put("clients/a-uuid/default-client-scopes/scope-id", {})
    reads(keycloak, "a", shown("a", defaultClientScopes=["cellsscope"]))

    done = run_module(MODULE, declared)

    assert predicted["actions"] == done["actions"]
    assert done["actions"][0] == "create client scope cellsscope"
    assert predicted["diff"] == done["diff"]
    assert len(done["diff"]) == 2
    assert [(entry["name"], entry["changed"]) for entry in done["client_scopes"]] == [("cellsscope", True)]
    assert done["client_scopes"][0]["client_scope"]["id"] == "scope-id"
    assert predicted.warnings == done.warnings == []


def test_no_client_is_written_if_a_client_scope_fails(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get("client-scopes", [])
    keycloak.post("client-scopes", {"protocol": "openid-connect", **SCOPE}, status=400, json={"error": "no"})

    outcome = run_module(MODULE, wishes({"client_id": "a"}, client_scopes=[SCOPE]))

    assert_one_clear_line(outcome, "client-scopes: HTTP 400")


@pytest.mark.parametrize("wrong", [{"parallel": 0}, {"clients": [{"client_id": "a"}, {"client_id": "a"}]}], ids=list)
def test_no_client_scope_is_written_if_the_clients_cannot_be_declared(
    wrong: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    declared = {**wishes({"client_id": "a"}, client_scopes=[SCOPE]), **wrong}

    assert_one_clear_line(run_module(MODULE, declared), next(iter(wrong)))


def test_a_client_scope_that_is_declared_twice_is_refused_before_anything_is_sent(
    keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(MODULE, wishes({"client_id": "a"}, client_scopes=[SCOPE, SCOPE]))

    assert_one_clear_line(outcome, "client_scopes: cellsscope is declared more than once")
