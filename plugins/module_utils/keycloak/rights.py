# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role of the client realm-management that a refused call needed, as measured (docs/least-privilege.md)."""

from __future__ import annotations

_AREAS = {
    "clients": ("view-clients", "manage-clients"),
    "client-scopes": ("view-clients", "manage-clients"),
    "default-default-client-scopes": ("view-clients", "manage-clients"),
    "default-optional-client-scopes": ("view-clients", "manage-clients"),
    "components": ("view-realm", "manage-realm"),
    "users": ("view-users", "manage-users"),
    "user-storage": ("manage-users", "manage-users"),
}
"""The beginnings of paths below a realm: the role for reading, and the role for writing."""

_BOTH = ("evaluate-scopes", "role-mappings")
"""Paths for which a reader needs both of two roles (26.7.3)."""


ADMIN_API_SCOPE = "kc-admin-api"
"""The client scope without which Keycloak does not accept a client's tokens for its admin REST API (26.8.2)."""


def management_client(realm: str) -> str:
    """Return the client whose roles are the rights in a realm, for accounts of that realm itself."""
    return "master-realm" if realm == "master" else "realm-management"


def missing_right(method: str, path: str) -> str:
    """Return a sentence that names the role that a call to an admin path needs, and the client it belongs to."""
    # admin/realms/<realm>/…
    realm, parts = "".join(path.split("/")[2:3]), path.split("/")[3:]
    to_read, to_write = _AREAS.get("".join(parts[:1]), ("", ""))
    if parts[:2] == ["users", "profile"]:
        to_write = "manage-realm"
    role = to_read if method == "GET" else to_write
    if method == "GET" and not {*parts}.isdisjoint(_BOTH):
        role = "view-clients or view-users"
    if method != "GET" and "protocol-mappers" in parts:
        role = "manage-clients (from Keycloak 26.8.2 on: manage-realm)"
    return f"The account lacks {f'the role {role}' if role else 'a role'} of the client {management_client(realm)}."
