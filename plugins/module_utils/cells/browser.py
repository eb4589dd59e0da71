# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A minimal browser for a login to Cells through Keycloak: cookies, redirects, pages."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    AGENT,
    base_url,
    check_connection,
    exposure,
    import_requests,
    origin,
    send,
)
from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Page

MOST_REDIRECTS = 20


class Browser:
    """Sends requests to one Cells and one Keycloak, and to nobody else."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Take the options of cells_session_check. Sends nothing. Raises InvalidInput, MissingLibrary."""
        requests = import_requests()
        self.cells_url = base_url(params["cells_url"], "cells_url")
        self.keycloak_url = base_url(params["keycloak_url"], "keycloak_url")
        check_connection(params)
        self.warnings = [
            *exposure(self.cells_url, "cells_url", "the session", params),
            *exposure(self.keycloak_url, "keycloak_url", "the password", params),
        ]
        self._http = requests.Session()
        self._http.headers["User-Agent"] = AGENT
        self._http.cookies = _jar()
        self._params = params

    def send(self, method: str, url: str, **more: Any) -> Any:
        """Send one request and return its answer; more: arguments of requests, such as json. Raises Unreachable."""
        return send(self._http, method, url, self._params, bare(url), allow_redirects=False, **more)

    def follow(self, method: str, url: str, data: dict[str, str] | None = None) -> tuple[Page, Any]:
        """Return the page at the end of the redirects, and its answer, whose ``history`` has the URLs before.

        Raises SsoError for a redirect to any other host, and for one too many.
        """
        history: list[str] = []
        while len(history) <= MOST_REDIRECTS:
            if not (self.at_cells(url) or self.at_keycloak(url)):
                raise SsoError(
                    f"The login leads to {bare(url)}, which is neither {self.cells_url} nor {self.keycloak_url}. Give "
                    "the URLs that users see in their browsers."
                )
            answer = self.send(method, url, data=data)
            if not answer.is_redirect:
                answer.history = history
                return Page(answer.text), answer
            history.append(url)
            method, url, data = "GET", urljoin(url, answer.headers["Location"]), None
        raise SsoError(f"The login was redirected {MOST_REDIRECTS} times, last to {bare(url)}: it goes in a circle.")

    def at_cells(self, url: str) -> bool:
        """Whether a URL is one of Cells."""
        return origin(url) == origin(self.cells_url)

    def at_keycloak(self, url: str) -> bool:
        """Whether a URL is one of Keycloak."""
        return origin(url) == origin(self.keycloak_url)

    def cookies(self) -> Any:
        """Return a copy of the cookies as they are now, for ``set_cookies``."""
        return self._http.cookies.copy()

    def set_cookies(self, cookies: Any) -> None:
        """Go back to earlier cookies."""
        self._http.cookies = cookies

    def has_cookie_for(self, url: str, name: str) -> bool:
        """Whether a request to a URL would send a cookie of that name."""
        requests = import_requests()
        request = requests.Request("GET", url, cookies=self._http.cookies).prepare()
        header = request.headers.get("Cookie") or ""
        return any(pair.strip().startswith(f"{name}=") for pair in header.split(";"))


def bare(url: str) -> str:
    """Return a URL without its query, which may hold codes and states."""
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _jar() -> Any:
    """Return a cookie jar that behaves like those of browsers in two cases in which http.cookiejar does not.

    It sends cookies marked Secure to this machine over http too (W3C, Secure Contexts, section 3.1): Keycloak marks its
    cookies so since version 25. It takes a cookie whose Domain is the host itself, also if that is localhost (RFC 6265,
    section 5.3): Cells names it.
    """
    from requests.cookies import RequestsCookieJar

    class Policy(DefaultCookiePolicy):
        def set_ok_domain(self, cookie: Cookie, request: Any) -> bool:
            host = urlsplit(request.get_full_url()).hostname or ""
            if cookie.domain.lstrip(".") == host:
                # As http.cookiejar writes a host without a dot.
                cookie.domain = host if "." in host else f"{host}.local"
                cookie.domain_specified = cookie.domain_initial_dot = False
            return bool(super().set_ok_domain(cookie, request))

    class Jar(RequestsCookieJar):
        def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
            # http.cookiejar writes the host localhost as localhost.local.
            if cookie.domain in ("localhost.local", "127.0.0.1"):
                cookie.secure = False
            return super().set_cookie(cookie, *args, **kwargs)

    return Jar(policy=Policy())
