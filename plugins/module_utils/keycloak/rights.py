# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which right a refused call needed: the roles of the client realm-management, as measured (docs/least-rights.md)."""

from __future__ import annotations

_AREAS = (
    ("evaluate-scopes", "view-clients", "manage-clients"),
    ("client-scopes", "view-clients", "manage-clients"),
    ("clients", "view-clients", "manage-clients"),
    ("components", "view-realm", "manage-realm"),
    ("users", "view-users", "manage-users"),
)


def missing_right(method: str, path: str) -> str:
    """Return a sentence that names the role of realm-management that a call to an admin path needs."""
    # admin/realms/<realm>/…
    below_realm = "/".join(path.split("/")[3:])
    for area, to_read, to_write in _AREAS:
        if area in below_realm:
            return (
                f"The account lacks the role {to_read if method == 'GET' else to_write} of the client realm-management."
            )
    return "The account lacks a role of the client realm-management."
