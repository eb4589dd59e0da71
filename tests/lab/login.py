# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login as a person does it, without a browser: Cells' login page, Keycloak's form, back to Cells, a session."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.cookies import RequestsCookieJar

from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Page
from lab.errors import LabError

TIMEOUT = 30
SESSION = "/a/frontend/session"


class LoginError(LabError):
    """A login or a refresh that did not get through: one line; ``status`` is the last answer's HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Identity:
    """Who is logged in to Cells: login name, display name, email, and the names of the roles in Cells' order."""

    login: str
    name: str
    email: str
    roles: list[str]


class LoopbackJar(RequestsCookieJar):
    """Sends cookies marked Secure over http too if they are this machine's own, as browsers do for localhost.

    Keycloak marks its cookies Secure and SameSite=None there since version 25. Source: W3C, Secure Contexts, 3.1.
    """

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
        """Take a cookie; http.cookiejar writes the host ``localhost`` as ``localhost.local``."""
        if cookie.domain in {"localhost.local", "127.0.0.1"}:
            cookie.secure = False
        return super().set_cookie(cookie, *args, **kwargs)


class Browser:
    """One person's browser: its cookies, so its sessions with Keycloak and with Cells.

    cells_url: of the Cells to log in to.
    """

    def __init__(self, cells_url: str) -> None:
        self.cells_url = cells_url.rstrip("/")
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies = LoopbackJar()
        self.http.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"

    def log_in(self, connector_id: str, username: str, password: str) -> Identity:
        """Log in through a connector; return who Cells says this is.

        Raises LoginError with the words of the page on which it ended: no such connector on the login page (C9),
        Keycloak's refusal of the request (such as an unknown redirect URI, G4) or of the password, Cells' refusal of
        what came back.
        """
        page, answer = self._follow("GET", f"{self.cells_url}/login")
        path = f"/auth/login/{connector_id}"
        offered = {urlsplit(urljoin(answer.url, link)).path: name for link, name in page.links.items()}
        if path not in offered:
            names = ", ".join(repr(name) for link, name in offered.items() if link.startswith("/auth/login/"))
            text = f"{self.cells_url}/login does not offer the connector {connector_id}; it offers {names or 'none'}"
            raise LoginError(text, answer.status_code)
        page, answer = self._follow("GET", f"{self.cells_url}{path}")
        # With a session at Keycloak there is no form: the way leads straight back.
        if not self._is_cells(answer):
            page, answer = self._send_password(page, answer, username, password)
        if not self._is_cells(answer):
            raise _ended("the login", page, answer)
        return self.who()

    def _send_password(
        self, page: Page, answer: requests.Response, username: str, password: str
    ) -> tuple[Page, requests.Response]:
        form = page.form_with("username", "password")
        if form is None:
            raise _ended("the login", page, answer)
        data = form.fields | {"username": username, "password": password}
        page, answer = self._follow("POST", urljoin(answer.url, form.action), data)
        if page.form_with("username", "password") is not None:
            raise _ended(f"the login of {username}", page, answer)
        return page, answer

    def who(self) -> Identity:
        """Return who is logged in to Cells. Raises LoginError if nobody is, or if the access token's life is over."""
        answer = self.http.get(f"{self.cells_url}{SESSION}", headers={"Accept": "application/json"}, timeout=TIMEOUT)
        user = self._json(answer)
        if "Login" not in user:
            raise LoginError(f"GET {SESSION}: nobody is logged in to {self.cells_url}", answer.status_code)
        attributes = user.get("Attributes") or {}
        roles = [role["Uuid"] for role in user.get("Roles") or []]
        return Identity(user["Login"], attributes.get("displayName", ""), attributes.get("email", ""), roles)

    def refresh(self) -> dict[str, Any]:
        """Refresh the session as Cells' web interface does (row A3); return the answer with the new tokens.

        Raises LoginError, status 401, where Cells refuses.
        """
        body = {"AuthInfo": {"type": "refresh"}}
        answer = self.http.post(
            f"{self.cells_url}{SESSION}", json=body, headers={"Accept": "application/json"}, timeout=TIMEOUT
        )
        return self._json(answer)

    def _follow(self, method: str, url: str, data: dict[str, str] | None = None) -> tuple[Page, requests.Response]:
        """Send a request, go where it leads, return the page at the end. Raises LoginError unless that is HTTP 200."""
        try:
            answer = self.http.request(method, url, data=data, timeout=TIMEOUT)
        except requests.RequestException as error:
            asked = error.request.url if error.request is not None else url
            raise LoginError(f"{method} {_bare(asked or url)}: {type(error).__name__}: {error}", 0) from error
        page = Page(answer.text)
        if answer.status_code != 200:
            raise _ended("the login", page, answer)
        return page, answer

    def _is_cells(self, answer: requests.Response) -> bool:
        return answer.url.startswith(f"{self.cells_url}/")

    def _json(self, answer: requests.Response) -> dict[str, Any]:
        try:
            found = answer.json()
        except ValueError:
            found = None
        if answer.status_code == 200 and isinstance(found, dict):
            return found
        # Detail repeats the title, or is a code.
        said = (found.get("Title") if isinstance(found, dict) else None) or repr(answer.text[:100])
        request = answer.request
        text = f"{request.method} {_bare(str(request.url))}: HTTP {answer.status_code}: {said}"
        raise LoginError(text, answer.status_code)


def _ended(what: str, page: Page, answer: requests.Response) -> LoginError:
    """Return the error for a login that ended on this page."""
    said = "; ".join(page.messages) or f"no message, title {page.title!r}"
    return LoginError(f"{what} ended at {_bare(answer.url)} with HTTP {answer.status_code}: {said}", answer.status_code)


def _bare(url: str) -> str:
    """Return a URL without its query, which may hold codes and states."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
