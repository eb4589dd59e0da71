# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the client scopes of a realm that clients can have."""

from __future__ import annotations

import threading
from functools import cached_property

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import management_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, as_set

PROTOCOL = "openid-connect"

REALM_DEFAULTS = {
    "defaultClientScopes": "default-default-client-scopes",
    "optionalClientScopes": "default-optional-client-scopes",
}
"""The paths at which the realm lists the client scopes of new clients."""


class RealmScopes:
    """Data that is read once for all clients of a realm, and only if one needs it. Threads may share it."""

    def __init__(self, session: KeycloakSession) -> None:
        """Take the session. Sends nothing."""
        self._session = session
        self._reading = threading.Lock()

    @property
    def ids(self) -> dict[str, str]:
        """The realm's client scopes for OpenID Connect, {name: id}. Raises SsoError."""
        with self._reading:
            return self._ids

    def id_of(self, name: str) -> str:
        """Return the id of a client scope. Raises InvalidInput if Keycloak does not show it, SsoError."""
        if name not in self.ids:
            raise InvalidInput(
                f"Keycloak does not show the client scope {name}. The account lacks the role view-clients of the client"
                f" {management_client(self._session.realm)}, or somebody has removed the client scope."
            )
        return self.ids[name]

    @property
    def defaults(self) -> dict[str, list[str]]:
        """The names of the scopes that the realm gives a new client, by the client's key for them. Raises SsoError."""
        with self._reading:
            return self._defaults

    @cached_property
    def _ids(self) -> dict[str, str]:
        # Those for SAML are left out: Keycloak answers that it has assigned one, and has not.
        return {scope["name"]: scope["id"] for scope in self._session.get_list("client-scopes") if is_oidc(scope)}

    @cached_property
    def _defaults(self) -> dict[str, list[str]]:
        return {
            key: as_set([scope["name"] for scope in self._session.get_list(path) if is_oidc(scope)])
            for key, path in REALM_DEFAULTS.items()
        }


def is_oidc(entry: State) -> bool:
    """Return whether a client or a client scope is for OpenID Connect, which it is if it names no protocol."""
    return (entry.get("protocol") or PROTOCOL) == PROTOCOL
