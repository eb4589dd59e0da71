# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application: pages, REST, the cells command's way in, and the log of requests."""

from __future__ import annotations

import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standin import control
from standin.cells_site import Site, log_request
from standin.config_file import ConfigFileError
from standin.login import Login
from standin.rest import Rest
from standin.rest_error import RestError, rest_error_response


class RequestLog:
    """Writes a line for each request when its answer begins."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
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


class BadBearer:
    """Answers 401 to any call of the REST interface with a token that is not accepted, also to one that needs none."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        """Take the application below and the site."""
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or not."""
        answer = self._app
        if scope["type"] == "http" and scope["path"].startswith("/a/"):
            request = Request(scope)
            if self._site.has_bad_bearer(request):
                answer = rest_error_response(request, RestError(401, "Unauthorized"), self._site.settings.store)
        await answer(scope, receive, send)


def make_app(site: Site) -> Starlette:
    """Return the application of a site."""

    async def new_token(request: Request) -> Response:
        """Make a personal access token for the cells command, which proves by the run file's key that it is local."""
        if not secrets.compare_digest(request.headers.get(control.HEADER, "").encode(), site.control_key.encode()):
            raise RestError(401, "This is for the cells command of the same working directory")
        asked = await request.json()
        if asked["login"] not in site.state.users:
            raise RestError(404, f"There is no user {asked['login']}")
        return JSONResponse({"token": site.state.make_token(asked["login"], asked["expire"], asked["auto"])})

    def rest_error(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            error = RestError(error.status_code, error.detail)
        elif not isinstance(error, RestError):
            site.log.error("%s %s: %s", request.method, request.url.path, error)
            error = RestError(500, str(error))
        return rest_error_response(request, error, site.settings.store)

    return Starlette(
        routes=[
            *Rest(site).routes(),
            *Login(site).routes(),
            Route(control.PATH, new_token, methods=["POST"]),
        ],
        middleware=[Middleware(RequestLog, site=site), Middleware(BadBearer, site=site)],
        exception_handlers={RestError: rest_error, HTTPException: rest_error, ConfigFileError: rest_error},
    )
