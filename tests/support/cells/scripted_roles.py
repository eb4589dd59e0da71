# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles of a Cells server, scripted with responses: its state, and the calls that it received."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import requests
import responses

from support.cells.scripted import TOKEN, URL

CONNECTORS = f"{URL}/a/config/oauth2connectors"


@dataclass
class ScriptedRoles:
    """A server with roles, users and rights. Searches for the tests' objects succeed; all others fail."""

    http: responses.RequestsMock
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    holders: dict[str, Any] = field(default_factory=dict)
    """The answer to a search for the users of a role, by the role's id."""
    rights: list[dict[str, Any]] = field(default_factory=list)
    connectors: list[dict[str, Any]] = field(default_factory=list)
    ignores_case: bool = False
    """Whether the database takes a and A for the same."""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path below /a and body of each call, in order."""

    def __post_init__(self) -> None:
        for method, path in (("POST", "role"), ("POST", "user"), ("POST", "acl"), ("GET", "config/oauth2connectors")):
            self.http.add_callback(method, f"{URL}/a/{path}", self._answer)

    def takes(self, path: str) -> None:
        """Let the server take a PUT and a DELETE of /a/role/<path>, as it stands in the URL."""
        for method in ("PUT", "DELETE"):
            self.http.add_callback(method, f"{URL}/a/role/{path}", self._answer)

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """The calls that are neither a GET nor a search."""
        return [call for call in self.calls if call[0] in ("PUT", "DELETE")]

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        assert request.url is not None
        assert request.method is not None
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        path, body = request.url.removeprefix(f"{URL}/a/"), json.loads(request.body or "null")
        self.calls.append((request.method, path, body))
        return 200, {"Content-Type": "application/json"}, json.dumps(self._result(request.method, path, body))

    def _result(self, method: str, path: str, body: Any) -> Any:
        if method == "PUT":
            self.roles[body["Uuid"]] = copy.deepcopy(body)
            return body
        if method == "DELETE":
            return self.roles.pop(unquote(path.removeprefix("role/")))
        if path == "role":
            found = [role for role in self.roles.values() if all(self._meets(role, q) for q in body["Queries"])]
            return {"Roles": found, "Total": len(found)} if found else {}
        if path == "user":
            return self.holders.get(body["Queries"][0]["HasRole"], {})
        if path == "acl":
            found = [right for right in self.rights if right["RoleID"] in body["Queries"][0]["RoleIDs"]]
            return {"ACLs": found} if found else {}
        return {"connectors": self.connectors}

    def _meets(self, role: dict[str, Any], query: dict[str, Any]) -> bool:
        flags = {"IsUserRole": "UserRole", "IsGroupRole": "GroupRole", "IsTeam": "IsTeam"}
        for name, value in query.items():
            if name in flags:
                assert query == {name: True, "not": True}
                return not role.get(flags[name])
            assert name == "Uuid"
            given = [each.lower() if self.ignores_case else each for each in value]
            return (role["Uuid"].lower() if self.ignores_case else role["Uuid"]) in given
        return True


def role(role_id: str, label: str = "", **fields: Any) -> dict[str, Any]:
    """Return a role as Cells shows it."""
    policy = {"id": "7", "Resource": role_id, "Action": "WRITE", "Subject": "profile:admin", "Effect": "allow"}
    shown = {"LastUpdated": 1795682849, "AutoApplies": [""], "Policies": [policy], "PoliciesContextEditable": True}
    return {"Uuid": role_id, "Label": label or role_id, **shown, **fields}
