# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/role: roles by their ids, as idm/role/rest of Cells 4.0.1 shows and takes them."""

from __future__ import annotations

import fnmatch
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.rest_body import read_message
from standin.rest_error import RestError
from standin.roles import BUILT_IN, NOT_KEPT, all_roles, known_role
from standin.stand_in import StandIn
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

SEARCH: dict[str, type | tuple[type, ...]] = {
    "Queries": list,
    "ResourcePolicyQuery": dict,
    "Offset": (str, int),
    "Limit": (str, int),
    "GroupBy": int,
    "CountOnly": bool,
    "Operation": str,
}
"""The fields of a search for roles, users and rights."""


class RoleCalls:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
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
        """Show all roles, or those that the queries find. Raises RestError 500."""
        body = await read_message(request, SEARCH)
        queries, every = body.get("Queries") or [], body.get("Operation") == "AND"
        found = [
            role
            for role in all_roles(self._site.state)
            if not queries or (all if every else any)(_finds(query, role) for query in queries)
        ]
        return JSONResponse({"Roles": [self._for(user, role) for role in found], "Total": len(found)})

    async def get(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Show a role. Raises RestError 404."""
        return JSONResponse(self._for(user, known_role(self._site.state, self._known(values["id"]))))

    async def put(self, request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Make or change a role: the one of the body's Uuid, else of the path. Raises RestError 403, 500."""
        body = await read_message(request, ROLE)
        role = str(body.get("Uuid") or values["id"])
        self._check_right(role, user)
        if "," in role:
            raise RestError(500, "commas are not allowed in role uuid", "Bad Request")
        if not body.get("Label"):
            raise RestError(500, "Role cannot have an empty label", "Bad Request")
        fields = {key: value for key, value in body.items() if key not in NOT_KEPT and value}
        fields.setdefault("LastUpdated", int(time.time()))
        self._roles[role] = Role(role, str(body["Label"]), fields)
        self._site.state.save()
        return JSONResponse(self._for(user, known_role(self._site.state, role)))

    async def delete(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Remove a role; users lose it, and its rights go. Raises RestError 403."""
        role, state = values["id"], self._site.state
        if role not in self._roles and role not in BUILT_IN:
            raise RestError(403, f"cannot find role with id {role}", "Not Found")
        self._check_right(role, user)
        self._roles.pop(role, None)
        for each in state.users.values():
            each.roles = [kept for kept in each.roles if kept != role]
        state.rights = {key: right for key, right in state.rights.items() if right.role != role}
        state.save()
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

    def _for(self, user: User | None, role: dict[str, Any]) -> dict[str, Any]:
        return role | ({"PoliciesContextEditable": True} if user and user.admin else {})


def _finds(query: dict[str, Any], role: dict[str, Any]) -> bool:
    """Return whether a query finds a role: each of its conditions, or with not the opposite of each."""
    conditions = []
    if query.get("Uuid"):
        conditions.append(any(_like(text, role["Uuid"]) for text in query["Uuid"]))
    if query.get("Label"):
        conditions.append(_like(query["Label"], role["Label"]))
    for name, key in (("IsTeam", "IsTeam"), ("IsGroupRole", "GroupRole"), ("IsUserRole", "UserRole")):
        if query.get(name):
            conditions.append(bool(role.get(key)))
    if query.get("HasAutoApply"):
        conditions.append(role["AutoApplies"] != [""])
    return all(met is not bool(query.get("not")) for met in conditions)


def _like(pattern: str, text: str) -> bool:
    """Compare as the database does, in which an asterisk is a wildcard."""
    return fnmatch.fnmatchcase(text, pattern) if "*" in pattern else text == pattern
