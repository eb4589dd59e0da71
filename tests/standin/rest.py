# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST interface below /a, as far as connectors, static clients, sessions and users need it."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standin.cells_site import ADMIN_ROLE, Site
from standin.config_memory import BrokenClients
from standin.rest_error import RestError
from standin.sessions import COOKIE
from standin.state import LOCAL, User

SUCCESS = {"Success": True}


class Rest:
    """The handlers of a site's REST interface."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self._site = site

    def routes(self) -> list[Route]:
        """Return the handlers with their paths."""
        connectors, clients = "/a/config/oauth2connectors", "/a/config/oauth2clients"
        routes = [
            Route("/a/config/discovery", self.discovery),
            Route("/a/frontend/bootconf", self.bootconf),
            Route("/a/frontend/session", self.session, methods=["GET", "POST"]),
            Route("/a/user/{login}", self.get_user),
            Route("/a/user/{login}", self.put_user, methods=["PUT"]),
            Route("/oidc/.well-known/openid-configuration", self.own_provider),
        ]
        if not self._site.is_home:
            routes += [
                Route(connectors, self.get_connectors),
                Route(connectors, self.put_connectors, methods=["PUT"]),
                Route(connectors + "/{id}", self.put_connector, methods=["PUT"]),
                Route(connectors + "/{id}", self.delete_connector, methods=["DELETE"]),
                Route(clients, self.get_clients),
                Route(clients + "/{id}", self.put_client, methods=["PUT"]),
                Route(clients + "/{id}", self.delete_client, methods=["DELETE"]),
                Route("/a/frontend/login/connectors", self.login_connectors),
            ]
        return routes

    async def get_connectors(self, request: Request) -> Response:
        """Show the connectors."""
        self._site.require_admin(request)
        return JSONResponse({"connectors": self._site.connectors.shown()})

    async def put_connectors(self, request: Request) -> Response:
        """Replace all connectors."""
        self._site.require_admin(request)
        self._site.connectors.put_all((await _object(request)).get("connectors"))
        return JSONResponse(SUCCESS)

    async def put_connector(self, request: Request) -> Response:
        """Make or replace a connector."""
        self._site.require_admin(request)
        self._site.connectors.put(request.path_params["id"], await _object(request))
        return JSONResponse(SUCCESS)

    async def delete_connector(self, request: Request) -> Response:
        """Take a connector away."""
        self._site.require_admin(request)
        self._site.connectors.delete(request.path_params["id"])
        return JSONResponse(SUCCESS)

    async def get_clients(self, request: Request) -> Response:
        """Show the static clients."""
        self._site.require_admin(request)
        return JSONResponse({"staticClients": self._site.clients.shown()})

    async def put_client(self, request: Request) -> Response:
        """Make or replace a static client."""
        self._site.require_admin(request)
        self._site.clients.put(request.path_params["id"], await _object(request))
        return JSONResponse(SUCCESS)

    async def delete_client(self, request: Request) -> Response:
        """Take a static client away."""
        self._site.require_admin(request)
        self._site.clients.delete(request.path_params["id"])
        return JSONResponse(SUCCESS)

    async def login_connectors(self, _request: Request) -> Response:
        """Show what the login page offers (row C9)."""
        names = {"Id": "id", "Name": "name", "Type": "type"}
        offered = self._site.login_connectors()
        return JSONResponse(
            {"Connectors": [{shown: entry.get(key, "") for shown, key in names.items()} for entry in offered]}
        )

    async def discovery(self, request: Request) -> Response:
        """Show the endpoints, and to who is logged in package and version."""
        external, settings = self._site.settings.external, self._site.settings
        answer: dict[str, Any] = {"Endpoints": {"rest": f"{external}/a", "openapi": f"{external}/a/config/discovery"}}
        if settings.store != "v4-tree":
            answer["Endpoints"]["route-api"] = f"{external}/a"
        if self._site.user(request) is not None:
            package_type, label = settings.package
            answer |= {
                "PackageType": package_type,
                "PackageLabel": label,
                "Version": settings.version,
                "BuildStamp": "2026-01-01T00:00:00",
                "BuildRevision": "0" * 40,
            }
        return JSONResponse(answer)

    async def bootconf(self, request: Request) -> Response:
        """Show what the web interface needs first; the version is a hash until somebody is logged in."""
        settings = self._site.settings
        package_type, label = settings.package
        version = settings.version
        if self._site.user(request) is None:
            version = hashlib.md5(version.encode(), usedforsecurity=False).hexdigest()
        return JSONResponse(
            {
                "ENDPOINT_REST_API": f"{settings.external}/a",
                "FRONTEND_URL": settings.external,
                "ajxpVersion": version,
                "backend": {"PackageType": package_type, "PackageLabel": label, "Version": version},
                "customWording": {"title": "Pydio Cells"},
            }
        )

    async def session(self, request: Request) -> Response:
        """Log in with credentials, refresh, log out, or show the tokens' state, by AuthInfo.type."""
        body = await _object(request) if request.method == "POST" else {}
        info = body.get("AuthInfo") or {}
        key = self._site.session_key(request)
        kind = info.get("type") if isinstance(info, dict) else None
        try:
            if kind == "credentials":
                return self._credentials(info)
            if kind == "refresh":
                return JSONResponse(self._site.sessions.refresh(key))
        except BrokenClients as error:
            raise RestError(500, str(error)) from error
        if kind == "logout":
            self._site.sessions.close(key)
            answer = JSONResponse({})
            answer.delete_cookie(COOKIE)
            return answer
        if kind is not None:
            raise RestError(400, f"The stand-in has no login of type {kind}")
        if not key:
            return JSONResponse({})
        return JSONResponse(_user_json(self._site.require_user(request)))

    def _credentials(self, info: dict[str, Any]) -> Response:
        user = self._site.state.check_password(str(info.get("login", "")), str(info.get("password", "")))
        if user is None:
            raise RestError(401, "Login failed")
        key, tokens = self._site.sessions.open(user, LOCAL, [])
        answer = JSONResponse(tokens)
        answer.set_cookie(COOKIE, key, httponly=True, secure=self._site.secure_cookies)
        return answer

    async def get_user(self, request: Request) -> Response:
        """Show a user with the roles: oneself, or anybody to an administrator."""
        login, asking = request.path_params["login"], self._site.require_user(request)
        if asking.login != login and not asking.admin:
            raise RestError(403, f"Forbidden: {asking.login} is no administrator")
        user = self._site.state.users.get(login)
        if user is None:
            raise RestError(404, f"There is no user {login}")
        return JSONResponse(_user_json(user))

    async def put_user(self, request: Request) -> Response:
        """Make a local user, or give one a new password."""
        self._site.require_admin(request)
        login, body, users = request.path_params["login"], await _object(request), self._site.state.users
        if not isinstance(body.get("Password"), str) or not body["Password"]:
            raise RestError(400, "A user needs a Password")
        user = users.setdefault(login, User(login, name=login))
        if user.connector != LOCAL:
            raise RestError(403, f"{login} is not a local user")
        self._site.state.set_password(user, body["Password"])
        self._site.state.save()
        return JSONResponse(_user_json(user))

    async def own_provider(self, _request: Request) -> Response:
        """Show Cells as a provider: the issuer only."""
        return JSONResponse({"issuer": f"{self._site.settings.external}/oidc"})


async def _object(request: Request) -> dict[str, Any]:
    """Return a request's JSON object. Raises RestError 400."""
    try:
        body = await request.json()
    except ValueError as error:
        raise RestError(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise RestError(400, "The body is not a JSON object")
    return body


def _user_json(user: User) -> dict[str, Any]:
    return {
        "Uuid": user.uuid,
        "Login": user.login,
        "GroupPath": "/",
        "Attributes": {
            "displayName": user.name,
            "email": user.email,
            "profile": "admin" if user.admin else "standard",
            "AuthSource": user.connector,
        },
        "Roles": [{"Uuid": role, "Label": "Administrators" if role == ADMIN_ROLE else role} for role in user.roles],
    }
