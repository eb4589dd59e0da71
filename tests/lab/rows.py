# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads each row of the guide from the servers themselves, not through the modules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from keycloak import KeycloakAdmin

GUIDE_CLIENT_NAME = "Cells Demo"
GUIDE_CONNECTOR = "keycloak"
GUIDE_CONNECTOR_NAME = "SSO with Keycloak"
GUIDE_SCOPE = "cellsscope"
GUIDE_CLAIM = "cellsgroups"
GUIDE_LDAP_MAPPER = "memberOf to group"
GUIDE_PROTOCOL_MAPPER = "User Group Mapper"
TIMEOUT = 10


@dataclass(frozen=True)
class Row:
    """A row of the guide: its id, what it is about, what the servers show, and whether that is as the guide has it."""

    id: str
    what: str
    seen: str
    ok: bool


@dataclass(frozen=True)
class Target:
    """Where to ask: an admin session on the realm, and Cells."""

    admin: KeycloakAdmin
    keycloak_url: str
    realm: str
    client_id: str
    cells_url: str
    cells_token: str
    config_path: Path

    @property
    def callback_url(self) -> str:
        """The callback URL of the guide's connector (C3)."""
        return f"{self.cells_url}/auth/login/{GUIDE_CONNECTOR}/callback"

    def cells(self, path: str) -> dict[str, Any]:
        """Return the JSON of a GET below /a."""
        headers = {"Authorization": f"Bearer {self.cells_token}"}
        response = requests.get(f"{self.cells_url}/a/{path}", headers=headers, timeout=TIMEOUT)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer


def check(site: Target) -> list[Row]:
    """Return the rows G1-A2 as the servers show them now. A missing object is shown as missing and is not ok."""
    return [*_client(site), *_connector(site), *_ldap_mapper(site), *_scope(site), *_audience(site)]


def _row(row_id: str, what: str, seen: Callable[[], object], ok: Callable[[], bool]) -> Row:
    try:
        return Row(row_id, what, _text(seen()), bool(ok()))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return Row(row_id, what, f"not there ({type(error).__name__}: {error})", False)


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _client(site: Target) -> Iterator[Row]:
    clients = [c for c in site.admin.get_clients() if c["clientId"] == site.client_id]
    client: dict[str, Any] = clients[0] if len(clients) == 1 else {}
    attributes = client.get("attributes", {})
    urls = [client.get("rootUrl"), client.get("baseUrl"), *client.get("webOrigins", [])]
    off = ("implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled", "publicClient")
    device = attributes.get("oauth2.device.authorization.grant.enabled", "false")
    yield _row("G1", "client", lambda: client["clientId"], lambda: bool(client))
    yield _row("G2", "client name", lambda: client["name"], lambda: client["name"] == GUIDE_CLIENT_NAME)
    yield _row("G3", "root URL, home URL, web origins", lambda: urls, lambda: urls == [site.cells_url] * 3)
    redirects = client.get("redirectUris")
    yield _row("G4", "redirect URIs", lambda: redirects, lambda: redirects == [site.callback_url])
    logout = attributes.get("post.logout.redirect.uris", "")
    yield _row("G5", "post-logout redirect URIs", lambda: logout or "none", lambda: bool(client) and not logout)
    yield _row(
        "G6",
        "confidential, standard flow only",
        lambda: f"{'public' if client['publicClient'] else 'confidential'}, device flow {device}",
        lambda: (
            client["standardFlowEnabled"]
            and not any(client.get(key) for key in (*off, "authorizationServicesEnabled"))
            and device == "false"
        ),
    )
    yield _row(
        "G7", "client secret", lambda: f"{len(client['secret'])} characters", lambda: len(client["secret"]) >= 32
    )


def _connector(site: Target) -> Iterator[Row]:
    connectors = [c for c in site.cells("config/oauth2connectors").get("connectors", []) if c["id"] == GUIDE_CONNECTOR]
    connector: dict[str, Any] = connectors[0] if len(connectors) == 1 else {}
    oidc = connector.get("configoidc", {})
    secret = next((c.get("secret") for c in site.admin.get_clients() if c["clientId"] == site.client_id), None)
    discovery = f"{site.keycloak_url}/realms/{site.realm}/.well-known/openid-configuration"
    issuer = requests.get(discovery, timeout=TIMEOUT).json().get("issuer")
    yield _row(
        "C1", "connector type, id", lambda: [connector["type"], connector["id"]], lambda: connector["type"] == "oidc"
    )
    yield _row("C2", "connector name", lambda: connector["name"], lambda: connector["name"] == GUIDE_CONNECTOR_NAME)
    yield _row("C3", "callback URL", lambda: oidc["redirectURI"], lambda: oidc["redirectURI"] == site.callback_url)
    yield _row("C4", "issuer", lambda: oidc["issuer"], lambda: oidc["issuer"] == issuer)
    yield _row(
        "C5",
        "client id, client secret",
        lambda: f"{oidc['clientID']}, {'the same secret' if oidc['clientSecret'] == secret else 'another secret'}",
        lambda: oidc["clientID"] == site.client_id and oidc["clientSecret"] == secret,
    )
    yield _row(
        "C6",
        "insecure skip email verified",
        lambda: oidc["insecureSkipEmailVerified"],
        lambda: oidc["insecureSkipEmailVerified"],
    )
    yield _row("C7", "get user info", lambda: oidc["getUserInfo"], lambda: oidc["getUserInfo"])
    yield _row(
        "C8",
        "user id key, user name key, scopes",
        lambda: f"{oidc['userIDKey']}, {oidc['userNameKey']}, {' '.join(oidc['scopes'])}",
        lambda: (
            oidc["userIDKey"] == oidc["userNameKey"] == "email"
            and oidc["basicAuthUnsupported"]
            and set(oidc["scopes"]) == {"openid", "profile", "email"}
        ),
    )
    offered = [c["Name"] for c in site.cells("frontend/login/connectors").get("Connectors", [])]
    yield _row("C9", "login page offers", lambda: offered, lambda: GUIDE_CONNECTOR_NAME in offered)
    shown = connector.get("mappingRules") or []
    rules = [(rule["LeftAttribute"], rule["RightAttribute"], rule.get("RuleString") or "all") for rule in shown]
    yield _row(
        "M1",
        "mapping rule",
        lambda: [f"{left} to {right}, {which}" for left, right, which in rules],
        lambda: rules == [(GUIDE_CLAIM, "Roles", "all")],
    )


def _ldap_mapper(site: Target) -> Iterator[Row]:
    found = [c for c in site.admin.get_components() if c.get("name") == GUIDE_LDAP_MAPPER]
    mapper: dict[str, Any] = found[0] if len(found) == 1 else {}
    config = mapper.get("config", {})
    yield _row(
        "L1",
        "LDAP mapper",
        lambda: f"{mapper['name']}, {mapper['providerId']}",
        lambda: mapper["providerId"] == "user-attribute-ldap-mapper",
    )
    yield _row(
        "L2",
        "user attribute from LDAP attribute",
        lambda: f"{config['user.model.attribute'][0]} from {config['ldap.attribute'][0]}",
        lambda: (
            config["user.model.attribute"] == [GUIDE_CLAIM]
            and config["ldap.attribute"] == ["memberOf"]
            and config["read.only"] == config["always.read.value.from.ldap"] == ["true"]
        ),
    )


def _scope(site: Target) -> Iterator[Row]:
    scope: dict[str, Any] = next((s for s in site.admin.get_client_scopes() if s["name"] == GUIDE_SCOPE), {})
    client: dict[str, Any] = next((c for c in site.admin.get_clients() if c["clientId"] == site.client_id), {})
    mapper: dict[str, Any] = next(
        (m for m in scope.get("protocolMappers", []) if m["name"] == GUIDE_PROTOCOL_MAPPER), {}
    )
    config = mapper.get("config", {})
    yes = ("id.token.claim", "access.token.claim", "userinfo.token.claim", "multivalued", "aggregate.attrs")
    yield _row(
        "S1",
        "client scope, assigned to the client",
        lambda: f"{scope['name']}, {scope['description']}",
        lambda: (
            scope["description"] == f"Defines `{GUIDE_CLAIM}` claim" and GUIDE_SCOPE in client["defaultClientScopes"]
        ),
    )
    yield _row(
        "S2",
        "its protocol mapper",
        lambda: f"{mapper['name']}: {config['user.attribute']} to claim {config['claim.name']}",
        lambda: (
            mapper["protocolMapper"] == "oidc-usermodel-attribute-mapper"
            and config["user.attribute"] == config["claim.name"] == GUIDE_CLAIM
            and config["jsonType.label"] == "String"
            and all(config[key] == "true" for key in yes)
        ),
    )


def _audience(site: Target) -> Iterator[Row]:
    clients = json.loads(site.config_path.read_text(encoding="utf-8"))["services"]["pydio.web.oauth"]["staticClients"]
    frontend: dict[str, Any] = next((client for client in clients if client["client_id"] == "cells-frontend"), {})
    audience = frontend.get("audience")
    yield _row("A1/A2", "audience of cells-frontend", lambda: audience, lambda: audience == [site.cells_url])
