# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/config: connectors and static clients of Enterprise, the discovery document, and what can be read by path."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.rest_body import read_message
from standin.rest_error import RestError
from standin.stand_in import StandIn
from standin.state import User

SUCCESS = {"Success": True}
EDITABLE = ("frontend/plugin", "services/pydio.grpc.update", "services/pydio.grpc.mailer", "services/pydio.rest.share")
"""Paths of the configuration that can be read and written through the interface."""


class ConfigCalls:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site

    def handlers(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and path."""
        return {
            ("GET", "/config/oauth2connectors"): self.get_connectors,
            ("PUT", "/config/oauth2connectors"): self.put_connectors,
            ("PUT", "/config/oauth2connectors/{id}"): self.put_connector,
            ("DELETE", "/config/oauth2connectors/{id}"): self.delete_connector,
            ("GET", "/config/oauth2clients"): self.get_clients,
            ("PUT", "/config/oauth2clients/{id}"): self.put_client,
            ("DELETE", "/config/oauth2clients/{id}"): self.delete_client,
            ("GET", "/config/discovery"): self.discovery,
            ("GET", "/config/{path*}"): self.get_path,
            ("PUT", "/config/{path*}"): self.put_path,
        }

    async def get_connectors(self, _request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Show the connectors."""
        return JSONResponse({"connectors": self._site.connectors.shown()})

    async def put_connectors(self, request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Replace all connectors."""
        self._site.connectors.put_all((await _object(request)).get("connectors"))
        return JSONResponse(SUCCESS)

    async def put_connector(self, request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Make or replace a connector."""
        self._site.connectors.put(values["id"], await _object(request))
        return JSONResponse(SUCCESS)

    async def delete_connector(self, _request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Remove a connector."""
        self._site.connectors.delete(values["id"])
        return JSONResponse(SUCCESS)

    async def get_clients(self, _request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Show the static clients."""
        return JSONResponse({"staticClients": self._site.clients.shown()})

    async def put_client(self, request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Make or replace a static client."""
        self._site.clients.put(values["id"], await _object(request))
        return JSONResponse(SUCCESS)

    async def delete_client(self, _request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Remove a static client."""
        self._site.clients.delete(values["id"])
        return JSONResponse(SUCCESS)

    async def discovery(self, _request: Request, user: User | None, _values: dict[str, str]) -> Response:
        """Show the endpoints, and to an administrator package and version."""
        site, settings = self._site.settings.external, self._site.settings
        socket = site.replace("http", "ws", 1)
        endpoints = {
            "chats": f"{socket}/ws/chat",
            "forms": f"{site}/a/config/discovery/forms/{{serviceName}}",
            "frontend": site,
            "grpc": "127.0.0.1:8001",
            "oidc": f"{site}/auth",
            "openapi": f"{site}/a/config/discovery/openapi",
            "rest": f"{site}/a",
            "s3": f"{site}/io",
            "websocket": f"{socket}/ws/event",
        }
        if settings.store != "v4-tree":
            endpoints["route-api"] = f"{site}/a"
        answer: dict[str, Any] = {"Endpoints": endpoints}
        if user is not None:
            package_type, label = settings.package
            build = {"BuildStamp": 1666224000, "BuildRevision": "0" * 9}
            answer |= {"PackageType": package_type, "PackageLabel": label, "Version": settings.version, **build}
        return JSONResponse(answer)

    async def get_path(self, _request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Show a part of the configuration. Raises RestError 403 for all but a few."""
        path = values["path"].strip("/")
        if not path.startswith(EDITABLE):
            raise RestError(403, "you are not allowed to read that configuration via the REST API")
        found: Any = self._site.config.root
        for name in path.split("/"):
            found = found.get(name) if isinstance(found, dict) else None
        return JSONResponse({"FullPath": path, "Data": "" if found is None else json.dumps(found)})

    async def put_path(self, request: Request, _user: User | None, values: dict[str, str]) -> Response:
        """Refuse to change a part of the configuration. Raises RestError 403, 500."""
        body = await read_message(request, {"FullPath": str, "Data": str})
        path = str(body.get("FullPath") or values["path"]).strip("/")
        if not path.startswith(EDITABLE):
            raise RestError(403, "you are not allowed to edit that configuration")
        raise RestError(500, "The stand-in changes no configuration by its path")


async def _object(request: Request) -> dict[str, Any]:
    """Return a request's JSON object, with fields of any name. Raises RestError 400."""
    try:
        body = await request.json()
    except ValueError as error:
        raise RestError(400, "The body is not JSON") from error
    if not isinstance(body, dict):
        raise RestError(400, "The body is not a JSON object")
    return body
