# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API below /a: who calls, whether that is allowed, and which handler answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from standin import rest_calls
from standin.rest_config import ConfigCalls
from standin.rest_error import RestError
from standin.rest_frontend import FrontendCalls
from standin.rest_rights import RightCalls
from standin.rest_roles import RoleCalls
from standin.rest_users import UserCalls
from standin.stand_in import StandIn
from standin.state import User

Handler = Callable[[Request, User | None, dict[str, str]], Awaitable[Response]]
BEARER = "Bearer "
DECODED = ("/role/{id}",)
"""Paths that Cells matches after decoding them, so that an id with a slash is not found (common/service/web.go)."""


class Rest:
    """The REST API of a site."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site
        parts = (ConfigCalls(site), FrontendCalls(site), UserCalls(site), RoleCalls(site), RightCalls(site))
        self._handlers: dict[tuple[str, str], Handler] = {}
        for part in parts:
            self._handlers |= part.handlers()

    def serves(self, path: str) -> bool:
        """Return whether a path belongs to a service of the interface, whether it exists there or not."""
        return path.startswith("/a/") and path.split("/")[2] in rest_calls.SERVICES

    async def answer(self, request: Request) -> Response:
        """Answer a call. Order: the token, the rights, the path, the method, the handler. Raises RestError."""
        # As it was sent: an encoded slash or percent sign in a name is part of the name.
        path = request.scope["raw_path"].decode("ascii").removeprefix("/a")
        spared = request.method == "GET" and path.startswith("/frontend/state")
        user, bad = self._who(request)
        if bad and not spared:
            return _text(401, "Unauthorized.\n")
        resource = path + (f"?{request.url.query}" if request.url.query else "")
        profile = user.profile if user else "anon"
        if not spared and not rest_calls.allowed(profile, request.method, resource):
            return _text(401, "Unauthorized\n")
        call = rest_calls.find(request.method, path, self._site.is_home)
        if not isinstance(call, int) and call.template in DECODED and "/" in unquote(call.values["id"]):
            call = 404
        if isinstance(call, int):
            words = {404: "404: Page Not Found", 405: "405: Method Not Allowed"}[call]
            return Response(words, call)
        handler = self._handlers.get((call.method, call.template))
        if handler is None:
            raise RestError(500, f"The stand-in does not answer {call.method} /a{call.template}")
        return await handler(request, user, {name: unquote(value) for name, value in call.values.items()})

    def _who(self, request: Request) -> tuple[User | None, bool]:
        """Return who asks, and whether the bearer token is bad.

        A cookie counts below /a/frontend only, for it goes nowhere else; an Authorization header of another kind does
        not count.
        """
        header = request.headers.get("Authorization", "")
        if header.startswith(BEARER):
            user = self._site.state.bearer(header.removeprefix(BEARER))
            return user, user is None
        token = self._site.cookies.values(request).get("access_token")
        return (self._site.state.bearer(token) if token else None), False


def _text(status: int, words: str) -> Response:
    return Response(words, status, media_type="text/plain")
