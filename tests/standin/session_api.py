# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""POST /a/frontend/session: logging in, refreshing and logging out, by AuthInfo.type. Nothing else opens a session."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.assumptions import Assumed
from standin.config_memory import BrokenClients
from standin.cookies import Cookies
from standin.rest_body import read_message
from standin.rest_error import RestError, rest_error_response
from standin.sessions import Refused, Sessions, Tokens
from standin.state import LOCAL, State

REQUEST = {"ClientTime": int, "AuthInfo": dict, "Logout": bool}
"""The fields of the request and their types."""


class SessionApi:
    """The handler of the path."""

    def __init__(self, sessions: Sessions, cookies: Cookies, state: State, assumed: Assumed, store: str) -> None:
        """Take sessions, cookies, state, what is assumed, and the store's name, on which the form of errors depends."""
        self._sessions = sessions
        self._cookies = cookies
        self._state = state
        self._assumed = assumed
        self._store = store

    async def post(self, request: Request) -> Response:
        """Answer; each answer sets a new cookie, that to a refusal too. Raises RestError 500 for a wrong body."""
        info = _auth_info((await read_message(request, REQUEST)).get("AuthInfo"))
        values, kind = self._cookies.values(request), info.get("type")
        handler = {
            "credentials": self._credentials,
            "authorization_code": self._code,
            "refresh": self._refresh,
            "external": self._external,
        }.get(kind or "")
        if kind == "logout":
            return self._logout(values)
        try:
            tokens = handler(info, values) if handler else None
        except (Refused, BrokenClients) as error:
            return self._refused(
                request, _status(error, kind, self._assumed), RestError.of_provider(str(error)), values
            )
        except RestError as error:
            return self._refused(request, error.status, error, values)
        return self._answer(tokens, values)

    def _credentials(self, info: dict[str, str], _values: dict[str, str]) -> Tokens:
        user = self._state.check_password(info.get("login", ""), info.get("password", ""))
        if user is None:
            raise RestError(401, "Login failed", "Unauthorized")
        return self._sessions.renew(self._sessions.open(user, LOCAL, []))

    def _code(self, info: dict[str, str], _values: dict[str, str]) -> Tokens:
        return self._sessions.exchange(info.get("code", ""))

    def _refresh(self, _info: dict[str, str], values: dict[str, str]) -> Tokens:
        if not values.get("refresh_token"):
            raise RestError(401, "No refresh token")
        return self._sessions.refresh(values["refresh_token"])

    def _external(self, info: dict[str, str], values: dict[str, str]) -> Tokens:
        """Refuse: a login of another program by a session that is open is nothing that the collection does."""
        if "challenge" not in info:
            raise RestError(401, "Challenge is required")
        if "access_token" not in values:
            raise RestError(401, "Access token is required")
        raise RestError(500, "The stand-in gives no code to other programs")

    def _logout(self, values: dict[str, str]) -> Response:
        answer = JSONResponse({})
        if "refresh_token" in values:
            self._sessions.end(values["refresh_token"])
            self._cookies.set(answer, {}, None)
        else:
            self._cookies.set(answer, values)
        return answer

    def _answer(self, tokens: Tokens | None, values: dict[str, str]) -> Response:
        """Return the tokens; with a session but no login the answer has the old ones without the field Token."""
        body: dict[str, object] = {}
        if tokens is not None:
            values = {
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
                "expires_at": str(tokens.expires_at),
            }
        if "access_token" in values:
            body |= {"JWT": values["access_token"], "ExpireTime": int(values["expires_at"])}
        if tokens is not None:
            token = {"AccessToken": tokens.access_token, "IDToken": tokens.id_token}
            body["Token"] = {**token, "ExpiresAt": values["expires_at"]}
        answer = JSONResponse(body)
        self._cookies.set(answer, values)
        return answer

    def _refused(self, request: Request, status: int, error: RestError, values: dict[str, str]) -> Response:
        error.status = status
        answer = rest_error_response(request, error, self._store)
        self._cookies.set(answer, values)
        return answer


def _status(error: Exception, kind: str | None, assumed: Assumed) -> int:
    return int(assumed["refused_refresh"]) if kind == "refresh" and isinstance(error, Refused) else 401


def _auth_info(found: object) -> dict[str, str]:
    """Return AuthInfo, whose values are texts. Raises RestError 500."""
    info = found if isinstance(found, dict) else {}
    for value in info.values():
        if not isinstance(value, str):
            raise RestError(500, f"proto: invalid value for string type: {value}")
    return info
