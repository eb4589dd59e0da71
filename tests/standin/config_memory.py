# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server's configuration: read when it starts, held in memory, written whole at each change."""

from __future__ import annotations

import copy
from typing import Any

from standin import defaults
from standin.config_file import ConfigFile
from standin.durations import seconds

CONNECTORS = "connectors"
CLIENTS = "staticClients"
ACCESS_TOKEN_LIFE = ("accessTokenLifespan", "10m")
REFRESH_TOKEN_LIFE = ("refreshTokenLifespan", "1440h")


class BrokenClients(Exception):
    """A list of static clients that real Cells cannot read, so that nobody logs in; str() is one line."""


class ConfigMemory:
    """The server's copy of pydio.json. It does not notice edits of the file, and its next change overwrites them."""

    def __init__(self, file: ConfigFile, reload: bool = True) -> None:
        """Read the file. Adds the OAuth service if it is missing, as a first start does.

        reload: whether logins take a change at once, else after a restart. Raises ConfigFileError.
        """
        self._file = file
        self._reload = reload
        root = file.load()
        self.root: dict[str, Any] = root if isinstance(root, dict) else {}
        services = self.root.get(defaults.SERVICES)
        if not isinstance(services, dict) or not isinstance(services.get(defaults.OAUTH), dict):
            self.root[defaults.SERVICES] = {**(services if isinstance(services, dict) else {})}
            self.root[defaults.SERVICES][defaults.OAUTH] = defaults.oauth_service()
            self._file.save(self.root)
        self._live = copy.deepcopy(self.oauth)

    def save(self) -> None:
        """Write the whole configuration. Raises ConfigFileError."""
        self._file.save(self.root)
        if self._reload:
            self._live = copy.deepcopy(self.oauth)

    @property
    def live(self) -> dict[str, Any]:
        """The OAuth service's part as logins and refreshes take it."""
        return self._live

    @property
    def oauth(self) -> dict[str, Any]:
        """The OAuth service's part, as it is in memory."""
        part: dict[str, Any] = self.root[defaults.SERVICES][defaults.OAUTH]
        return part

    def connectors(self) -> list[dict[str, Any]]:
        """Return the connectors; entries that are no objects are left out."""
        return _objects(self.oauth.get(CONNECTORS))

    def live_connectors(self) -> list[dict[str, Any]]:
        """Return the connectors that logins take."""
        return _objects(self._live.get(CONNECTORS))

    def connector(self, connector_id: str) -> dict[str, Any] | None:
        """Return the connector with an id, None if there is none."""
        return next((entry for entry in self.connectors() if entry.get("id") == connector_id), None)

    def lifetime(self, setting: tuple[str, str]) -> float:
        """Return a lifetime in seconds; the default if the value is missing or not a duration."""
        name, default = setting
        try:
            return seconds(str(self._live.get(name, default)))
        except ValueError:
            return seconds(default)

    def client_audience(self, client_id: str) -> list[str]:
        """Return a static client's audience, read as strictly as Cells does. Raises BrokenClients."""
        for client in decoded_clients(self._live.get(CLIENTS)):
            if client["client_id"] == client_id:
                audience: list[str] = client["audience"]
                return audience
        raise BrokenClients(f"there is no static client {client_id}")


def _objects(found: Any) -> list[dict[str, Any]]:
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


_TEXTS = ("client_id", "client_name", "client_secret", "scope")
_LISTS = ("audience", "redirect_uris", "post_logout_redirect_uris", "grant_types", "response_types")


def decoded_clients(clients: Any) -> list[dict[str, Any]]:
    """Return the static clients as real Cells decodes them: one wrong type anywhere fails the whole list.

    A null in a list of texts is an empty text; a null client ends in a nil pointer; unknown keys are ignored.
    Raises BrokenClients.
    """
    if not isinstance(clients, list):
        raise BrokenClients("json: cannot unmarshal into a list of clients")
    decoded = []
    for client in clients:
        if client is None:
            raise BrokenClients("runtime error: invalid memory address or nil pointer dereference")
        if not isinstance(client, dict):
            raise BrokenClients("json: cannot unmarshal into a client")
        for name in _TEXTS:
            if not isinstance(client.get(name), (str, type(None))):
                raise BrokenClients(f"json: cannot unmarshal {name} into a string")
        for name in _LISTS:
            value = client.get(name)
            if value is not None and not (
                isinstance(value, list) and all(isinstance(item, (str, type(None))) for item in value)
            ):
                raise BrokenClients(f"json: cannot unmarshal {name} into a list of strings")
        audience = [item or "" for item in client.get("audience") or []]
        decoded.append({"client_id": client.get("client_id") or "", "audience": audience})
    return decoded
