# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session check: a login of a test user, and refreshes of the session that it opens (row A3)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.browser import Browser
from ansible_collections.cellsops.sso.plugins.module_utils.cells.web_login import WebLogin
from ansible_collections.cellsops.sso.plugins.module_utils.cells.web_session import WebSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput


class SessionCheck:
    """One check, by the options of cells_session_check."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Take the options. Sends nothing. Raises InvalidInput, MissingLibrary."""
        self._browser = Browser(params)
        self.warnings = self._browser.warnings
        if params["wait"] < 0:
            raise InvalidInput(f"wait is {params['wait']}. Give the seconds to wait, 0 or more.")
        self._params = params

    def check(self) -> dict[str, Any]:
        """Log in, refresh, and refresh once more after the wait.

        Returns login ({username, login, roles}) and refreshes (list of results of WebSession.refresh). Raises Unmet,
        with refused ({by, words}), for a login that Keycloak or Cells refused; SsoError for a login that did not get
        that far.
        """
        params = self._params
        login = WebLogin(self._browser, params["connector_id"], params["username"])
        session = WebSession(self._browser)
        opened = session.open(login.log_in(params["password"]))
        name = opened["login"] or params["username"]
        roles = session.roles(name, opened["access_token"])
        refreshes = [session.refresh()]
        if params["wait"]:
            time.sleep(params["wait"])
            refreshes.append(session.refresh())
        return {"login": {"username": params["username"], "login": name, "roles": roles}, "refreshes": refreshes}
