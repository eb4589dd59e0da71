# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody sees, and changes, in the consoles of Keycloak and Cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from lab import rows
from lab.site import Site

TIMEOUT = 10


def client_of(site: Site) -> dict[str, Any]:
    """Return the guide's client as Keycloak shows it."""
    client: dict[str, Any] = next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")
    return client


def scope_of(site: Site) -> dict[str, Any]:
    """Return the guide's client scope as Keycloak shows it."""
    scope: dict[str, Any] = next(s for s in site.admin.get_client_scopes() if s["name"] == rows.GUIDE_SCOPE)
    return scope


def ldap_mapper_of(site: Site) -> dict[str, Any]:
    mapper: dict[str, Any] = next(c for c in site.admin.get_components() if c.get("name") == rows.GUIDE_LDAP_MAPPER)
    return mapper


def add_redirect_uri(site: Site) -> None:
    client = client_of(site)
    site.admin.update_client(client["id"], {"redirectUris": [*client["redirectUris"], "https://evil.example.org/*"]})


def put_connector(site: Site, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the connector in Cells as somebody in its console would."""
    connector = next(
        c for c in site.rows().cells("config/oauth2connectors")["connectors"] if c["id"] == rows.GUIDE_CONNECTOR
    )
    change(connector)
    url = f"{site.cells.url}/a/config/oauth2connectors/{connector['id']}"
    headers = {"Authorization": f"Bearer {site.cells.token}"}
    requests.put(url, json=connector, headers=headers, timeout=TIMEOUT).raise_for_status()


def rename_the_connector(site: Site) -> None:
    put_connector(site, lambda connector: connector.update(name="Login"))
