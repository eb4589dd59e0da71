# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles a client lets into its tokens: without full scope, only those that its scope has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.realm_scopes import RealmScopes
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


class RoleOwner(NamedTuple):
    """The realm or client that has the roles of a source, as paths of the admin REST API name it."""

    below_user: str
    """Below the role mappings of a user, and below the scope mappings of a client scope."""
    below_scope: str
    """Below a client's scope mappings."""


def role_owner(session: KeycloakSession, source: str, owner_id: str, client: State | None) -> RoleOwner:
    """Return the owner of the roles of a source, realm_roles or client_roles.

    owner_id: the client id of the owner of client roles. client: that of Cells, if there is one. Raises InvalidInput
    if there is no such owner, SsoError.
    """
    if source == "realm_roles":
        return RoleOwner("realm", quote(session.realm, safe=""))
    owner = client if client and client.get("clientId") == owner_id else find_client(session, owner_id)
    if owner is None:
        raise InvalidInput(f"Realm {session.realm} has no client {owner_id!r}, from whose roles the groups would come.")
    return RoleOwner(f"clients/{owner['id']}", str(owner["id"]))


def drops_roles(client: State | None) -> bool:
    """Return whether a client drops the roles that its scope does not have."""
    return client is not None and client.get("fullScopeAllowed") is False


def granted_roles(session: KeycloakSession, client: State, owner: RoleOwner, scope: str) -> list[str]:
    """Return the names of the owner's roles that a client lets into its tokens. Raises SsoError.

    scope: the scopes that a login requests, separated by spaces; the client's default scopes always count.
    """
    path = f"clients/{client['id']}/evaluate-scopes/scope-mappings/{owner.below_scope}/granted"
    return [str(role["name"]) for role in session.get_list(path, scope=scope)]


def roles_of_scopes(session: KeycloakSession, names: Iterable[str], owner: RoleOwner) -> list[str]:
    """Return the names of the owner's roles that client scopes let into the tokens of a client that has them.

    names: of the client scopes; those that do not exist count for nothing. Raises SsoError.
    """
    ids = RealmScopes(session).ids
    paths = [f"client-scopes/{ids[name]}/scope-mappings/{owner.below_user}/composite" for name in names if name in ids]
    return [str(role["name"]) for path in paths for role in session.get_list(path)]
