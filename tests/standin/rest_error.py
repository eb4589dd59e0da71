# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of the REST API, in the form that Cells gives them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

CODES = {400: "invalid.parameters", 401: "unauthorized", 403: "forbidden", 404: "not.found", 500: "internal.error"}


class RestError(Exception):
    """The refusal of a call."""

    def __init__(self, status: int, title: str, detail_status: str = "") -> None:
        """Take the HTTP status and what is wrong in words.

        detail_status: words before the title in Detail, for an error of a service behind the interface.
        """
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = f"{detail_status}: {title}" if detail_status else title

    @classmethod
    def of_provider(cls, words: str) -> RestError:
        """Return the error for a refusal of Cells' own provider, which is another process."""
        return cls(401, f"rpc error: code = Unknown desc = {words}")


def rest_error_response(_request: Request, error: RestError, store: str) -> JSONResponse:
    """Return an error as JSON: Title and Detail. In v5 Detail is the code of an API error."""
    detail = error.detail if store == "v4-tree" else CODES.get(error.status, "internal.error")
    return JSONResponse({"Title": error.title, "Detail": detail}, status_code=error.status)
