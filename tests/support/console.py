# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads and changes settings as somebody does in the consoles of Keycloak and Cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests

from lab import rows
from lab.site import Site

TIMEOUT = 10


class Realm:
    """Calls to the realm's admin interface, by paths below it."""

    def __init__(self, site: Site) -> None:
        self._connection = site.admin.connection
        self._base = f"admin/realms/{site.realm}"

    def get(self, path: str, **query: Any) -> Any:
        return self._connection.raw_get(f"{self._base}/{path}".rstrip("/"), **query).json()

    def named(self, path: str, name: str) -> Any:
        """Return the one object of that name."""
        (found,) = (item for item in self.get(path) if item["name"] == name)
        return found

    def send(self, method: str, path: str, body: object = None) -> None:
        call = getattr(self._connection, f"raw_{method}")
        data = "" if body is None else json.dumps(body)
        response = call(f"{self._base}/{path}".rstrip("/"), data=data)
        assert response.status_code < 300, (method, path, response.text)

    @contextmanager
    def replaced(self, path: str, before: object, after: object) -> Iterator[None]:
        """Put another object at a path, and the one from before back in the end."""
        self.send("put", path, after)
        try:
            yield
        finally:
            self.send("put", path, before)

    @contextmanager
    def added(self, path: str, body: dict[str, Any]) -> Iterator[None]:
        """Add an object to a list, and remove it in the end by its name."""
        self.send("post", path, body)
        try:
            yield
        finally:
            self.send("delete", f"{path}/{self.named(path, body['name'])['id']}")

    @contextmanager
    def removed(self, path: str, before: dict[str, Any]) -> Iterator[None]:
        """Remove an object from a list, and add it again in the end; Keycloak then gives it another id."""
        self.send("delete", f"{path}/{before['id']}")
        try:
            yield
        finally:
            self.send("post", path, {key: value for key, value in before.items() if key != "id"})


def cells_call(site: Site, method: str, path: str, body: object = None) -> Any:
    """Call the REST API of Cells below /a/config, and return its answer."""
    response = requests.request(
        method,
        f"{site.cells.url}/a/config/{path}",
        json=body,
        headers={"Authorization": f"Bearer {site.cells.token}"},
        timeout=TIMEOUT,
    )
    response.raise_for_status()
    return response.json()


@contextmanager
def replaced_in_cells(site: Site, path: str, before: object, after: object) -> Iterator[None]:
    """Put another object at a path below /a/config, and the one from before back in the end."""
    cells_call(site, "PUT", path, after)
    try:
        yield
    finally:
        cells_call(site, "PUT", path, before)


def client_of(site: Site) -> dict[str, Any]:
    """Return the guide's client as Keycloak shows it."""
    client: dict[str, Any] = next(c for c in site.admin.get_clients() if c["clientId"] == "localhost")
    return client


def scope_of(site: Site) -> dict[str, Any]:
    """Return the guide's client scope as Keycloak shows it."""
    scope: dict[str, Any] = next(s for s in site.admin.get_client_scopes() if s["name"] == rows.GUIDE_SCOPE)
    return scope


def ldap_mapper_of(site: Site) -> dict[str, Any]:
    """Return the guide's LDAP mapper as Keycloak shows it."""
    mapper: dict[str, Any] = next(c for c in site.admin.get_components() if c.get("name") == rows.GUIDE_LDAP_MAPPER)
    return mapper


def add_redirect_uri(site: Site) -> None:
    """Let the client redirect to one more host."""
    client = client_of(site)
    site.admin.update_client(client["id"], {"redirectUris": [*client["redirectUris"], "https://evil.example.org/*"]})


def connector_of(site: Site) -> dict[str, Any]:
    """Return the guide's connector as Cells shows it."""
    connectors: list[dict[str, Any]] = cells_call(site, "GET", "oauth2connectors")["connectors"]
    (found,) = (connector for connector in connectors if connector["id"] == "keycloak")
    return found


def put_connector(site: Site, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the guide's connector in Cells. change: takes the connector and changes it in place.

    With another id, it becomes another connector, beside the guide's.
    """
    connector = connector_of(site)
    change(connector)
    cells_call(site, "PUT", f"oauth2connectors/{connector['id']}", connector)


def rename_the_connector(site: Site) -> None:
    """Give the connector another name on the login page."""
    put_connector(site, lambda connector: connector.update(name="Login"))
