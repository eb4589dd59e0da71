# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the REST interface, in the form that Cells gives them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

CODES = {400: "invalid.parameters", 401: "unauthorized", 403: "forbidden", 404: "not.found", 500: "internal.error"}


class RestError(Exception):
    """What a call is refused with."""

    def __init__(self, status: int, title: str) -> None:
        """Take the HTTP status and what is wrong in words."""
        super().__init__(title)
        self.status = status
        self.title = title


def rest_error_response(request: Request, error: RestError, store: str) -> JSONResponse:
    """Return an error as rest.Error: Code, Title, Detail, Source and Meta.

    In v4 Detail is status and text, in v5 the code of an API error.
    """
    v4 = store == "v4-tree"
    body = {
        "Code": "",
        "Title": error.title,
        "Detail": f"{error.status}: {error.title}" if v4 else CODES.get(error.status, "internal.error"),
        "Source": request.url.path,
        "Meta": {},
    }
    return JSONResponse(body, status_code=error.status)
