# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds clients of a realm that still use a client scope or a user attribute, which must not be removed then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import ATTRIBUTE, GROUPS
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, declared_part

ASSIGNED = ("defaultClientScopes", "optionalClientScopes")

OPTIONS: dict[str, dict[str, Any]] = {
    "if_unused": {"type": "bool", "default": False},
    "apart_from_clients": {"type": "list", "elements": "str", "default": []},
}
"""The options of modules that remove objects which several clients may share."""

APART_FROM_SCOPES: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
"""The option apart_from_client_scopes, for objects that client scopes use."""


def users_of_scope(session: KeycloakSession, name: str, apart_from: Collection[str]) -> list[str]:
    """Return the sorted ids of the clients that have the client scope assigned. Raises SsoError.

    apart_from: clients that do not count.
    """
    clients = session.get_list("clients")
    return _ids((client for client in clients if name in _assigned(client)), apart_from)


def users_of_attribute(
    session: KeycloakSession, attribute: str, apart_from: Collection[str], apart_from_scopes: Collection[str] = ()
) -> list[str]:
    """Return the sorted ids of the clients whose tokens contain a user attribute. Raises SsoError.

    Either the client or one of its client scopes has a protocol mapper for the attribute. apart_from,
    apart_from_scopes: clients and client scopes that do not count.
    """
    wanted = {"protocolMapper": ATTRIBUTE.protocol_mapper, "config": {"user.attribute": attribute}}
    return _users_of(session, wanted, apart_from, apart_from_scopes)


def users_of_groups(
    session: KeycloakSession, apart_from: Collection[str], apart_from_scopes: Collection[str] = ()
) -> list[str]:
    """Return the sorted ids of the clients whose tokens carry the groups of users, as users_of_attribute does."""
    return _users_of(session, {"protocolMapper": GROUPS.protocol_mapper}, apart_from, apart_from_scopes)


def _users_of(
    session: KeycloakSession, wanted: State, apart_from: Collection[str], apart_from_scopes: Collection[str]
) -> list[str]:
    """Return the sorted ids of the clients that have a protocol mapper with these keys, their own or by a scope."""
    scopes = {scope["name"] for scope in session.get_list("client-scopes") if _maps(scope, wanted)}
    scopes -= set(apart_from_scopes)
    clients = session.get_list("clients")
    users = (client for client in clients if _maps(client, wanted) or scopes & _assigned(client))
    return _ids(users, apart_from)


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse if_unused and apart_from_clients if they mean nothing. Raises InvalidInput."""
    if options["if_unused"] and options["state"] != "absent":
        raise InvalidInput("if_unused: this requires state absent.")
    for name in ("apart_from_clients", "apart_from_client_scopes"):
        if options.get(name) and not options["if_unused"]:
            raise InvalidInput(f"{name}: this requires if_unused.")


def _assigned(client: State) -> set[str]:
    return {name for key in ASSIGNED for name in client.get(key) or []}


def _maps(owner: State, wanted: State) -> bool:
    """Return whether a client or a client scope has a protocol mapper with these keys."""
    return any(declared_part(mapper, wanted) == wanted for mapper in owner.get("protocolMappers") or [])


def _ids(clients: Iterable[State], apart_from: Collection[str]) -> list[str]:
    return sorted({str(client["clientId"]) for client in clients} - set(apart_from))
