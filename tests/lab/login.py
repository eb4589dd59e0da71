# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login as a person does it, without a browser: Cells, Keycloak's form, back to Cells, and the session there."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

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


class LoopbackPolicy(DefaultCookiePolicy):
    """Takes cookies for the domain ``localhost``, which http.cookiejar refuses since the name has no dot."""

    def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
        """Take a cookie for the host ``localhost`` itself, which http.cookiejar writes as ``localhost.local``."""
        if cookie.domain == ".localhost" and urlsplit(request.get_full_url()).hostname == "localhost":
            cookie.domain, cookie.domain_specified, cookie.domain_initial_dot = "localhost.local", False, False
        return super().set_ok_domain(cookie, request)


class LoopbackJar(RequestsCookieJar):
    """Sends cookies marked Secure over http too if they are this machine's own, as browsers do for localhost.

    Keycloak marks its cookies Secure and SameSite=None there since version 25. Source: W3C, Secure Contexts, 3.1.
    """

    def __init__(self) -> None:
        super().__init__(LoopbackPolicy())

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
        self.access_token = ""
        self.login = ""

    def log_in(self, connector_id: str, username: str, password: str) -> Identity:
        """Log in through a connector, and return the user as Cells shows it.

        Raises LoginError with the words of the page on which it ended: no such connector on the login page (C9),
        Keycloak's refusal of the request (such as an unknown redirect URI, G4) or of the password, Cells' refusal of
        the result.
        """
        self._check_offer(connector_id)
        page, answer = self._begin(connector_id)
        # With a session at Keycloak there is no form: the way leads straight back.
        if not self._is_cells(answer):
            page, answer = self._send_password(page, answer, username, password)
        end = parse_qs(urlsplit(answer.url).query)
        if not self._is_cells(answer) or "code" not in end:
            raise _ended("the login", page, answer, end.get("error_description", []))
        return self._open_session({"type": "authorization_code", "code": end["code"][0]})

    def log_in_locally(self, username: str, password: str) -> Identity:
        """Log in as a user with a password at Cells. Raises LoginError."""
        return self._open_session({"type": "credentials", "login": username, "password": password})

    def _begin(self, connector_id: str) -> tuple[Page, requests.Response]:
        """Go to Keycloak, if need be with a challenge: both beginnings are possible. Raises LoginError."""
        url = f"{self.cells_url}/auth/login/{quote(connector_id, safe='')}"
        page, answer = self._follow("GET", url)
        if answer.url == url:
            query = {"client_id": "cells-frontend", "response_type": "code", "state": secrets.token_hex(8)}
            _page, asked = self._follow("GET", f"{self.cells_url}/oidc/oauth2/auth?{urlencode(query)}")
            page, answer = self._follow("GET", f"{url}?{urlsplit(asked.url).query}")
        return page, answer

    def _check_offer(self, connector_id: str) -> None:
        """Check that the login page offers a connector. Raises LoginError."""
        url = f"{self.cells_url}/a/frontend/login/connectors"
        answer = self._send("GET", url)
        offered = [str(each["Id"]) for each in self._json(answer).get("Connectors") or []]
        if connector_id not in offered:
            names = ", ".join(name for name in offered if name != "pydio") or "none"
            text = f"{self.cells_url}/login does not offer the connector {connector_id}; it offers {names}"
            raise LoginError(text, answer.status_code)

    def _open_session(self, info: Mapping[str, str]) -> Identity:
        answer = self._session(info)
        self.access_token = answer["JWT"]
        self.login = _claims(answer["Token"]["IDToken"])["name"]
        return self.who()

    def _send_password(
        self, page: Page, answer: requests.Response, username: str, password: str
    ) -> tuple[Page, requests.Response]:
        form = page.form_with("username", "password")
        if form is None and page.form_with("username") is not None:
            page, answer = self._fill_in(page, answer, "username", username=username)
            form = page.form_with("password")
        if form is None:
            raise _ended("the login", page, answer)
        given = {"username": username} if "username" in form.names else {}
        page, answer = self._fill_in(page, answer, "password", **given, password=password)
        if page.form_with("password") is not None:
            raise _ended(f"the login of {username}", page, answer)
        return page, answer

    def _fill_in(
        self, page: Page, answer: requests.Response, field: str, **values: str
    ) -> tuple[Page, requests.Response]:
        """Send the form of a page that has this field. Raises LoginError."""
        form = page.form_with(field)
        assert form is not None
        return self._follow("POST", urljoin(answer.url, form.action), form.fields | values)

    def who(self) -> Identity:
        """Return the logged-in user as Cells shows it for the access token.

        Roles of groups and the user's own are left out. Raises LoginError, status 401, if the token's life is over.
        """
        bearer = {"Authorization": f"Bearer {self.access_token}"}
        user = self._json(self._send("GET", f"{self.cells_url}/a/user/{quote(self.login)}", headers=bearer))
        attributes = user.get("Attributes") or {}
        roles = [role for role in user.get("Roles") or [] if not role.get("GroupRole") and not role.get("UserRole")]
        ids = [role["Uuid"] for role in roles]
        return Identity(user["Login"], attributes.get("displayName", ""), attributes.get("email", ""), ids)

    def refresh(self) -> dict[str, Any]:
        """Refresh the session as Cells' web interface does (row A3); return the answer with the new tokens.

        Raises LoginError, status 401, if Cells refuses.
        """
        answer = self._session({"type": "refresh"})
        self.access_token = answer["JWT"]
        return answer

    def log_out(self) -> None:
        """End the session at Cells. Raises LoginError."""
        self._session({"type": "logout"})

    def _session(self, info: Mapping[str, str]) -> dict[str, Any]:
        return self._json(self._send("POST", f"{self.cells_url}{SESSION}", json={"AuthInfo": info}))

    def _follow(self, method: str, url: str, data: dict[str, str] | None = None) -> tuple[Page, requests.Response]:
        """Send a request, follow redirects, and return the last page. Raises LoginError unless its status is 200."""
        answer = self._send(method, url, data=data)
        page = Page(answer.text)
        if answer.status_code != 200:
            raise _ended("the login", page, answer)
        return page, answer

    def _send(self, method: str, url: str, **parts: Any) -> requests.Response:
        """Send a request and follow redirects. Raises LoginError if there is no answer."""
        try:
            return self.http.request(method, url, timeout=TIMEOUT, **parts)
        except requests.RequestException as error:
            asked = error.request.url if error.request is not None else url
            raise LoginError(f"{method} {_bare(asked or url)}: {type(error).__name__}: {error}", 0) from error

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


def _claims(token: str) -> dict[str, Any]:
    """Return the claims of a token, without a check."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _ended(what: str, page: Page, answer: requests.Response, words: Sequence[str] = ()) -> LoginError:
    """Return the error for a login that ended on this page. words: the reason in the address."""
    said = "; ".join(words or page.messages) or f"no message, title {page.title!r}"
    return LoginError(f"{what} ended at {_bare(answer.url)} with HTTP {answer.status_code}: {said}", answer.status_code)


def _bare(url: str) -> str:
    """Return a URL without its query, which may hold codes and states."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
