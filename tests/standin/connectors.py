# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connectors and static clients as REST shows and takes them."""

from __future__ import annotations

from typing import Any

from standin.assumptions import Assumed
from standin.config_memory import CLIENTS, CONNECTORS, ConfigMemory
from standin.rest_error import RestError

SECRET = "clientSecret"
MASK = "********"

SCHEMA = (
    "client_id",
    "client_name",
    "client_secret",
    "redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "audience",
)
"""The fields of a static client that the interface's documentation names."""


class Connectors:
    """The list of connectors; how it shows and keeps secrets is assumed."""

    def __init__(self, config: ConfigMemory, assumed: Assumed) -> None:
        """Take the configuration and what is assumed."""
        self._config = config
        self._visibility = assumed["secret_visibility"]
        self._keeps = assumed["secret_on_put"] == "keep"

    def shown(self) -> list[dict[str, Any]]:
        """Return the connectors as GET gives them."""
        return [self._shown(connector) for connector in self._config.connectors()]

    def put_all(self, connectors: Any) -> None:
        """Replace the whole list. Raises RestError 400."""
        if not isinstance(connectors, list):
            raise RestError(400, "The body must have a list of connectors")
        self._save([self._checked(connector, None) for connector in connectors])

    def put(self, connector_id: str, connector: Any) -> None:
        """Replace a connector, or add it at the end. Raises RestError 400."""
        checked = self._checked(connector, connector_id)
        connectors = self._config.connectors()
        ids = [entry.get("id") for entry in connectors]
        if connector_id in ids:
            connectors[ids.index(connector_id)] = checked
        else:
            connectors.append(checked)
        self._save(connectors)

    def delete(self, connector_id: str) -> None:
        """Take a connector away. Raises RestError 404."""
        if self._config.connector(connector_id) is None:
            raise RestError(404, f"There is no connector {connector_id}")
        self._save([entry for entry in self._config.connectors() if entry.get("id") != connector_id])

    def _save(self, connectors: list[dict[str, Any]]) -> None:
        self._config.oauth[CONNECTORS] = connectors
        self._config.save()

    def _shown(self, connector: dict[str, Any]) -> dict[str, Any]:
        key = f"config{connector.get('type')}"
        part = connector.get(key)
        if self._visibility == "clear" or not isinstance(part, dict) or SECRET not in part:
            return connector
        shown = {name: value for name, value in part.items() if name != SECRET}
        if self._visibility == "masked":
            shown[SECRET] = MASK
        return {**connector, key: shown}

    def _checked(self, connector: Any, connector_id: str | None) -> dict[str, Any]:
        if not isinstance(connector, dict):
            raise RestError(400, "A connector must be an object")
        checked = {**connector}
        checked.setdefault("id", connector_id)
        if not checked["id"] or not isinstance(checked["id"], str) or not checked.get("type"):
            raise RestError(400, "A connector needs an id and a type")
        if connector_id not in (None, checked["id"]):
            raise RestError(400, f"The id in the body is {checked['id']}, not {connector_id}")
        self._keep_secret(checked)
        return checked

    def _keep_secret(self, connector: dict[str, Any]) -> None:
        """Put the old secret into a connector that has none, or the mask."""
        key = f"config{connector['type']}"
        part = connector.get(key)
        old = self._config.connector(connector["id"]) or {}
        if not self._keeps or not isinstance(part, dict) or not isinstance(old.get(key), dict):
            return
        if part.get(SECRET) in (None, "", MASK) and SECRET in old[key]:
            connector[key] = {**part, SECRET: old[key][SECRET]}


class StaticClients:
    """The list of static clients; whether fields that are not documented are shown and kept is assumed."""

    def __init__(self, config: ConfigMemory, assumed: Assumed) -> None:
        """Take the configuration and what is assumed."""
        self._config = config
        self._mode = assumed["oauth2clients"]

    def shown(self) -> list[Any]:
        """Return the static clients as GET gives them."""
        return [self._documented(client) if self._mode != "full" else client for client in self._clients()]

    def put(self, client_id: str, client: Any) -> None:
        """Replace a static client, or add it at the end. Raises RestError 400."""
        if not isinstance(client, dict) or client.get("client_id", client_id) != client_id:
            raise RestError(400, f"The body must be the static client {client_id}")
        clients = self._clients()
        found = [index for index, entry in enumerate(clients) if _has_id(entry, client_id)]
        new = {"client_id": client_id, **client}
        if self._mode != "full":
            new = self._documented(new)
        if not found:
            clients.append(new)
        elif self._mode == "merge":
            others = {key: value for key, value in clients[found[0]].items() if key not in SCHEMA}
            clients[found[0]] = {**others, **new}
        else:
            clients[found[0]] = new
        self._save(clients)

    def delete(self, client_id: str) -> None:
        """Take a static client away. Raises RestError 404."""
        clients = self._clients()
        left = [entry for entry in clients if not _has_id(entry, client_id)]
        if len(left) == len(clients):
            raise RestError(404, f"There is no static client {client_id}")
        self._save(left)

    def _clients(self) -> list[Any]:
        clients = self._config.oauth.get(CLIENTS)
        return list(clients) if isinstance(clients, list) else []

    def _save(self, clients: list[Any]) -> None:
        self._config.oauth[CLIENTS] = clients
        self._config.save()

    @staticmethod
    def _documented(client: Any) -> Any:
        return {key: value for key, value in client.items() if key in SCHEMA} if isinstance(client, dict) else client


def _has_id(client: Any, client_id: str) -> bool:
    return isinstance(client, dict) and client.get("client_id") == client_id
