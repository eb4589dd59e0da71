# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads static clients and lifetimes from Cells' configuration file for the doctor (rows A1-A3). Changes nothing."""

from __future__ import annotations

import os
import re
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_file import SERVICE, ConfigFile
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.processes import servers_of
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.source import RunCommand, other_source
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.wire import masked

SECRETS = frozenset({"client_secret"})
LIFE_SPANS = {
    "access_token": ("accessTokenLifespan", "10m"),
    "refresh_token": ("refreshTokenLifespan", "1440h"),
    "id_token": ("idTokenLifespan", "1h"),
}
"""The lifetimes to return: for each, its key in the file, and Cells' own default."""

UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)")


PUBLIC_SECRET = "a-very-insecure-secret-for-checking-out-the-demo"  # noqa: S105 - that is the point
"""The OAuth secret that the first start of Cells 5 writes. It is known publicly, from the source code."""

LOGIN_VARIABLE = "CELLS_CONNECTOR_USERNAME_AS_LOGIN"
"""The variable of Cells' process that lists the connectors whose users do not log in by their e-mail."""


class ConfigReader:
    """A pydio.json by its path."""

    def __init__(self, path: str, run_command: RunCommand) -> None:
        """Take the path and AnsibleModule.run_command, which looks for another store than the file. Reads nothing."""
        self.warnings: list[str] = []
        self._file = ConfigFile(path)
        self._run_command = run_command

    def values(self) -> dict[str, Any]:
        """Return static_clients (secrets masked), life_spans (seconds), version, oauth_secret_is_public (bool) and
        username_as_login (list of connector ids, None if no running Cells tells). Raises InvalidInput.
        """
        other = other_source(self._file.shown_path, self._run_command)
        if other:
            raise InvalidInput(f"Cells does not use {self._file.shown_path}: {other}.")
        document = self._file.parse(self._file.read().content)
        service = document["services"].get(SERVICE)
        if not isinstance(service, dict):
            raise InvalidInput(
                f"{self._file.shown_path} has no section {SERVICE}. Start Cells once, so that it writes one."
            )
        clients = service.get("staticClients")
        return {
            "static_clients": masked(clients if isinstance(clients, list) else [], SECRETS),
            "life_spans": {name: seconds(service.get(key) or default) for name, (key, default) in LIFE_SPANS.items()},
            "version": str(document["version"]),
            "oauth_secret_is_public": service.get("secret") == PUBLIC_SECRET,
            "username_as_login": username_as_login(os.path.dirname(os.path.abspath(self._file.shown_path))),
        }


def username_as_login(working_dir: str) -> list[str] | None:
    """Return the connectors whose users log in by their user name, by the environment of the running Cells.

    The variable holds ids with commas between them. None if no server is running, or none may be looked into.
    """
    environments = [server.environment or {} for server in servers_of(working_dir) if not server.forked]
    if not environments:
        return None
    return [name.strip() for name in environments[0].get(LOGIN_VARIABLE, "").split(",") if name.strip()]


def seconds(duration: Any) -> int | None:
    """Return the whole seconds of a duration in Cells' notation, such as 1h30m or 60d; None if it is not a duration."""
    text = str(duration)
    if not re.fullmatch(rf"(?:{_PART.pattern})+", text):
        return None
    return int(sum(float(number) * UNITS[unit] for number, unit in _PART.findall(text)))
