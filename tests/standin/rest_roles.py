# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/role: roles by their ids, as idm/role/rest of Cells 4.0.1 shows and takes them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.cells_site import Site
from standin.rest_body import read_message
from standin.rest_error import RestError
from standin.roles import BUILT_IN, known_role
from standin.state import Role, User

ROLE: dict[str, type | tuple[type, ...]] = {
    "Uuid": str,
    "Label": str,
    "IsTeam": bool,
    "GroupRole": bool,
    "UserRole": bool,
    "LastUpdated": int,
    "AutoApplies": list,
    "Policies": list,
    "PoliciesContextEditable": bool,
    "ForceOverride": bool,
}


class RoleCalls:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self._site = site
        self._roles = site.state.roles

    def handlers(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and path."""
        return {
            ("POST", "/role"): self.search,
            ("GET", "/role/{id}"): self.get,
            ("PUT", "/role/{id}"): self.put,
            ("DELETE", "/role/{id}"): self.delete,
        }

    async def search(self, request: Request, user: User | None, _values: dict[str, str]) -> Response:
        """Show all roles, or those of the ids in the queries."""
        body = await read_message(
            request, {"Queries": list, "Limit": int, "Offset": int, "GroupBy": int, "Operation": str}
        )
        ids = [each for query in body.get("Queries") or [] for each in query.get("Uuid") or []]
        found = [role for role in (*BUILT_IN, *self._roles) if not ids or role in ids]
        return JSONResponse({"Roles": [self._shown(role, user) for role in found], "Total": len(found)})

    async def get(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Show a role. Raises RestError 404."""
        return JSONResponse(self._shown(self._known(values["id"]), user))

    async def put(self, request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Make or change a role. Raises RestError 403, 500."""
        body = await read_message(request, ROLE)
        role = str(body.get("Uuid") or values["id"])
        self._check_right(role, user)
        self._roles[role] = Role(role, str(body.get("Label") or ""))
        self._site.state.save()
        return JSONResponse(self._shown(role, user))

    async def delete(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Remove a role; users lose it. Raises RestError 403."""
        role = values["id"]
        if role not in self._roles and role not in BUILT_IN:
            raise RestError(403, f"cannot find role with id {role}", "Not Found")
        self._check_right(role, user)
        self._roles.pop(role, None)
        for each in self._site.state.users.values():
            each.roles = [kept for kept in each.roles if kept != role]
        self._site.state.save()
        return JSONResponse({"Uuid": role})

    def _known(self, role: str) -> str:
        if role not in self._roles and role not in BUILT_IN:
            raise RestError(404, f"cannot find role for uuid {role}", "Not Found")
        return role

    def _check_right(self, role: str, user: User | None) -> None:
        """Refuse to change a role that exists to all but administrators. Raises RestError 403."""
        exists = role in self._roles or role in BUILT_IN
        if exists and not (user and user.admin):
            raise RestError(403, f"role {role} is not editable", "Forbidden")

    def _shown(self, role: str, user: User | None) -> dict[str, Any]:
        return known_role(self._site.state, role) | ({"PoliciesContextEditable": True} if user and user.admin else {})
