# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which right a refused call needed: the roles of the client realm-management, as measured (docs/least-rights.md)."""

from __future__ import annotations

_AREAS = {
    "clients": ("view-clients", "manage-clients"),
    "client-scopes": ("view-clients", "manage-clients"),
    "default-default-client-scopes": ("view-clients", "manage-clients"),
    "default-optional-client-scopes": ("view-clients", "manage-clients"),
    "components": ("view-realm", "manage-realm"),
    "users": ("view-users", "manage-users"),
}
"""What the path below a realm begins with: the role to read, and the role to write."""

_BOTH = ("evaluate-scopes", "role-mappings")
"""Where the path goes on so, a reader needs both of two roles (26.7.3)."""


def missing_right(method: str, path: str) -> str:
    """Return a sentence that names the role of realm-management that a call to an admin path needs."""
    # admin/realms/<realm>/…
    parts = path.split("/")[3:]
    to_read, to_write = _AREAS.get("".join(parts[:1]), ("", ""))
    role = to_read if method == "GET" else to_write
    if method == "GET" and not {*parts}.isdisjoint(_BOTH):
        role = "view-clients or view-users"
    return f"The account lacks {f'the role {role}' if role else 'a role'} of the client realm-management."
