# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals and odd answers of a Keycloak server: each becomes one line that says what to do. Names in URLs."""

from __future__ import annotations

from typing import Any

import pytest
from responses.matchers import query_param_matcher

from support.keycloak.scripted import BY_TOKEN, REALM, TOKEN, URL, Script
from support.module import RunModule, assert_one_clear_line

INFO, CLIENT, SCOPE = "keycloak_oidc_client_info", "keycloak_oidc_client", "keycloak_client_scope"
MAPPER, PREVIEW = "keycloak_ldap_mapper", "keycloak_token_preview"
FORBIDDEN = {"status": 403, "json": {"error": "HTTP 403 Forbidden"}}
HTML = "<html><head><title>Gateway</title></head>\n<body>Hello</body></html>"
PROVIDER = {"id": "ldap-id", "name": "ldap", "providerId": "ldap"}
SOME_CLIENT = {"id": "uuid", "clientId": "demo"}


def reader(script: Script, module: str) -> dict[str, Any]:
    """Expect the calls before the refused one, and return the module's arguments."""
    own = {
        INFO: {},
        CLIENT: {"client_id": "demo"},
        SCOPE: {"name": "cellsscope"},
        MAPPER: {"ldap_provider": "ldap", "name": "groups"},
        PREVIEW: {"client_id": "demo", "username": "alice"},
    }
    if module == PREVIEW:
        script.get("clients", [SOME_CLIENT], clientId="demo")
    return {**BY_TOKEN, **own[module]}


@pytest.mark.parametrize("realm", [REALM, "clients-of-components", "users"])
@pytest.mark.parametrize(
    ("module", "path", "role"),
    [
        (INFO, "clients", "view-clients"),
        (CLIENT, "clients", "view-clients"),
        (SCOPE, "client-scopes", "view-clients"),
        (MAPPER, "components", "view-realm"),
        (PREVIEW, "users", "view-users"),
    ],
)
def test_a_refused_read_names_the_role_that_is_missing(
    module: str, path: str, role: str, realm: str, *, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.realm_url = f"{URL}/admin/realms/{realm}"
    arguments = reader(keycloak, module)
    keycloak.call("GET", path, **FORBIDDEN)

    outcome = run_module(module, {**arguments, "realm": realm})

    assert_one_clear_line(outcome, "GET", f"{URL}/admin/realms/{realm}/{path}", "HTTP 403", f"role {role} of")


@pytest.mark.parametrize(
    ("module", "own", "reads", "write", "role"),
    [
        (
            CLIENT,
            {"client_id": "demo"},
            [("clients", [], {"clientId": "demo"})],
            ("clients", {"clientId": "demo", "protocol": "openid-connect"}),
            "manage-clients",
        ),
        (
            SCOPE,
            {"name": "cellsscope"},
            [("client-scopes", [], {})],
            ("client-scopes", {"name": "cellsscope", "protocol": "openid-connect"}),
            "manage-clients",
        ),
        (
            MAPPER,
            {"ldap_provider": "ldap", "name": "x", "mapper_type": "any-ldap-mapper"},
            [("components", [PROVIDER], {})],
            (
                "components",
                {
                    "id": "9804b6d2-c77b-51bd-acb3-3476af681771",
                    "name": "x",
                    "parentId": "ldap-id",
                    "providerId": "any-ldap-mapper",
                    "providerType": "org.keycloak.storage.ldap.mappers.LDAPStorageMapper",
                },
            ),
            "manage-realm",
        ),
    ],
    ids=["client", "client scope", "LDAP mapper"],
)
def test_a_refused_write_names_the_role_that_is_missing(
    module: str,
    own: dict[str, str],
    reads: list[tuple[str, Any, dict[str, str]]],
    write: tuple[str, Any],
    role: str,
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    for path, answer, query in reads:
        keycloak.get(path, answer, **query)
    keycloak.post(*write, **FORBIDDEN)

    assert_one_clear_line(run_module(module, {**BY_TOKEN, **own}), "POST", "HTTP 403", f"role {role} of")


@pytest.mark.parametrize("module", [INFO, CLIENT, SCOPE])
def test_an_unknown_realm_is_named(module: str, keycloak: Script, run_module: RunModule) -> None:
    arguments = reader(keycloak, module)
    path = "client-scopes" if module == SCOPE else "clients"
    keycloak.call("GET", path, status=404, json={"error": "Realm not found."})

    assert_one_clear_line(run_module(module, arguments), "HTTP 404", "Realm not found", f"realm '{REALM}'")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 200, "body": HTML, "content_type": "text/html"}, ["HTTP 200", "text/html", "JSON"]),
        ({"status": 502, "body": HTML, "content_type": "text/html; charset=utf-8"}, ["HTTP 502", "text/html"]),
        ({"status": 200, "body": ""}, ["HTTP 200"]),
        ({"status": 200, "json": {"hello": "world"}}, ["HTTP 200"]),
        ({"status": 400, "json": {"errorMessage": "Bad\nclient"}}, ["HTTP 400", "Bad client"]),
        ({"status": 400, "json": {"error": "a", "error_description": "b"}}, ["HTTP 400", "a: b"]),
        ({"status": 500, "json": ["odd"]}, ["HTTP 500", "odd"]),
        ({"status": 500, "body": ""}, ["HTTP 500"]),
    ],
    ids=["HTML 200", "HTML 502", "empty 200", "no list", "line break", "two words", "list", "nothing"],
)
def test_an_odd_answer_to_a_read_is_one_clear_line(
    answer: dict[str, Any], words: list[str], keycloak: Script, run_module: RunModule
) -> None:
    for _attempt in range(5 if answer["status"] == 502 else 1):
        keycloak.call("GET", "clients", **answer)

    outcome = run_module(INFO, BY_TOKEN)

    assert_one_clear_line(outcome, "GET", f"{URL}/admin/realms/cells/clients", *words)
    assert TOKEN not in outcome.printed


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 200, "body": HTML, "content_type": "text/html"},
        {"status": 200, "json": {}},
        {"status": 204},
        {"status": 201, "headers": {}},
        {"status": 500, "body": HTML, "content_type": "text/html"},
    ],
    ids=["HTML 200", "JSON 200", "204", "201 of nothing", "HTML 500"],
)
def test_an_odd_answer_to_a_create_is_one_clear_line(
    answer: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    keycloak.get("clients", [], clientId="demo")
    keycloak.post("clients", {"clientId": "demo", "protocol": "openid-connect"}, **answer)

    outcome = run_module(CLIENT, {**BY_TOKEN, "client_id": "demo"})

    assert_one_clear_line(outcome, "POST", f"{URL}/admin/realms/cells/clients", f"HTTP {answer['status']}")


@pytest.mark.parametrize(
    "answer",
    [{"status": 200, "body": HTML, "content_type": "text/html"}, {"status": 201, "json": []}],
    ids=["HTML 200", "JSON 201"],
)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_odd_answer_to_a_change_is_one_clear_line(
    method: str, answer: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    keycloak.get("clients", [SOME_CLIENT], clientId="demo")
    if method == "PUT":
        keycloak.put("clients/uuid", {"name": "Cells"}, **answer)
    else:
        keycloak.delete("clients/uuid", **answer)
    wish = {"name": "Cells"} if method == "PUT" else {"state": "absent"}

    outcome = run_module(CLIENT, {**BY_TOKEN, "client_id": "demo", **wish})

    assert_one_clear_line(outcome, method, f"{URL}/admin/realms/cells/clients/uuid", f"HTTP {answer['status']}")


@pytest.mark.parametrize(
    ("realm", "encoded"),
    [
        ("Büro Köln", "B%C3%BCro%20K%C3%B6ln"),
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("100%", "100%25"),
    ],
)
def test_a_realms_name_is_encoded_in_urls_of_reads_and_writes(
    realm: str, encoded: str, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.realm_url = f"{URL}/admin/realms/{encoded}"
    keycloak.get("clients", [SOME_CLIENT], clientId="demo")
    keycloak.put("clients/uuid", {"name": "Cells"})
    keycloak.get("clients", [{**SOME_CLIENT, "name": "Cells"}], clientId="demo")

    outcome = run_module(CLIENT, {**BY_TOKEN, "realm": realm, "client_id": "demo", "name": "Cells"})

    assert outcome["changed"] is True
    assert {call.request.url.split("/clients")[0] for call in keycloak.mock.calls} == {keycloak.realm_url}


def test_a_login_realms_name_is_encoded(keycloak: Script, run_module: RunModule) -> None:
    form = {"client_id": "deployer", "client_secret": "s3" * 20, "grant_type": "client_credentials", "scope": "openid"}
    keycloak.login(form, "Büro/Köln 1")
    keycloak.get("clients", [])
    arguments = {"auth_keycloak_url": URL, "auth_realm": "Büro/Köln 1", "auth_client_id": "deployer", "realm": REALM}

    assert run_module(INFO, {**arguments, "auth_client_secret": "s3" * 20})["clients"] == []


@pytest.mark.parametrize("client_id", ["https://cells.example.org/?a=1&b=2", "Zwei Wörter", "a+b", "100%&x=y#z"])
def test_a_client_id_is_encoded_in_the_query_and_matched_exactly(
    client_id: str, keycloak: Script, run_module: RunModule
) -> None:
    # The matcher decodes the query: only an id that came through whole is the same again.
    keycloak.call(
        "GET",
        "clients",
        match=[query_param_matcher({"clientId": client_id})],
        json=[{"id": "uuid", "clientId": client_id}, {"id": "other", "clientId": client_id.lower() + "x"}],
    )

    found = run_module(INFO, {**BY_TOKEN, "client_id": client_id})["clients"]

    assert [client["id"] for client in found] == ["uuid"]


@pytest.mark.parametrize(
    ("module", "own", "path", "found", "what"),
    [
        (SCOPE, {"name": "twin"}, "client-scopes", {"name": "twin"}, "client scope twin"),
        (
            MAPPER,
            {"ldap_provider": "twin", "name": "x"},
            "components",
            {"name": "twin", "providerId": "ldap"},
            "LDAP provider twin",
        ),
    ],
)
def test_a_name_that_two_objects_bear_is_an_error_that_lists_their_ids(
    module: str,
    own: dict[str, str],
    path: str,
    found: dict[str, str],
    what: str,
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    keycloak.call("GET", path, json=[{**found, "id": "id-2"}, {**found, "id": "id-1"}])

    assert_one_clear_line(run_module(module, {**BY_TOKEN, **own}), what, "id-1, id-2")


def test_the_realm_has_no_default(keycloak: Script, run_module: RunModule) -> None:
    for module in (INFO, CLIENT, SCOPE, MAPPER, PREVIEW):
        outcome = run_module(module, {"auth_keycloak_url": URL, "token": TOKEN})
        assert outcome.failed
        assert "realm" in outcome.msg
