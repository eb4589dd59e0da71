# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real login at Cells through Keycloak, as a browser does it, up to the code that opens a session (row A3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.cells.browser import Browser, bare
from ansible_collections.cellsops.sso.plugins.module_utils.cells.web_session import empty_answer
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.transport import REPEATED_STATUSES, server_words
from ansible_collections.cellsops.sso.plugins.module_utils.web_page import Form, Page

FRONTEND = "cells-frontend"
SCOPE = "openid email profile pydio offline"
"""The scopes that the web interface requests from its own provider."""
ASKED = {
    "otp": "a one-time password",
    "totp": "the setup of an authenticator",
    "password-new": "a new password",
    "accept": "consent",
}
"""The data that fields of Keycloak's pages ask for, by the names of the fields."""


class WebLogin:
    """One login through one connector."""

    def __init__(self, browser: Browser, connector_id: str, username: str) -> None:
        """Take the browser, the connector's id and the name of the user in Keycloak."""
        self._browser = browser
        self._connector_id = connector_id
        self._username = username
        self._callback = ""
        self.began_with_challenge = False
        """Whether only an address with a challenge of Cells' own provider led to Keycloak."""
        self.end: tuple[str, int] = ("", 0)
        """Path and HTTP status of the page at which the login ended, ("", 0) before."""

    def log_in(self, password: str) -> str:
        """Return the code that opens a session.

        Raises Unmet, with refused {by, words}, for a login that Keycloak or Cells refused; SsoError for one that came
        less far. The password is sent to Keycloak only.
        """
        form, answer = self._form()
        if "password" not in form.names:
            # Such as in a realm with organizations, the name comes first.
            page, answer = self._send(form, answer, "")
            with_password = page.form_with("password")
            if with_password is None:
                raise self._ended(page, answer)
            form = with_password
        page, answer = self._send(form, answer, password)
        self.end = (urlsplit(answer.url).path, answer.status_code)
        return self._code(page, answer)

    def _send(self, form: Form, answer: Any, password: str) -> tuple[Page, Any]:
        """Send the name and the password, if the form asks for them, and return the next page and its answer."""
        target = urljoin(answer.url, form.action)
        if not self._browser.at_keycloak(target):
            raise SsoError(
                f"The form for the password goes to {bare(target)}, which is not {self._browser.keycloak_url}: it was"
                " not sent."
            )
        account = {"username": self._username, "password": password}
        given = {name: value for name, value in account.items() if name in form.names}
        return self._browser.follow("POST", target, {**form.fields, **given})

    def _form(self) -> tuple[Form, Any]:
        """Return Keycloak's form for name and password, or for the name alone, and the answer that it is in.

        Cells' own code begins a login with a challenge of its provider. So if the plain address of the connector only
        gives the page of the web interface, it is asked with such a challenge.
        """
        address = f"{self._browser.cells_url}/auth/login/{quote(self._connector_id, safe='')}"
        page, answer = self._browser.follow("GET", address)
        if self._is_web_interface(page, answer):
            challenge = self._challenge()
            if challenge:
                self.began_with_challenge = True
                page, answer = self._browser.follow("GET", f"{address}?{urlencode({'login_challenge': challenge})}")
        form = page.form_with("username", "password") or page.form_with("username")
        if form is not None and self._browser.at_keycloak(answer.url):
            self._callback = _parameter([*answer.history, answer.url], "redirect_uri", self._browser.at_keycloak)
            return form, answer
        if self._is_web_interface(page, answer):
            raise SsoError(
                f"{address} shows the web interface of Cells and does not lead to Keycloak: "
                f"{empty_answer(answer, address) or self._no_connector()}"
            )
        raise self._ended(page, answer)

    def _no_connector(self) -> str:
        return (
            f"check that Cells has a connector {self._connector_id}, and that this version of Cells begins logins "
            "there."
        )

    def _is_web_interface(self, page: Page, answer: Any) -> bool:
        """Whether an answer is the page that Cells gives for every path that it does not know."""
        complains = page.messages or "error" in _query(answer.url)
        return self._browser.at_cells(answer.url) and answer.status_code == 200 and not complains

    def _challenge(self) -> str:
        """Return the challenge of a login that the provider of Cells has begun, "" if it does not begin one so."""
        query = {
            "client_id": FRONTEND,
            "redirect_uri": f"{self._browser.cells_url}/auth/callback",
            "response_type": "code",
            "scope": SCOPE,
            "state": secrets.token_urlsafe(16),
        }
        address = f"{self._browser.cells_url}/oidc/oauth2/auth?{urlencode(query)}"
        _page, answer = self._browser.follow("GET", address)
        return _parameter([*answer.history, answer.url], "login_challenge", self._browser.at_cells)

    def _code(self, page: Page, answer: Any) -> str:
        """Return the code in the address at which a login ended. Raises SsoError, Unmet."""
        query = _query(answer.url)
        if not self._browser.at_cells(answer.url) or answer.status_code >= 400 or "error" in query:
            raise self._ended(page, answer)
        if self._callback and bare(answer.url) == bare(self._callback):
            raise SsoError(
                f"Keycloak sent {self._username!r} back to {bare(answer.url)}. Cells does not accept a login there, "
                "and shows its web interface. This version of Cells needs another redirect URI in the connector."
            )
        if "code" not in query:
            raise self._ended(page, answer)
        return query["code"]

    def _ended(self, page: Page, answer: Any) -> SsoError:
        """Return the error for a login that ended on this page, in the words of its address or of the page itself."""
        query = _query(answer.url)
        told = ": ".join(query[key] for key in ("error", "error_description") if key in query)
        where = "Keycloak" if self._browser.at_keycloak(answer.url) else "Cells"
        titled = f"a page titled {page.title!r}{_asks(page)}" if page.title else server_words(answer)
        words = " ".join((told or "; ".join(page.messages) or titled or "no reason given").split())
        # A page without a complaint, such as one that asks for more data, is not a refusal. The answer of a gateway is
        # not one either.
        if answer.status_code in REPEATED_STATUSES or not (told or page.messages or answer.status_code >= 400):
            return SsoError(self._line(where, answer, words))
        return self._refused(where, answer, words)

    def _refused(self, where: str, answer: Any, words: str) -> Unmet:
        return Unmet(self._line(where, answer, words), {"refused": {"by": where, "words": words}})

    def _line(self, where: str, answer: Any, words: str) -> str:
        end = f"{where}, {bare(answer.url)}, HTTP {answer.status_code}"
        return f"The login of {self._username!r} ended at {end}: {words}"


def _asks(page: Page) -> str:
    """Return the further question of a page after name and password, and what to do; "" if it asks nothing."""
    asked = list(dict.fromkeys(ASKED.get(name, name) for form in page.forms for name in form.asked))
    if not asked:
        return ""
    return (
        f" that asks for {', '.join(asked)}. Use an account from which Keycloak asks only for a user name and a "
        "password"
    )


def _parameter(urls: list[str], name: str, wanted: Callable[[str], bool]) -> str:
    """Return a query parameter of the last of the URLs that are wanted and have it, "" if none has."""
    found = [_query(url).get(name, "") for url in urls if wanted(url)]
    return next((value for value in reversed(found) if value), "")


def _query(url: str) -> dict[str, str]:
    """Return the first value of each parameter of a URL's query."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
