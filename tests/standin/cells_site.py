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

from starlette.requests import Request

from standin.config_file import ConfigFile
from standin.config_memory import BrokenClients, ConfigMemory
from standin.connectors import Connectors, StaticClients
from standin.defaults import FRONTEND
from standin.oidc import Flow, trust
from standin.rest_error import RestError
from standin.sessions import COOKIE, Sessions
from standin.settings import Settings
from standin.state import State, User

ADMIN_ROLE = "ADMINS"


class Site:
    """What the handlers share."""

    def __init__(self, settings: Settings, log: logging.Logger, http: dict[str, Any] | None = None) -> None:
        """Read or make configuration and state. http: keyword arguments for httpx in place of the trust setting.

        Raises ConfigFileError.
        """
        self.settings = settings
        self.log = log
        self.http = trust(settings.ca_file) if http is None else http
        self.control_key = secrets.token_urlsafe(32)
        self.config = ConfigMemory(ConfigFile(settings.working_dir, settings.store))
        self.state = State(settings.working_dir)
        self.sessions = Sessions(self.config, self.state, settings.external)
        self.connectors = Connectors(self.config, settings.secret_visibility)
        self.clients = StaticClients(self.config, settings.client_mode)
        self.flows: dict[str, Flow] = {}
        self._make_admin()
        self._look_at_clients()

    @property
    def is_home(self) -> bool:
        """Whether this is the edition without connectors of other types than its own."""
        return self.settings.edition == "home"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are for https only."""
        return self.settings.external.startswith("https://")

    def login_connectors(self) -> list[dict[str, Any]]:
        """Return what the login page offers."""
        return [entry for entry in self.config.connectors() if not self.is_home or entry.get("type") == "pydio"]

    def session_key(self, request: Request) -> str:
        """Return the session's key in a request's cookie, empty where there is none."""
        return request.cookies.get(COOKIE, "")

    def user(self, request: Request) -> User | None:
        """Return who asks, by bearer token or else by session, None for nobody that is known."""
        token = _bearer(request)
        return self.sessions.user(self.session_key(request)) if token is None else self.state.bearer(token)

    def has_bad_bearer(self, request: Request) -> bool:
        """Return whether a request has a bearer token that is unknown or has expired."""
        token = _bearer(request)
        return token is not None and self.state.bearer(token) is None

    def require_user(self, request: Request) -> User:
        """Return who asks. Raises RestError 401."""
        user = self.user(request)
        if user is None:
            raise RestError(401, "Unauthorized: no token, or one that is unknown or has expired")
        return user

    def require_admin(self, request: Request) -> User:
        """Return the administrator who asks. Raises RestError 401, 403."""
        user = self.require_user(request)
        if not user.admin:
            raise RestError(403, f"Forbidden: {user.login} is no administrator")
        return user

    def _make_admin(self) -> None:
        login = self.settings.admin_user
        admin = self.state.users.get(login)
        if admin is None:
            admin = self.state.users[login] = User(login, name="Administrator", roles=[ADMIN_ROLE], admin=True)
        if self.state.check_password(login, self.settings.admin_password) is None:
            self.state.set_password(admin, self.settings.admin_password)
        self.state.save()

    def _look_at_clients(self) -> None:
        try:
            self.config.client_audience(FRONTEND)
        except BrokenClients as error:
            self.log.warning("static clients cannot be read, so that nobody logs in: %s", error)


def _bearer(request: Request) -> str | None:
    """Return a request's bearer token, None where it has none."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def log_request(folder: Path, method: str, path: str, status: int) -> None:
    """Add a line to the log of requests: no query, no headers, no body."""
    with (folder / "standin-requests.log").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps({"method": method, "path": path, "status": status}) + "\n")
