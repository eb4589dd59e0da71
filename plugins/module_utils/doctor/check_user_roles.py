# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predicts the roles of a user: the result of each mapping rule for each value of the claim (row M1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import (
    ROLES,
    UnusableClaim,
    claim_values,
    exclusive,
    prepared,
    unknown_outcome,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_claims import claims_for_cells
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, Reading, take
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State


def check_user_roles(claims: State, connector: State | None, options: Mapping[str, Any]) -> Finding:
    finding_id = "mapping.roles"
    if connector is None:
        return skipped("The connector is not known.", finding_id)[0]
    foreseen = rule_steps(claims, connector, options)
    if isinstance(foreseen.error, UnusableClaim):
        todo = "Let the protocol mapper write text or a list of text (claim JSON type String)."
        return Finding(finding_id, BROKEN, str(foreseen.error), todo)
    if foreseen.error:
        return Finding(finding_id, NOT_CHECKED, str(foreseen.error))
    roles = _roles(foreseen.value)
    if not roles and not claims.get(options["groups_attribute"]):
        return Finding(finding_id, OK, "No roles follow, since the user has no groups.")
    idle = [rule["rule"] for rule in foreseen.value if not any(step["passes"] for step in rule["steps"])]
    seen = f"The user would get these roles: {', '.join(roles) or 'none'}." + (
        f" No value matches {'; '.join(idle)}." if idle else ""
    )
    todo = "Check that the list or the regular expression of the rule matches the right groups."
    return judged(finding_id, bool(roles), seen, todo, assumes=_assumed_of_roles(roles, claims, connector, options))


def _assumed_of_roles(roles: list[str], claims: State, connector: State, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the assumptions on which the prediction of these roles depends. The option dn_to_name is one."""
    other = rule_steps(claims, connector, {**options, "dn_to_name": not options["dn_to_name"]})
    names = ("dn_to_name",) if other.error or _roles(other.value) != roles else ()
    return (*names, "missing_roles") if roles else names


def rule_steps(claims: State | None, connector: State | None, options: Mapping[str, Any]) -> Reading:
    """Return the result of each rule that gives roles, for each value: {rule, steps: [{value, name, passes, role}]}.

    The reading has an error if the result of a claim or rule is not known, or if a library is missing.
    """
    if claims is None:
        return Reading([])
    return take(
        lambda: [
            {
                "rule": title_of(rule),
                "steps": [
                    _step(value, rule, options["dn_to_name"]) for value in _values(rule, claims, options["dn_to_name"])
                ],
            }
            for rule in role_rules(connector)
        ]
    )


def role_rules(connector: State | None) -> list[State]:
    return [rule for rule in (connector or {}).get("mappingRules") or [] if rule.get("RightAttribute") == ROLES]


def title_of(rule: State) -> str:
    text = rule.get("RuleString")
    return f"{rule.get('LeftAttribute') or 'nothing'} to {ROLES}" + (f", {text}" if text else "")


def _values(rule: State, claims: State, dn_to_name: bool) -> list[str]:
    """Return the values that a rule is for. Raises SsoError if they, or what the rule does, are not known."""
    if rule.get("RightValueTemplate"):
        raise SsoError(f"The rule {title_of(rule)} has a RightValueTemplate, whose effect in Cells is not known.")
    attribute = rule.get("LeftAttribute") or ""
    values = claim_values(claims.get(attribute), attribute)
    split = rule.get("LeftSplit")
    values = [part for value in values for part in value.split(split)] if split else values
    unknown = unknown_outcome(values, rule, dn_to_name)
    if unknown:
        raise SsoError(unknown)
    return values


def _step(value: str, rule: State, dn_to_name: bool) -> dict[str, Any]:
    name = (prepared([value], dn_to_name) or [""])[0]
    # A list that names a role twice gives it twice; one is enough to see.
    roles = exclusive([value], rule, is_dn=dn_to_name) or []
    return {"value": value, "name": name, "passes": bool(roles), "role": roles[0] if roles else None}


def _roles(rules: list[dict[str, Any]]) -> list[str]:
    return [step["role"] for rule in rules for step in rule["steps"] if step["passes"]]


def roles_of_user(keycloak: KeycloakReadings, connector: State | None, options: Mapping[str, Any]) -> list[str]:
    """Return the ids of the roles that the user would get, if known."""
    return _roles(rule_steps(claims_for_cells(keycloak, connector), connector, options).value or [])
