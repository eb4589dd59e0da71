# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session of the web interface of Cells: opened by a code, refreshed by a cookie, used by a token (row A3)."""

from __future__ import annotations

import time
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.cells.browser import Browser
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unmet, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.jwt import claims_of
from ansible_collections.cellsops.sso.plugins.module_utils.transport import REPEATED_STATUSES, server_words

COOKIE = "pydio"
NO_TOKEN = "No refresh token"  # noqa: S105 - an answer of Cells, not a token
CAUSES = {
    "invalid_request": "audience",
    "token_inactive": "used_twice",
    "invalid_grant": "logged_out",
    NO_TOKEN: "no_session",
}
"""Texts in Title or Detail of a refused refresh, and their causes: OAuth codes, and one sentence of Cells 4.0.1."""

EXPLANATIONS = {
    "audience": "The audience of cells-frontend does not contain the external URL.",
    "no_session": "Cells found no session for the cookie.",
    "lost_cookie": "The session cookie was not sent back.",
    "used_twice": "Another client has already refreshed the session.",
    "logged_out": "The session has ended.",
    "other": "The reason is unknown.",
    "no_answer": "",
}
"""The meaning of each cause, in a sentence."""


class WebSession:
    """A session at Cells, from the code at the end of a login on."""

    def __init__(self, browser: Browser) -> None:
        """Take the browser that has logged in."""
        self._browser = browser
        self._url = f"{browser.cells_url}/a/frontend/session"
        self._cookie_domain = ""
        self._begin = time.monotonic()

    def open(self, code: str) -> dict[str, str]:
        """Open the session as the page at the end of a login does: only this post does it.

        Returns access_token, and login, the user's name in Cells ("" if the ID token does not tell). Raises Unmet, with
        refused, if Cells refuses the code, SsoError if there is no session for another reason.
        """
        answer = self._post("authorization_code", code=code)
        self._begin = time.monotonic()
        self._cookie_domain = _domain_of_cookie(answer)
        if answer.status_code != 200:
            words = server_words(answer) or "no reason given"
            line = f"Cells refused to open a session with the code of the login: HTTP {answer.status_code}, {words}"
            if answer.status_code in REPEATED_STATUSES:
                raise SsoError(line)
            raise Unmet(line, {"refused": {"by": "Cells", "words": words}})
        token = _object(answer).get("Token")
        if not isinstance(token, dict) or not isinstance(token.get("AccessToken"), str):
            raise SsoError(f"POST {self._url}: {empty_answer(answer, self._url) or 'no token in the answer'}")
        return {
            "access_token": token["AccessToken"],
            "login": str(claims_of(str(token.get("IDToken"))).get("name") or ""),
        }

    def roles(self, login: str, access_token: str) -> list[str] | None:
        """Return the ids of a user's roles, without those of groups and the user's own; None if Cells does not tell."""
        url = f"{self._browser.cells_url}/a/user/{quote(login, safe='')}"
        try:
            answer = self._browser.send("GET", url, headers={"Authorization": f"Bearer {access_token}"})
        except Unreachable:
            return None
        user = _object(answer) if answer.status_code == 200 else {}
        if "Uuid" not in user:
            return None
        roles = [role for role in user.get("Roles") or [] if isinstance(role, dict)]
        return [
            str(role.get("Uuid"))
            for role in roles
            if not (role.get("GroupRole") or role.get("UserRole") or role.get("Uuid") in ("ROOT_GROUP", user["Uuid"]))
        ]

    def refresh(self) -> dict[str, Any]:
        """Refresh the session as the web interface does, and return {after_seconds, status, ok, cause, message}.

        cause: a key of EXPLANATIONS, "" if it went well. message: the cause in words, with those of Cells.
        """
        sent = self._browser.has_cookie_for(self._url, COOKIE)
        status, cause, message = None, "no_answer", ""
        try:
            answer = self._post("refresh")
        except Unreachable as error:
            message = str(error)
        else:
            status = answer.status_code
            ok = status == 200 and bool(_object(answer).get("JWT"))
            cause = "" if ok else refusal_cause(status, _object(answer), sent)
            message = "" if ok else self._explained(cause, answer)
        return {
            "after_seconds": round(time.monotonic() - self._begin, 1),
            "status": status,
            "ok": not cause,
            "cause": cause,
            "message": message,
        }

    def _post(self, kind: str, **info: str) -> Any:
        return self._browser.send("POST", self._url, json={"AuthInfo": {"type": kind, **info}})

    def _explained(self, cause: str, answer: Any) -> str:
        words = empty_answer(answer, self._url) or server_words(answer)
        explanation = EXPLANATIONS[cause]
        if cause == "lost_cookie":
            host = urlsplit(self._url).hostname
            own = f" It is for {self._cookie_domain}, the host of Cells' external URL," if self._cookie_domain else ""
            explanation += f"{own} but cells_url contains {host}: give the external URL." if own else ""
        return f"{explanation} Cells: {words}" if words else explanation


def refusal_cause(status: int, answer: dict[str, Any], cookie_sent: bool) -> str:
    """Return why a refresh was refused, a key of EXPLANATIONS.

    answer: the JSON of the refusal; its status is 401, or 500 in newer versions. cookie_sent: whether the request had
    the session cookie. Recorded from Cells 4.0.1.
    """
    texts = [str(answer.get(key) or "") for key in ("Title", "Detail")]
    known = next((cause for sign, cause in CAUSES.items() if any(text.endswith(sign) for text in texts)), "other")
    if status not in (400, 401, 403, 500):
        return "other"
    if not cookie_sent and known in ("no_session", "other"):
        return "lost_cookie"
    return known


def empty_answer(answer: Any, url: str) -> str:
    """Return the meaning of an answer without a body; "" for any other answer.

    Cells answers so, with the status 200, to a host name that none of its sites has.
    """
    if answer.status_code != 200 or answer.content:
        return ""
    return (
        f"the answer is empty, because Cells has no site for the host {urlsplit(url).hostname}. Check that this is "
        "the external URL."
    )


def _domain_of_cookie(answer: Any) -> str:
    """Return the Domain of the session cookie that an answer sets, "" if there is none."""
    cookie: SimpleCookie = SimpleCookie()
    try:
        cookie.load(answer.headers.get("Set-Cookie", ""))
    except CookieError:
        return ""
    return cookie[COOKIE]["domain"] if COOKIE in cookie else ""


def _object(answer: Any) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
