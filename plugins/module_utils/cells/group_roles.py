# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role of Cells each declared group gets (sso_roles), and the mapping rules for these groups alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import (
    REGEX_MARK,
    ROLES,
    SPECIAL,
    predicted_roles,
)
from ansible_collections.cellsops.sso.plugins.module_utils.cells.roles import id_problem, label_problem
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError


@dataclass(frozen=True)
class GroupRole:
    """A group as the claim names it (a name, a path or a DN), and the role that its members get in Cells."""

    group: str
    role_id: str
    label: str


class DeclaredRoles:
    """The roles of the declared groups, by the mapping rules that the connector is to have."""

    def __init__(self, labels: Mapping[str, str], rules: Sequence[Mapping[str, Any]], claim: str) -> None:
        """Work out the roles.

        labels: label of the role by group. rules: with the keys of the options or of Cells. claim: the one with groups.
        """
        self.roles: list[GroupRole] = []
        self.problems: list[str] = []
        """Why a group can have no role, one line each."""
        for group, label in labels.items():
            try:
                self._add(str(group), str(label), rules, claim)
            except SsoError as error:
                self.problems.append(f"sso_roles: {group}: {error}")

    def _add(self, group: str, label: str, rules: Sequence[Mapping[str, Any]], claim: str) -> None:
        found = list(dict.fromkeys(predicted_roles({claim: [group]}, rules, certain=True)))
        if len(found) != 1:
            what = f"make {len(found)} roles of it ({', '.join(found)})" if found else "let it through"
            raise InvalidInput(f"The mapping rules {'' if found else 'do not '}{what}. One role is needed.")
        problem = id_problem(found[0]) or label_problem(label)
        if problem:
            raise InvalidInput(problem)
        same = next((role for role in self.roles if role.role_id == found[0]), None)
        if same and same.label != label:
            raise InvalidInput(
                f"It becomes the role {found[0]}, like {same.group}, whose label is {same.label!r}, not {label!r}. "
                "Give both groups the same label."
            )
        if not same:
            self.roles.append(GroupRole(group, found[0], label))


def only_these(rules: Sequence[Mapping[str, Any]], claim: str, role_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rules with those for the claim's roles letting through the given roles alone.

    A rule that has a rule string keeps it: it filters already.
    """
    text = _filter(role_ids)
    return [{**rule, "rule_string": text} if _is_open(rule, claim) else dict(rule) for rule in rules]


def _is_open(rule: Mapping[str, Any], claim: str) -> bool:
    pair = (rule.get("left_attribute"), rule.get("right_attribute"))
    return pair == (claim, ROLES) and not rule.get("rule_string")


def _filter(role_ids: Sequence[str]) -> str:
    """Return a rule string for some values, in a form that can be read in one way only.

    Public code takes a rule string as a list, and the console's help has a regular expression in its place. A text is
    certainly a list if there is a comma in it, and none of the characters of regular expressions.
    """
    names = sorted(set(role_ids))
    if len(names) > 1 and not any(SPECIAL.intersection(name) for name in names):
        return ",".join(names)
    return f"{REGEX_MARK}:^({'|'.join(re.escape(name) for name in names)})$"
