# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web application of a site: the handlers of all paths, and the checks before them."""

from __future__ import annotations

import secrets
import time
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standin import control, web_interface
from standin.config_file import ConfigFileError
from standin.login import Login
from standin.own_provider import OwnProvider
from standin.rest import Rest
from standin.rest_error import RestError, rest_error_response
from standin.stand_in import StandIn, log_request

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]


class RequestLog:
    """Writes a line for each request when its answer begins."""

    def __init__(self, app: ASGIApp, site: StandIn) -> None:
        """Take the application below and the site."""
        self._app = app
        self._folder = site.settings.working_dir

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def logged(message: Message) -> None:
            if message["type"] == "http.response.start":
                log_request(self._folder, scope["method"], scope["path"], message["status"])
            await send(message)

        await self._app(scope, receive, logged if scope["type"] == "http" else send)


class Front:
    """Answers 503 while the server starts, and nothing for a host that the site does not serve."""

    def __init__(self, app: ASGIApp, site: StandIn) -> None:
        """Take the application below and the site."""
        self._app = app
        self._store = site.settings.store
        self._ready_at = time.monotonic() + site.settings.starting_seconds
        host, _port = site.settings.address
        external = urlsplit(site.settings.external).hostname
        self._hosts = {external, host, "localhost", "127.0.0.1", "::1"}
        self._any_host = host in {"0.0.0.0", "::"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or not."""
        answer = self._app
        if scope["type"] == "http":
            request = Request(scope)
            if time.monotonic() < self._ready_at:
                answer = rest_error_response(request, RestError(503, "Service temporarily unavailable"), self._store)
            elif not self._any_host and request.url.hostname not in self._hosts:
                answer = Response()
        await answer(scope, receive, send)


def make_app(site: StandIn) -> Starlette:
    """Return the application of a site."""
    rest = Rest(site)

    async def new_token(request: Request) -> Response:
        """Make a personal access token for the cells command, which proves by the run file's key that it is local."""
        if not secrets.compare_digest(request.headers.get(control.HEADER, "").encode(), site.control_key.encode()):
            raise RestError(401, "This is for the cells command of the same working directory")
        asked = await request.json()
        if asked["login"] not in site.state.users:
            raise RestError(404, f"There is no user {asked['login']}")
        return JSONResponse({"token": site.state.make_token(asked["login"], asked["expire"], asked["auto"])})

    async def any_path(request: Request) -> Response:
        """Answer through the REST API, else with the page of the web interface."""
        if rest.serves(request.url.path):
            return await rest.answer(request)
        return HTMLResponse(web_interface.page(site.settings.package[1]))

    def rest_error(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            error = RestError(error.status_code, error.detail)
        elif not isinstance(error, RestError):
            site.log.error("%s %s: %s", request.method, request.url.path, error)
            error = RestError(500, str(error))
        return rest_error_response(request, error, site.settings.store)

    return Starlette(
        routes=[
            *OwnProvider(site).routes(),
            *Login(site).routes(),
            Route(control.PATH, new_token, methods=["POST"]),
            Route("/{path:path}", any_path, methods=METHODS),
        ],
        middleware=[Middleware(RequestLog, site=site), Middleware(Front, site=site)],
        exception_handlers={RestError: rest_error, HTTPException: rest_error, ConfigFileError: rest_error},
    )
