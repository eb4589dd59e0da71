# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/acl: the rights of roles, as idm/acl/rest of Cells 4.0.1 shows and takes them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.rest_body import read_message
from standin.rest_roles import SEARCH
from standin.stand_in import StandIn
from standin.state import Right, User

ACL: dict[str, type | tuple[type, ...]] = {
    "ID": str,
    "Action": dict,
    "RoleID": str,
    "WorkspaceID": str,
    "NodeID": str,
}
QUERY = {"RoleIDs": "role", "WorkspaceIDs": "workspace", "NodeIDs": "node"}


class RightCalls:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._state = site.state

    def handlers(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and path."""
        return {("POST", "/acl"): self.search, ("PUT", "/acl"): self.put}

    async def search(self, request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Show the rights that the queries find, or all; without any, the list is left out. Raises RestError 500."""
        body = await read_message(request, SEARCH)
        queries = body.get("Queries") or []
        rights = self._state.rights.values()
        found = [right for right in rights if not queries or any(_finds(query, right) for query in queries)]
        return JSONResponse({"ACLs": [_shown(right) for right in found]} if found else {})

    async def put(self, request: Request, _user: User | None, _values: dict[str, str]) -> Response:
        """Give a right. Raises RestError 500."""
        body = await read_message(request, ACL)
        number = str(len(self._state.rights) + 1)
        right = Right(
            number, body["RoleID"], body.get("Action") or {}, body.get("WorkspaceID", ""), body.get("NodeID", "")
        )
        self._state.rights[number] = right
        self._state.save()
        return JSONResponse(_shown(right))


def _finds(query: dict[str, Any], right: Right) -> bool:
    kept = asdict(right)
    return all(kept[name] in query[key] for key, name in QUERY.items() if query.get(key))


def _shown(right: Right) -> dict[str, Any]:
    named = {"WorkspaceID": right.workspace, "NodeID": right.node}
    return {"ID": right.id, "Action": right.action, "RoleID": right.role} | {k: v for k, v in named.items() if v}
