# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/frontend: the settings of the web interface, the connectors of the login page, and the session."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.session_api import SessionApi
from standin.stand_in import StandIn
from standin.state import User


class FrontendCalls:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site
        self._session = SessionApi(site.sessions, site.cookies, site.state, site.assumed, site.settings.store)

    def handlers(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and path."""
        return {
            ("GET", "/frontend/bootconf"): self.bootconf,
            ("GET", "/frontend/state"): self.state,
            ("GET", "/frontend/login/connectors"): self.login_connectors,
            ("POST", "/frontend/session"): self.session,
        }

    async def bootconf(self, _request: Request, user: User | None, _values: dict[str, str]) -> Response:
        """Show what the web interface needs first; the version is a hash for anyone who is not logged in."""
        package_type, label = self._site.settings.package
        version = self._site.settings.version
        revision, stamp = ("0" * 9, "2022-10-20T00:00:00") if user else ("", "")
        if user is None:
            version = hashlib.md5(version.encode(), usedforsecurity=False).hexdigest()
        return JSONResponse(
            {
                "ajxpResourcesFolder": "plug/gui.ajax/res",
                "ENDPOINT_REST_API": "/a",
                "ENDPOINT_S3_GATEWAY": "/io",
                "ENDPOINT_WEBSOCKET": "/ws/event",
                "PUBLIC_BASEURI": "/public",
                "zipEnabled": True,
                "multipleFilesDownloadEnabled": True,
                "usersEnabled": True,
                "loggedUser": False,
                "currentLanguage": "en-us",
                "session_timeout": 3600,
                "client_timeout": 1440,
                "client_timeout_warning": 3,
                "usersEditable": True,
                "ajxpVersion": version,
                "ajxpVersionDate": stamp,
                "theme": "material",
                "ajxpImagesCommon": True,
                "validMailer": False,
                "backend": {
                    "BuildRevision": revision,
                    "BuildStamp": stamp,
                    "License": "agplv3" if self._site.is_home else "eula",
                    "PackageLabel": label,
                    "PackageType": package_type,
                    "Version": version,
                    "ServerOffset": 0,
                },
            }
        )

    async def state(self, _request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Show an empty registry: the collection asks for nothing of it."""
        return Response(
            '<pydio_registry xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>', media_type="text/xml"
        )

    async def login_connectors(self, _request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Show what the login page offers (row C9)."""
        names = {"Id": "id", "Name": "name", "Type": "type"}
        offered = self._site.login_connectors()
        return JSONResponse(
            {"Connectors": [{shown: entry.get(key, "") for shown, key in names.items()} for entry in offered]}
        )

    async def session(self, request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Log in, refresh or log out."""
        return await self._session.post(request)
