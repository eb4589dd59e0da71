# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles of Pydio Cells: made before the first login needs them, and removed if nobody uses them.

The rules for ids and labels are those of Cells' public code, idm/role of 4.0.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_usage import users_of_role
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotAuthorized, ServerError
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, merged

BUILT_IN = frozenset({"ROOT_GROUP", "ADMINS", "EXTERNAL_USERS", "MINISITE", "MINISITE_NODOWNLOAD"})
"""The ids of the roles that every Cells has."""

OWNERS = {"UserRole": "a user", "GroupRole": "a group", "IsTeam": "a team"}
"""Flag of a role that goes with something else, and what that is."""

LONGEST = {"role_id": 255, "label": 500}
"""Characters that the columns of Cells' database hold."""

NOT_SENT = ("LastUpdated", "PoliciesContextEditable")
"""A field that Cells sets itself: if a time is sent, Cells keeps it."""


class Role:
    """A role by its id, as the engine sees it."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: CellsSession, options: Mapping[str, Any]) -> None:
        """Take the options of cells_role. Raises InvalidInput for values that cannot be used."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.role_id: str = options["role_id"]
        self.title = f"role {self.role_id}"
        self.identity: State = {"Uuid": self.role_id}
        self.used_by: list[str] = []
        """Who keeps the role from being removed, in words."""
        self._check(options)

    def _check(self, options: Mapping[str, Any]) -> None:
        problem = id_problem(self.role_id) or label_problem(options["label"])
        if problem:
            raise InvalidInput(problem)
        if options["state"] == "present":
            if options["if_unused"] or options["apart_from_connectors"]:
                raise InvalidInput("if_unused and apart_from_connectors require state absent.")
        elif self.role_id in BUILT_IN:
            raise InvalidInput(f"role_id: {self.role_id} is one of Cells' own roles, which cannot be removed.")

    def read(self) -> State | None:
        """Return the role as Cells shows it, or None. Raises InvalidInput for a role that is not free, SsoError."""
        problems = {}
        for role in search_roles(self.session, {"Uuid": [self.role_id]}):
            problems[role["Uuid"]] = taken(role, self.role_id)
            if not problems[role["Uuid"]]:
                return role
        if problems:
            raise InvalidInput(f"role_id: {next(iter(problems.values()))}")
        return None

    def desired(self, current: State | None) -> State | None:
        """Return the declared state. A new role without a label gets its id as the label."""
        if self.options["state"] == "absent":
            return self._stays(current)
        label = self.options["label"]
        if label is None:
            return {"Label": self.role_id} if current is None else {}
        return {"Label": label}

    def _stays(self, current: State | None) -> State | None:
        """Return None for a role that is to be removed, or {} for one that is used and stays.

        Raises InvalidInput for a role that is used and must be removed.
        """
        if current is None:
            return None
        self.used_by = users_of_role(self.session, current, self.options["apart_from_connectors"])
        label = self.options["label"]
        if label is not None and current.get("Label") != label:
            self.used_by.append(f"somebody who gave it the label {current.get('Label')!r}")
        if "/" in self.role_id:
            # The router of Cells parts an encoded slash too.
            self.used_by.append("Cells, whose REST API cannot remove a role with a slash in its id")
        if self.used_by and not self.options["if_unused"]:
            raise InvalidInput(f"The {self.title} is used by {'; '.join(self.used_by)}. Remove it from them first.")
        return {} if self.used_by else None

    def _remove(self) -> None:
        try:
            self.session.delete("role", self.role_id)
        except NotAuthorized as error:
            # Cells also answers this for a role that no longer exists: the answer to an earlier call may have been
            # lost.
            if error.status != 403 or search_roles(self.session, {"Uuid": [self.role_id]}):
                raise

    def missing(self, current: State | None) -> list[str]:
        """Return nothing: a role needs nothing."""
        return []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the one write that is needed; a PUT carries the whole role."""
        if desired is None:
            return [Action(Verb.REMOVE, self.title, self._remove)]
        body = merged(current or {}, {**self.identity, **desired})
        for key in NOT_SENT:
            body.pop(key, None)
        # The id in the body counts; one with a slash could not be in the path.
        put = partial(self.session.put, "role", self.role_id.replace("/", "_"), body=body)
        if current is None:
            return [Action(Verb.CREATE, self.title, put)]
        return [Action(Verb.UPDATE, self.title, put, tuple(desired))]


def search_roles(session: CellsSession, *queries: State) -> list[State]:
    """Return the roles that meet all queries (idm.RoleSingleQuery). Raises SsoError."""
    answer = session.search("role", body={"Queries": list(queries), "Operation": "AND"})
    # Without a result, Cells leaves the list out.
    roles = answer.get("Roles") or [] if isinstance(answer, dict) else None
    if not isinstance(roles, list) or not all(isinstance(role, dict) and role.get("Uuid") for role in roles):
        raise ServerError("POST", f"{session.url}/a/role", 200, "no list of roles in the answer")
    return roles


def list_roles(session: CellsSession) -> list[State]:
    """Return the roles that can be given to users: not those of users, groups and teams. Raises SsoError."""
    conditions = ("IsUserRole", "IsGroupRole", "IsTeam")
    found = search_roles(session, *({condition: True, "not": True} for condition in conditions))
    return [role for role in found if not any(role.get(flag) for flag in OWNERS)]


def taken(role: State, role_id: str) -> str:
    """Return why a role that Cells found by an id cannot be the role of that id, "" if it can."""
    if role["Uuid"] != role_id:
        return f"Cells has the role {role['Uuid']}, and does not distinguish it from {role_id}. Give {role['Uuid']}."
    owner = next((words for flag, words in OWNERS.items() if role.get(flag)), "")
    if owner and role_id not in BUILT_IN:
        return f"{role_id} is the role of {owner} in Cells ({role.get('Label')}). Give another id."
    return ""


def id_problem(role_id: str) -> str:
    """Return why Cells cannot have a role of that id, "" if it can."""
    if not role_id or role_id != role_id.strip():
        return "role_id: must not be empty, or begin or end with a space."
    if "," in role_id:
        return f"role_id: {role_id!r} contains a comma, which Cells does not allow in the id of a role."
    if "*" in role_id:
        # It is a wildcard in a search and in a removal.
        return f"role_id: {role_id!r} contains an asterisk, which is a wildcard in Cells."
    return _too_long("role_id", role_id)


def label_problem(label: str | None) -> str:
    """Return why a role of Cells cannot have that label, "" if it can."""
    if label is None:
        return ""
    return "label: must not be empty." if not label.strip() else _too_long("label", label)


def _too_long(option: str, text: str) -> str:
    most = LONGEST[option]
    return f"{option}: has {len(text)} characters. Cells allows {most}." if len(text) > most else ""


def shown_roles(roles: Sequence[State]) -> list[State]:
    """Return roles in the order of their labels; Cells says by an empty text that no profile applies a role."""
    shown = [{**role, "AutoApplies": [name for name in role.get("AutoApplies") or [] if name]} for role in roles]
    return sorted(shown, key=lambda role: (str(role.get("Label", "")).casefold(), str(role["Uuid"])))
