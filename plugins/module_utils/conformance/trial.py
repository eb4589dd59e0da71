# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One login of the throw-away user at Cells, and what can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.browser import Browser
from ansible_collections.cellsops.sso.plugins.module_utils.cells.web_login import WebLogin
from ansible_collections.cellsops.sso.plugins.module_utils.cells.web_session import WebSession
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.throw_away import ThrowAway
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unmet

LOGIN_PAGE = "/login"


@dataclass(frozen=True)
class Trial:
    """A login that was tried."""

    login: str
    """The user's login in Cells, "" if the login failed."""
    roles: list[str] | None
    """The ids of the user's roles, None if the login failed or Cells does not show them."""
    refused_by: str
    """``Cells`` or ``Keycloak`` if one of them refused, else ""."""
    words: str
    """The words of the refusal."""
    with_challenge: bool
    """Whether the login began with a challenge of Cells' own provider."""
    path: str
    """The path at which the login ended, "" if it did not come back from Keycloak."""
    status: int
    """The HTTP status there, 0 if it did not come back."""
    session: WebSession | None
    """The session, None if the login failed."""
    browser: Browser

    @property
    def succeeded(self) -> bool:
        """Whether the user has a session."""
        return self.session is not None

    @property
    def failure(self) -> str:
        """How Cells told that the login failed, as an answer of login_failure; "" if it did neither."""
        if self.refused_by != "Cells":
            return ""
        return "redirect" if self.path == LOGIN_PAGE else "page" if self.status >= 400 else ""


def try_login(options: Mapping[str, Any], made: ThrowAway) -> Trial:
    """Log in with the throw-away user and return the result; a failed login is not an error.

    options: those of cells_session_check for the browser. Raises InvalidInput, MissingLibrary.
    """
    browser = Browser(options)
    login, session = WebLogin(browser, made.name, made.name), WebSession(browser)
    name, roles, refused, open_session = "", None, {}, None
    try:
        opened = session.open(login.log_in(made.password))
        name, open_session = opened["login"], session
        roles = session.roles(name, opened["access_token"])
    except Unmet as error:
        refused = error.values["refused"]
    except SsoError as error:
        refused = {"by": "", "words": str(error)}
    return Trial(
        login=name,
        roles=roles,
        refused_by=refused.get("by", ""),
        words=refused.get("words", ""),
        with_challenge=login.began_with_challenge,
        path=login.end[0],
        status=login.end[1],
        session=open_session,
        browser=browser,
    )
