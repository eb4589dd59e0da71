# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a realm and a Cells that were set up by hand, and finds the objects that belong together. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.api_store import ApiStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import (
    CELLS_OWN_CLIENT,
    find_static_client,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.connectors import OIDC, RULES, list_connectors
from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import discovered_issuer
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import (
    MODEL_ATTRIBUTE,
    PROVIDER_TYPE,
    first_values,
    rivals,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

ROLES = "Roles"
"""The right side of a mapping rule whose values become roles in Cells."""


@dataclass
class HandMade:
    """The objects on both servers, in the servers' own form."""

    connector: State
    client: State
    claim: str = ""
    """The claim that becomes roles in Cells; empty if no mapping rule makes roles."""
    scope: State | None = None
    """The client scope, assigned to the client, that defines the claim."""
    protocol_mappers: list[State] = field(default_factory=list)
    """The protocol mappers of that scope that write the claim."""
    provider: State | None = None
    """The LDAP provider with a mapper that fills the user attribute of the claim's name."""
    ldap_mapper: State | None = None
    other_ldap_mappers: list[str] = field(default_factory=list)
    """The names of further mappers that fill the attribute, each with its provider's."""
    static_client: State | None = None
    """The static client by which Cells refreshes sessions, None if it could not be read."""
    not_checked: list[str] = field(default_factory=list)
    """Settings that could not be read, one line each with the reason."""


def read_hand_made(keycloak: KeycloakSession, cells: CellsSession, options: Mapping[str, Any]) -> HandMade:
    """Return the objects on both servers. options: those of sso_export_info.

    Raises InvalidInput if no connector, or several, fit the options, or if the connector's client is not in the realm;
    SsoError.
    """
    connector = _connector(keycloak, list_connectors(cells), options)
    client_id = connector[OIDC].get("clientID") or ""
    client = find_client(keycloak, client_id) if client_id else None
    if client is None:
        raise InvalidInput(
            f"The connector {connector.get('id')} logs in as the client {client_id!r}, and realm {keycloak.realm} has "
            "no such client. Check the realm, and that the account has the role view-clients."
        )
    found = HandMade(connector, client)
    _find_claim(found, keycloak.get_list("client-scopes"))
    _find_ldap_mapper(found, keycloak.get_list("components"))
    _find_static_client(found, cells, options["cells_config"] or {})
    return found


def _connector(keycloak: KeycloakSession, connectors: list[State], options: Mapping[str, Any]) -> State:
    """Return the one connector that the options name, or else the one for the realm. Raises InvalidInput, SsoError."""
    oidc = [c for c in connectors if c.get("type") == "oidc" and isinstance(c.get(OIDC), dict)]
    connector_id, client_id = options["connector_id"], options["client_id"]
    if connector_id or client_id:
        chosen = [
            c
            for c in oidc
            if connector_id in (None, "", c.get("id")) and client_id in (None, "", c[OIDC].get("clientID"))
        ]
    else:
        issuer = discovered_issuer(f"{keycloak.url}/realms/{keycloak.connection.realm_name}", options)
        chosen = [c for c in oidc if str(c[OIDC].get("issuer")).rstrip("/") == issuer.rstrip("/")]
    if len(chosen) == 1:
        return chosen[0]
    there = "; ".join(
        f"{c.get('id')} (client {c[OIDC].get('clientID')}, issuer {c[OIDC].get('issuer')})" for c in chosen or oidc
    )
    raise InvalidInput(
        f"connector_id: {len(chosen)} connectors of Cells match, but there must be exactly one. Choose from: "
        f"{there or 'none'}."
    )


def _find_claim(found: HandMade, scopes: list[State]) -> None:
    """Find the claim that becomes roles, and the client scope that defines it."""
    claims = [str(rule.get("LeftAttribute")) for rule in found.connector[RULES] if rule.get("RightAttribute") == ROLES]
    assigned = [*found.client.get("defaultClientScopes", []), *found.client.get("optionalClientScopes", [])]
    for claim in claims:
        for scope in (s for name in assigned for s in scopes if s.get("name") == name):
            mappers = [m for m in scope.get("protocolMappers") or [] if _claim_of(m) == claim]
            if mappers:
                found.claim, found.scope, found.protocol_mappers = claim, scope, mappers
                return
    found.claim = claims[0] if claims else ""


def _claim_of(mapper: State) -> str:
    """Return the name of the claim that a protocol mapper makes, "" for none. A dot within a name is escaped."""
    return str((mapper.get("config") or {}).get("claim.name") or "").replace("\\.", ".")


def _find_ldap_mapper(found: HandMade, components: list[State]) -> None:
    """Find the LDAP provider and the mapper that fill the user attribute of the claim's name."""
    for provider in sorted(components, key=lambda component: str(component.get("name"))):
        if provider.get("providerType") != PROVIDER_TYPE or provider.get("providerId") != "ldap" or not found.claim:
            continue
        names = rivals(components, provider["id"], "", found.claim)
        if names and found.provider is None:
            found.provider = provider
            found.ldap_mapper = next(
                c
                for c in components
                if c.get("parentId") == provider["id"]
                and c.get("name") == names[0]
                and first_values(c).get(MODEL_ATTRIBUTE) == found.claim
            )
            names = names[1:]
        found.other_ldap_mappers += [f"{name} of the LDAP provider {provider['name']}" for name in names]


def _find_static_client(found: HandMade, cells: CellsSession, config: Mapping[str, Any]) -> None:
    """Find the static client in the configuration if it was read on the host, or else through the REST API."""
    try:
        if config.get("static_clients") is None:
            found.static_client = ApiStore(cells, CELLS_OWN_CLIENT).load()
        else:
            _index, found.static_client = find_static_client(
                config["static_clients"], CELLS_OWN_CLIENT, "Cells' configuration"
            )
    except SsoError as error:
        found.not_checked.append(f"The audience of the static client {CELLS_OWN_CLIENT} (sso_audience): {error}")
    if config.get("username_as_login") is None:
        found.not_checked.append(
            "Whether the user name is the login in Cells (sso_username_as_login): only a running Cells on a host that "
            "Ansible reaches shows this."
        )
