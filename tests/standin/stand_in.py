# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a running stand-in, put together once."""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path
from typing import Any

from standin.config_file import ConfigFile
from standin.config_memory import BrokenClients, ConfigMemory
from standin.connectors import Connectors, StaticClients
from standin.cookies import Cookies
from standin.defaults import FRONTEND
from standin.oidc import Flow, trust
from standin.roles import ADMIN_ROLE
from standin.sessions import Sessions
from standin.settings import Settings
from standin.state import State, User


class StandIn:
    """The objects that the handlers share."""

    def __init__(self, settings: Settings, log: logging.Logger, http: dict[str, Any] | None = None) -> None:
        """Read or make configuration and state. http: keyword arguments for httpx instead of the trust setting.

        Raises ConfigFileError.
        """
        self.settings = settings
        self.assumed = settings.assumed
        self.log = log
        self.http = trust(settings.ca_file) if http is None else http
        self.control_key = secrets.token_urlsafe(32)
        file = ConfigFile(settings.working_dir, settings.store)
        self.config = ConfigMemory(file, self.assumed["reload"] == "at_once")
        self.state = State(settings.working_dir)
        self.sessions = Sessions(self.config, self.state, settings.external, self.assumed)
        self.cookies = Cookies(settings, self.state)
        self.connectors = Connectors(self.config, self.assumed)
        self.clients = StaticClients(self.config, self.assumed)
        self.flows: dict[str, Flow] = {}
        self.challenges: dict[str, float] = {}
        """Logins that were begun at Cells' own provider: challenge to when."""
        self._make_admin()
        self._look_at_clients()

    @property
    def is_home(self) -> bool:
        """Whether this is the edition without connectors of other types than its own."""
        return self.settings.edition == "home"

    def login_connectors(self) -> list[dict[str, Any]]:
        """Return the connectors on the login page."""
        return [entry for entry in self.config.live_connectors() if self._serves(entry)]

    def login_connector(self, connector_id: str) -> dict[str, Any] | None:
        """Return a connector that the login page offers, None if there is none of the id."""
        return next((entry for entry in self.login_connectors() if entry.get("id") == connector_id), None)

    def _serves(self, connector: dict[str, Any]) -> bool:
        if self.is_home and connector.get("type") != "pydio":
            return False
        sites = [str(site).rstrip("/") for site in connector.get("sites") or []]
        return not sites or self.settings.external in sites or self.assumed["sites"] == "ignored"

    def _make_admin(self) -> None:
        login = self.settings.admin_user
        admin = self.state.users.get(login)
        if admin is None:
            admin = self.state.users[login] = User(login, roles=[ADMIN_ROLE], admin=True)
        if self.state.check_password(login, self.settings.admin_password) is None:
            self.state.set_password(admin, self.settings.admin_password)
        self.state.save()

    def _look_at_clients(self) -> None:
        try:
            self.config.client_audience(FRONTEND)
        except BrokenClients as error:
            self.log.warning("static clients cannot be read, so that nobody logs in: %s", error)


def log_request(folder: Path, method: str, path: str, status: int) -> None:
    """Add a line to the log of requests: no query, no headers, no body."""
    with (folder / "standin-requests.log").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"method": method, "path": path, "status": status}) + "\n")
