# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before the first write: can every step of the role setup succeed? All that is missing goes into one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.group_roles import DeclaredRoles, only_these
from ansible_collections.cellsops.sso.plugins.module_utils.errors import Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.cells import CellsLook
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.keycloak import KeycloakLook
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.words import in_role_words


class Preflight:
    """Runs the checks of both servers, and adds the problems that were found on the Cells host."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Take the options of sso_preflight_info."""
        self.params = params
        self.warnings: list[str] = []

    def values(self) -> dict[str, Any]:
        """Return token, expires_in and clock_skew of the login to Keycloak, client_secret (see KeycloakLook), and
        other_connectors (ids) of Cells.

        If no step uses a server, its values are left out. Also return roles, a list of group, role_id and label,
        mapping_rules, those that the connector will have, and notes, the problems that keep only some groups from
        Cells.

        Raises Unmet with one line that lists all problems; the values then contain problems (list of str).
        """
        declared = self._declared_roles()
        cells = CellsLook(self.params, self.params["steps"], [role.role_id for role in declared.roles])
        of_cells = list(cells.problems())
        keycloak = KeycloakLook(self.params, self.params["steps"], cells.issuer)
        found = [
            *self._variables(),
            *self._groups(declared),
            *keycloak.problems(),
            *of_cells,
            *self.params["cells_host_problems"],
        ]
        problems = [in_role_words(problem) for problem in dict.fromkeys(found)]
        self.warnings = [in_role_words(warning) for warning in (*keycloak.warnings, *cells.warnings)]
        if problems:
            raise Unmet(message(problems), {"problems": problems})
        notes = [in_role_words(note) for note in keycloak.notes]
        return {**keycloak.values, **cells.values, **self._roles(declared), "notes": notes}

    def _declared_roles(self) -> DeclaredRoles:
        return DeclaredRoles(self.params["roles"], self.params["mapping_rules"], self.params["groups_attribute"])

    def _groups(self, declared: DeclaredRoles) -> list[str]:
        """Return why a declared group could have no role."""
        if self.params["state"] == "absent":
            return []
        if self.params["roles_mode"] == "exact" and not self.params["roles"]:
            return [
                "sso_roles_mode is exact and sso_roles is empty, so nobody would get a role. Add groups to sso_roles."
            ]
        return declared.problems

    def _roles(self, declared: DeclaredRoles) -> dict[str, Any]:
        rules = self.params["mapping_rules"]
        if self.params["roles_mode"] == "exact":
            rules = only_these(rules, self.params["groups_attribute"], [role.role_id for role in declared.roles])
        return {"roles": [asdict(role) for role in declared.roles], "mapping_rules": rules}

    def _variables(self) -> list[str]:
        """Return which variables are text instead of lists: Ansible splits text for its own check, but not for us."""
        return [
            f"{name} is {value!r}. Give a list, such as [{value}]."
            for name, value in sorted(self.params["lists"].items())
            if not isinstance(value, list)
        ]


def message(problems: list[str]) -> str:
    """Return the one line for all problems."""
    if len(problems) == 1:
        return f"Nothing has been written, because a step would fail. {problems[0]}"
    numbered = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, 1))
    return f"Nothing has been written, because there are {len(problems)} problems. {numbered}"
