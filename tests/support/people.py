# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of Keycloak itself, without LDAP."""

from __future__ import annotations

from lab.secret import new_password
from lab.site import Site


def add_person(site: Site, name: str) -> dict[str, str]:
    """Make a user who can log in; return id and password."""
    password = new_password(f"user-{name}")
    user = {
        "username": name,
        "email": f"{name}@example.org",
        "firstName": name.title(),
        "lastName": "Test",
        "enabled": True,
        "credentials": [{"type": "password", "value": password, "temporary": False}],
    }
    return {"id": site.admin.create_user(user), "password": password}
