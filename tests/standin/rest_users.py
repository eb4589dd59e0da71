# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/a/user: users with their roles, as idm/user/rest of Cells 4.0.1 shows and takes them."""

from __future__ import annotations

import fnmatch
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from standin.rest_body import read_message
from standin.rest_error import RestError
from standin.rest_roles import SEARCH
from standin.roles import group_uuid, known_role, policies, role_json
from standin.stand_in import StandIn
from standin.state import LOCAL, User

USER: dict[str, type | tuple[type, ...]] = {
    "Uuid": str,
    "GroupPath": str,
    "Attributes": dict,
    "Roles": list,
    "Login": str,
    "Password": str,
    "OldPassword": str,
    "IsGroup": bool,
    "GroupLabel": str,
    "LastConnected": int,
    "Policies": list,
    "PoliciesContextEditable": bool,
}
PUBLIC = {"displayName", "avatar", "profile", "hasEmail"}
"""Attributes that every user sees of every other."""


class UserCalls:
    """The handlers."""

    def __init__(self, site: StandIn) -> None:
        """Take the site."""
        self._site = site

    def handlers(self) -> dict[tuple[str, str], Any]:
        """Return the handlers by method and path."""
        return {
            ("POST", "/user"): self.search,
            ("GET", "/user/{login*}"): self.get,
            ("PUT", "/user/{login*}"): self.put,
            ("DELETE", "/user/{login*}"): self.delete,
        }

    async def search(self, request: Request, user: User | None, _values: dict[str, str]) -> Response:
        """Show the users of some logins, with * in them, those who have a role, or all."""
        body = await read_message(request, SEARCH)
        queries = body.get("Queries") or []
        users = self._site.state.users.values()
        found = [each for each in users if not queries or any(_finds(query, each) for query in queries)]
        shown = [] if body.get("CountOnly") else found[: int(body.get("Limit") or len(found))]
        return JSONResponse({"Users": [self._shown(each, user) for each in shown], "Total": len(found)})

    async def get(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Show a user with roles. Raises RestError 404."""
        return JSONResponse(self._shown(self._user(values["login"]), user))

    async def put(self, request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Make a user, or change the one of the Uuid in the body. Raises RestError 403, 500."""
        body = await read_message(request, USER)
        login, users = body.get("Login") or values["login"], self._site.state.users
        known = next((each for each in users.values() if each.uuid == body.get("Uuid")), None)
        if known is None and login in users and not body.get("Uuid"):
            raise RestError(403, "User with the same login already exists!")
        if "Attributes" not in body:
            # The real handler writes into the missing map, and is recovered.
            return Response("Internal Server Error", 500, media_type="text/plain")
        if known is not None and not _may_edit(known, user):
            raise RestError(403, "You are not allowed to edit this user!", "Forbidden")
        attributes = body["Attributes"]
        admin = attributes.get("profile") == "admin"
        if admin and not (user and user.admin):
            raise RestError(
                403, "you are not allowed to set a profile (admin) higher than your current profile (standard)"
            )
        changed = users.setdefault(login, known or User(login))
        changed.admin = admin
        changed.name = attributes.get("displayName", changed.name)
        changed.email = attributes.get("email", changed.email)
        if "Roles" in body:
            changed.roles = [
                role["Uuid"] for role in body["Roles"] if not role.get("GroupRole") and not role.get("UserRole")
            ]
        if body.get("Password"):
            self._site.state.set_password(changed, body["Password"])
        self._site.state.save()
        return JSONResponse(self._shown(changed, user))

    async def delete(self, _request: Request, user: User | None, values: dict[str, str]) -> Response:
        """Remove a user. Raises RestError 403, 404."""
        found = self._user(values["login"])
        if not user or not user.admin:
            raise RestError(403, "You are not allowed to edit this user!", "Forbidden")
        del self._site.state.users[found.login]
        self._site.state.save()
        return JSONResponse({"Success": True, "NumRows": "1"})

    def _user(self, login: str) -> User:
        user = self._site.state.users.get(login)
        if user is None:
            raise RestError(404, f"cannot find user with login {login}", "Not Found")
        return user

    def _shown(self, user: User, asking: User | None) -> dict[str, Any]:
        """Return a user as asking sees it: anyone who may not edit the user sees public attributes only."""
        attributes = {
            "profile": user.profile,
            "AuthSource": "" if user.connector == LOCAL else user.connector,
            "displayName": user.name,
            "email": user.email,
            "hasEmail": "true" if user.email else "",
            "failedConnections": str(user.failed_logins or ""),
        }
        editable = _may_edit(user, asking)
        hidden = {"hasEmail"} if editable else set(attributes) - PUBLIC
        shown = {
            "Uuid": user.uuid,
            "GroupPath": f"/{user.group}",
            "Attributes": {name: value for name, value in attributes.items() if value and name not in hidden},
            "Roles": self._roles(user),
            "Login": user.login,
            "LastConnected": int(time.time()),
            "Policies": policies(
                user.uuid, ("READ", "profile:standard"), ("WRITE", f"user:{user.login}"), ("WRITE", "profile:admin")
            ),
        }
        return shown | ({"PoliciesContextEditable": True} if editable else {})

    def _roles(self, user: User) -> list[dict[str, Any]]:
        """Return the roles in Cells' order: of the groups, the user's, and the one of the user alone."""
        roles = [known_role(self._site.state, "ROOT_GROUP")]
        if user.group:
            roles.append(role_json(group_uuid(user.group), user.group, GroupRole=True))
        roles += [known_role(self._site.state, role) for role in user.roles]
        return [*roles, role_json(user.uuid, f"User {user.login}", UserRole=True)]


def _finds(query: dict[str, Any], user: User) -> bool:
    if query.get("HasRole") and query["HasRole"] not in user.roles:
        return False
    return not query.get("Login") or fnmatch.fnmatchcase(user.login, str(query["Login"]))


def _may_edit(user: User, asking: User | None) -> bool:
    return asking is not None and (asking.admin or asking.login == user.login)
