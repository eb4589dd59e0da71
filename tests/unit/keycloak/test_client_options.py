# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each option of keycloak_oidc_client, row by row: the request on create, on update, to clear, and if it is equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from support.keycloak.client_script import (
    CLIENT_ID,
    COMPUTED,
    MODULE,
    SERVER_ATTRIBUTES,
    along,
    arguments,
    client,
    creates,
    reads,
    updates,
)
from support.keycloak.scripted import Script
from support.module import RunModule, assert_one_clear_line

A, B, OLD = "https://a.example.org/auth/cb", "https://b.example.org/auth/cb", "https://old.example.org/auth/cb"
POST_LOGOUT = "post.logout.redirect.uris"
PKCE = "pkce.code.challenge.method"


@dataclass(frozen=True)
class Row:
    """An option, a value of it, and what Keycloak gets for it."""

    option: str
    value: Any
    key: str
    """The wire key, an attribute's own name behind "attributes/"."""
    wire: Any
    old: Any
    """Another value in wire form, as the server shows it before an update."""
    clear: Any = None
    """The value of the option that clears, if there is one."""

    @property
    def name(self) -> str:
        """The name of the key in the action's line."""
        return self.key.removeprefix("attributes/")

    def on_wire(self, value: Any) -> dict[str, Any]:
        """Return the declared part of the body for a wire value."""
        if self.key.startswith("attributes/"):
            return {"attributes": {self.name: value}}
        return {self.key: value}

    def shown(self, value: Any) -> dict[str, Any]:
        """Return the client as the server shows it with a wire value, computed attributes included."""
        part = self.on_wire(value)
        if "attributes" not in part:
            return client(**part)
        return client(attributes={**COMPUTED, **SERVER_ATTRIBUTES, **part["attributes"]})

    def put(self, value: Any) -> dict[str, Any]:
        """Return the body of an update: only the key, but all attributes, without those that Keycloak computes."""
        part = self.on_wire(value)
        if "attributes" not in part:
            return part
        return {"attributes": {**SERVER_ATTRIBUTES, **part["attributes"]}}


TEXTS = [
    Row("name", "Cells Demo", "name", "Cells Demo", "Old", ""),
    Row("description", "Größe, «Zitat»", "description", "Größe, «Zitat»", "Old", ""),
    Row("root_url", "https://demo.cells.pydio", "rootUrl", "https://demo.cells.pydio", "https://old", ""),
    Row("base_url", "https://demo.cells.pydio/", "baseUrl", "https://demo.cells.pydio/", "/old", ""),
    Row("pkce_method", "S256", f"attributes/{PKCE}", "S256", "plain", ""),
]
LISTS = [
    Row("redirect_uris", [B, A], "redirectUris", [A, B], [OLD], []),
    Row("web_origins", ["+", "https://a.example.org"], "webOrigins", ["+", "https://a.example.org"], ["*"], []),
    Row("post_logout_redirect_uris", [B, A], f"attributes/{POST_LOGOUT}", f"{A}##{B}", OLD, []),
]
FLAGS = [
    Row(option, value, key, value, not value)
    for option, key in {
        "enabled": "enabled",
        "public_client": "publicClient",
        "authorization_services_enabled": "authorizationServicesEnabled",
        "standard_flow_enabled": "standardFlowEnabled",
        "implicit_flow_enabled": "implicitFlowEnabled",
        "direct_access_grants_enabled": "directAccessGrantsEnabled",
        "service_accounts_enabled": "serviceAccountsEnabled",
        "bearer_only": "bearerOnly",
        "consent_required": "consentRequired",
    }.items()
    for value in (True, False)
    # These need more than one option; see below.
    if (option, value) != ("authorization_services_enabled", True)
]
AUTHENTICATOR = [
    Row("client_authenticator_type", "client-secret", "clientAuthenticatorType", "client-secret", "client-jwt")
]
ATTRIBUTES = [
    Row("attributes", {"device.grant": True}, "attributes/device.grant", "true", "false", {"device.grant": ""}),
    Row("attributes", {"max.age": 300}, "attributes/max.age", "300", "60", {"max.age": None}),
]
ROWS = [*TEXTS, *LISTS, *FLAGS, *AUTHENTICATOR, *ATTRIBUTES]
CLEARABLE = [row for row in ROWS if row.clear is not None]


def row_id(row: Row) -> str:
    """Return a test id."""
    return f"{row.option}={row.wire}" if isinstance(row.wire, bool) else f"{row.option}:{row.name}"


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_a_new_client_gets_the_declared_value_and_nothing_undeclared(
    row: Row, keycloak: Script, run_module: RunModule
) -> None:
    creates(keycloak, row.on_wire(row.wire), row.shown(row.wire))

    outcome = run_module(MODULE, arguments(**{row.option: row.value}))

    assert outcome["changed"] is True
    assert outcome["actions"] == [f"create client {CLIENT_ID}"]


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_another_value_is_replaced_by_a_put_of_that_key_alone(
    row: Row, keycloak: Script, run_module: RunModule
) -> None:
    updates(keycloak, row.shown(row.old), row.put(row.wire))

    outcome = run_module(MODULE, arguments(**{row.option: row.value}))

    assert outcome["actions"] == [f"update client {CLIENT_ID}: {row.name}"]
    assert outcome["diff"]["before"] == row.on_wire(row.old)
    assert outcome["diff"]["after"] == row.on_wire(row.wire)


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_check_mode_predicts_the_run_and_sends_nothing(row: Row, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, row.shown(row.old))
    promised = run_module(MODULE, arguments(**{row.option: row.value}), check=True)
    updates(keycloak, row.shown(row.old), row.put(row.wire))
    done = run_module(MODULE, arguments(**{row.option: row.value}))

    assert {key: promised[key] for key in ("changed", "actions", "diff")} == {
        key: done[key] for key in ("changed", "actions", "diff")
    }
    assert promised.values.keys() == done.values.keys()


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_an_equal_value_is_not_sent(row: Row, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, row.shown(row.wire))

    outcome = run_module(MODULE, arguments(**{row.option: row.value}))

    assert outcome["changed"] is False
    assert outcome["actions"] == []
    assert outcome["diff"]["before"] == outcome["diff"]["after"]


@pytest.mark.parametrize("row", CLEARABLE, ids=row_id)
def test_an_empty_value_clears(row: Row, keycloak: Script, run_module: RunModule) -> None:
    empty: Any = [] if isinstance(row.wire, list) else ""
    updates(keycloak, row.shown(row.wire), row.put(empty))

    outcome = run_module(MODULE, arguments(**{row.option: row.clear}))

    assert outcome["actions"] == [f"update client {CLIENT_ID}: {row.name}"]


@pytest.mark.parametrize("row", CLEARABLE, ids=row_id)
def test_values_that_the_server_does_not_show_count_as_empty(row: Row, keycloak: Script, run_module: RunModule) -> None:
    bare = client()
    bare.pop(row.key, None)
    reads(keycloak, bare)

    assert run_module(MODULE, arguments(**{row.option: row.clear}))["changed"] is False


@pytest.mark.parametrize(
    ("option", "value", "shown"),
    [
        ("redirect_uris", [A, B], {"redirectUris": [B, A]}),
        ("redirect_uris", [A, A, B], {"redirectUris": [B, A]}),
        ("web_origins", ["https://b", "https://a"], {"webOrigins": ["https://a", "https://b"]}),
        ("post_logout_redirect_uris", [A, B], {"attributes": {POST_LOGOUT: f"{B}##{A}"}}),
        ("default_client_scopes", ["email", "profile", "basic"], {}),
    ],
)
def test_a_list_in_another_order_is_the_same(
    option: str, value: list[str], shown: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client(**shown))

    assert run_module(MODULE, arguments(**{option: value}))["changed"] is False


@pytest.mark.parametrize("shown", [None, "", "false"])
def test_attributes_that_are_off_by_default_are_not_written_as_off(
    shown: str | None, keycloak: Script, run_module: RunModule
) -> None:
    name = "oauth2.device.authorization.grant.enabled"
    there = SERVER_ATTRIBUTES if shown is None else {**SERVER_ATTRIBUTES, name: shown}
    reads(keycloak, client(attributes=there))

    outcome = run_module(MODULE, arguments(attributes={name: False}))

    assert not outcome["changed"]


def test_a_list_with_an_item_too_many_on_the_server_is_set_right(keycloak: Script, run_module: RunModule) -> None:
    updates(keycloak, client(redirectUris=[OLD, A]), {"redirectUris": [A]})

    outcome = run_module(MODULE, arguments(redirect_uris=[A]))

    assert outcome["diff"]["before"] == {"redirectUris": [A, OLD]}
    assert outcome["diff"]["after"] == {"redirectUris": [A]}


def test_an_undeclared_option_is_left_alone(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(name="Other", redirectUris=[OLD], directAccessGrantsEnabled=True))

    assert run_module(MODULE, arguments())["changed"] is False


def test_a_client_without_options_is_made_with_its_id_alone(keycloak: Script, run_module: RunModule) -> None:
    creates(keycloak, {}, client())

    outcome = run_module(MODULE, arguments())

    assert outcome["diff"]["before"] == {}
    assert outcome["diff"]["after"] == {"clientId": CLIENT_ID}


def test_several_changes_go_in_one_put_and_are_named(keycloak: Script, run_module: RunModule) -> None:
    body = {
        "name": "Cells",
        "redirectUris": [A],
        "attributes": {**SERVER_ATTRIBUTES, PKCE: "S256", "device.grant": "false"},
    }
    updates(keycloak, client(enabled=True), body)

    outcome = run_module(
        MODULE,
        arguments(
            name="Cells", enabled=True, redirect_uris=[A], pkce_method="S256", attributes={"device.grant": False}
        ),
    )

    assert outcome["actions"] == [f"update client {CLIENT_ID}: name, redirectUris, device.grant, {PKCE}"]


URIS_WITHOUT_SCHEME = [
    "demo.cells.pydio/auth/cb",
    "demo.cells.pydio:8080/cb",
    "localhost:8080/cb",
    "localhost:8080",
    "localhost:8080*",
    "localhost",
    "",
    "https:",
    "1a:/cb",
    "//demo.cells.pydio/cb",
]


@pytest.mark.parametrize("option", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("uri", URIS_WITHOUT_SCHEME)
def test_a_redirect_uri_without_a_scheme_is_refused_before_any_call(
    option: str, uri: str, keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(MODULE, arguments(**{option: [A, uri]}))

    assert_one_clear_line(outcome, option, repr(uri), "scheme")


@pytest.mark.parametrize(
    "uri",
    [
        "/auth/cb",
        "https://a.example.org/*",
        "cells://callback",
        "http://localhost:8080/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
        "urn:ietf:wg:oauth:2.0:oob",
        "*",
    ],
)
def test_a_redirect_uri_that_keycloak_understands_is_taken(uri: str, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(redirectUris=[uri]))

    assert run_module(MODULE, arguments(redirect_uris=[uri]))["changed"] is False


def test_a_value_that_the_server_does_not_keep_is_an_error_that_shows_both(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client(rootUrl="https://old"))
    keycloak.put("clients/client-uuid", {**along(client()), "rootUrl": "https://new"})
    reads(keycloak, client(rootUrl="https://old"))

    outcome = run_module(MODULE, arguments(root_url="https://new"))

    assert_one_clear_line(outcome, f"client {CLIENT_ID}", "rootUrl", "'https://new'", "'https://old'")


@pytest.mark.parametrize("shown", [{"publicClient": True, "serviceAccountsEnabled": True}, {"publicClient": False}])
@pytest.mark.parametrize("check", [True, False])
def test_authorization_services_of_a_client_that_cannot_have_them_are_refused_before_a_write(
    shown: dict[str, Any], check: bool, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client(**shown))

    outcome = run_module(MODULE, arguments(authorization_services_enabled=True), check=check)

    assert_one_clear_line(outcome, "authorization_services_enabled", "public_client", "service_accounts_enabled")


def test_authorization_services_are_enabled_with_their_requirements(keycloak: Script, run_module: RunModule) -> None:
    body = {"authorizationServicesEnabled": True, "serviceAccountsEnabled": True}
    updates(keycloak, client(), body)

    outcome = run_module(MODULE, arguments(authorization_services_enabled=True, service_accounts_enabled=True))

    assert outcome["changed"] is True


@pytest.mark.parametrize("given", ["b##a", "a##b", "b##a##"])
def test_post_logout_uris_that_are_given_as_an_attribute_have_no_order(
    given: str, keycloak: Script, run_module: RunModule
) -> None:
    wish = arguments(attributes={POST_LOGOUT: given})
    reads(keycloak, client())
    keycloak.put(
        "clients/client-uuid", {"attributes": {**SERVER_ATTRIBUTES, POST_LOGOUT: "a##b"}, "frontchannelLogout": True}
    )
    shown = client(attributes={**COMPUTED, **SERVER_ATTRIBUTES, POST_LOGOUT: "b##a"})
    reads(keycloak, shown)
    reads(keycloak, shown)

    assert run_module(MODULE, wish)["changed"] is True
    assert run_module(MODULE, wish)["changed"] is False


@pytest.mark.parametrize(
    ("option", "value", "name"),
    [
        ("post_logout_redirect_uris", [], POST_LOGOUT),
        ("pkce_method", "", PKCE),
        ("rotate_secret_on", "2027", "cellsops.sso.rotate_secret_on"),
    ],
)
def test_an_attribute_that_is_given_twice_is_refused_before_any_call(
    option: str, value: Any, name: str, keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(MODULE, arguments(**{option: value, "attributes": {name: "x"}}))

    assert_one_clear_line(outcome, "attributes", name, option)


@pytest.mark.parametrize("value", [["a"], [], {"a": "b"}])
def test_an_attribute_that_is_no_text_is_refused_before_a_write(
    value: Any, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client())

    assert_one_clear_line(run_module(MODULE, arguments(attributes={"acr.loa.map": value})), "acr.loa.map", "text")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "wish",
    [
        {"description": "d" * 256},
        {"name": "n" * 256},
        {"redirect_uris": ["https://a.example.org/cb", f"https://a.example.org/{'p' * 240}"]},
    ],
)
def test_text_that_is_too_long_for_keycloak_is_refused_before_any_call(
    wish: dict[str, Any], check: bool, *, keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(MODULE, arguments(**wish), check=check)

    assert_one_clear_line(outcome, next(iter(wish)), "255")
