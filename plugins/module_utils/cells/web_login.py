# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real login at Cells through Keycloak, as a browser does it, and the refresh of its session (row A3)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http.cookiejar import Cookie
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError, Unmet, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    AGENT,
    REPEATED_STATUSES,
    base_url,
    check_connection,
    exposure,
    import_requests,
    origin,
    server_words,
    transport_reason,
)
from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Page

MOST_REDIRECTS = 20
SESSION = "a/frontend/session"


class WebLogin:
    """One person's browser, as far as a login needs it."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Take the options of cells_session_check. Sends nothing. Raises InvalidInput, MissingLibrary."""
        requests = import_requests()
        self.cells_url = base_url(params["cells_url"], "cells_url")
        self.keycloak_url = base_url(params["keycloak_url"], "keycloak_url")
        check_connection(params)
        if params["wait"] < 0:
            raise InvalidInput(f"wait is {params['wait']}: give the seconds to wait, 0 or more.")
        self.warnings = [
            *exposure(self.cells_url, "cells_url", "the session", params),
            *exposure(self.keycloak_url, "keycloak_url", "the password", params),
        ]
        self._params = params
        self._http = requests.Session()
        self._http.headers["User-Agent"] = AGENT
        self._http.cookies = _jar()
        self._settings = {
            "timeout": params["connection_timeout"],
            "verify": (params["ca_path"] or True) if params["validate_certs"] else False,
            "allow_redirects": False,
        }

    def check(self) -> dict[str, Any]:
        """Log in, refresh, and refresh once more after the wait.

        Returns login ({username, roles}) and refreshes (list of {after_seconds, status, ok, message}). Raises Unmet,
        with refused ({by, words}), for a login that Keycloak or Cells refused; SsoError for one that came less far.
        """
        params = self._params
        roles = self._log_in(params["connector_id"], params["username"], params["password"])
        begin = time.monotonic()
        refreshes = [self._refresh(begin)]
        if params["wait"]:
            time.sleep(params["wait"])
            refreshes.append(self._refresh(begin))
        return {"login": {"username": params["username"], "roles": roles}, "refreshes": refreshes}

    def _log_in(self, connector_id: str, username: str, password: str) -> list[str]:
        """Return the names of the user's roles, as far as Cells shows them."""
        page, answer = self._follow("GET", f"{self.cells_url}/auth/login/{quote(connector_id, safe='')}")
        form = page.form_with("username", "password")
        if form is None:
            raise self._ended(page, answer)
        target = urljoin(answer.url, form.action)
        if origin(target) != origin(self.keycloak_url):
            raise SsoError(
                f"The form for the password goes to {_bare(target)}, which is not {self.keycloak_url}: it was not sent."
            )
        page, answer = self._follow("POST", target, {**form.fields, "username": username, "password": password})
        if origin(answer.url) != origin(self.cells_url) or answer.status_code >= 400:
            raise self._ended(page, answer)
        try:
            shown = self._send("GET", f"{self.cells_url}/{SESSION}").json()
            return [str(role["Uuid"]) for role in shown.get("Roles") or []]
        except (SsoError, ValueError, KeyError, TypeError, AttributeError):
            return []

    def _refresh(self, begin: float) -> dict[str, Any]:
        """Refresh the session as the web interface of Cells does; 401 is what users see as being logged out."""
        status, message = None, ""
        try:
            answer = self._send("POST", f"{self.cells_url}/{SESSION}", json={"AuthInfo": {"type": "refresh"}})
            status = answer.status_code
            message = "" if status == 200 else server_words(answer)
        except Unreachable as error:
            message = str(error)
        return {
            "after_seconds": round(time.monotonic() - begin, 1),
            "status": status,
            "ok": status == 200,
            "message": message,
        }

    def _follow(self, method: str, url: str, data: dict[str, str] | None = None) -> tuple[Page, Any]:
        """Return the page at the end of the redirects, and its answer. Raises SsoError."""
        for _hop in range(MOST_REDIRECTS):
            if origin(url) not in (origin(self.cells_url), origin(self.keycloak_url)):
                raise SsoError(
                    f"The login leads to {_bare(url)}, which is neither {self.cells_url} nor {self.keycloak_url}:"
                    " are these the URLs that users see?"
                )
            answer = self._send(method, url, data=data)
            if not answer.is_redirect:
                return Page(answer.text), answer
            method, url, data = "GET", urljoin(url, answer.headers["Location"]), None
        raise SsoError(f"The login was redirected {MOST_REDIRECTS} times, last to {_bare(url)}: it goes in a circle.")

    def _send(self, method: str, url: str, **body: Any) -> Any:
        requests = import_requests()
        try:
            return self._http.request(method, url, **body, **self._settings)
        except (requests.RequestException, ValueError) as error:
            # A ValueError is a Location header that is no URL, or no text.
            raise Unreachable(method, _bare(url), transport_reason(error)) from error

    def _ended(self, page: Page, answer: Any) -> SsoError:
        """Return the error for a login that ended on this page, in the page's own words."""
        words = "; ".join(page.messages) or (f"a page titled {page.title!r}" if page.title else server_words(answer))
        words = " ".join((words or "no reason given").split())
        where = "Keycloak" if origin(answer.url) == origin(self.keycloak_url) else "Cells"
        end = f"{where}, {_bare(answer.url)}, HTTP {answer.status_code}"
        line = f"The login of {self._params['username']!r} ended at {end}: {words}"
        # A page without a complaint is no refusal, such as one that asks for one thing more; nor is a gateway's answer.
        if answer.status_code in REPEATED_STATUSES or not (page.messages or answer.status_code >= 400):
            return SsoError(line)
        return Unmet(line, {"refused": {"by": where, "words": words}})


def _jar() -> Any:
    """Return a jar that sends cookies marked Secure to this machine over http too, as browsers do for localhost.

    Keycloak marks its cookies so since version 25 (W3C, Secure Contexts, section 3.1).
    """
    from requests.cookies import RequestsCookieJar

    class Jar(RequestsCookieJar):
        def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
            # http.cookiejar writes the host localhost as localhost.local.
            if cookie.domain in ("localhost.local", "127.0.0.1"):
                cookie.secure = False
            return super().set_cookie(cookie, *args, **kwargs)

    return Jar()


def _bare(url: str) -> str:
    """Return a URL without its query, which may hold codes and states."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
