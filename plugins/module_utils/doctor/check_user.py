# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would happen to a user: claims, mapping rules step by step, roles (rows T1, D2, C6, C8, L2, M1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.mapping_rules import (
    ROLES,
    claim_values,
    exclusive,
    prepared,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    are_broken,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, Readings, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

USER_IDS = ("user_profile.*", "token.*", "mapping.roles")


def check_user(
    keycloak: Readings, options: Mapping[str, Any], connector: State | None, before: list[Finding]
) -> list[Finding]:
    """Return the findings of token.*, user_profile.*, mapping.roles and connector.email_verified.

    keycloak: readings of read_keycloak. connector: None where it is not known. before: the findings so far, since
    what only follows from a break is not one of its own.
    """
    config: State = (connector or {}).get("configoidc") or {}
    username = options["username"]
    reason = _cannot(keycloak, username, before)
    if reason:
        return [*skipped(reason, *USER_IDS), _check_email_verified(config, None, reason)]
    user: State | None = keycloak["user"].value
    if user is None or not user.get("enabled", True):
        seen = f"Keycloak has no user {username}." if user is None else f"User {username} is disabled in Keycloak."
        todo = (
            "Look for the user in the directory, within the provider's users DN."
            if user is None
            else "Enable the user."
        )
        rest = f"{username} cannot log in."
        return [
            Finding("token.user", BROKEN, seen, todo),
            *skipped(
                rest, "user_profile.*", "token.user_id_key", "token.user_name_key", "token.groups", "mapping.roles"
            ),
            _check_email_verified(config, None, rest),
        ]
    known = Finding("token.user", OK, f"Keycloak has the user {username}.")
    profile = _check_profile(keycloak["profile"], user, options)
    tokens = keycloak.get("tokens", Reading())
    if tokens.value is None:
        reason = why(tokens) if tokens.error else "There is no client to preview tokens for."
        others = ("token.user_id_key", "token.user_name_key", "token.groups", "mapping.roles")
        return [known, profile, *skipped(reason, *others), _check_email_verified(config, None, reason)]
    claims = {**tokens.value["userinfo"], **tokens.value["id_token"]}
    return [
        known,
        profile,
        _check_key("token.user_id_key", config.get("userIDKey"), claims, username),
        _check_key("token.user_name_key", config.get("userNameKey"), claims, username),
        _check_groups(tokens.value, user, options["groups_attribute"], before),
        _check_roles(claims, connector, options, before),
        _check_email_verified(config, claims, ""),
    ]


def _cannot(keycloak: Readings, username: str, before: list[Finding]) -> str:
    """Return why nothing can be said of the user, empty where something can."""
    if not username:
        return "No user is named."
    if "user" not in keycloak:
        return "Keycloak was not reached, or the login there failed."
    if keycloak["user"].error:
        return why(keycloak["user"])
    if are_broken(before, "ldap.enabled", "ldap.reachable"):
        return "The directory cannot be asked, so what Keycloak shows of the user may be old."
    return ""


def _check_key(finding_id: str, key: Any, claims: State, username: str) -> Finding:
    if not key:
        return skipped("The connector names no such claim.", finding_id)[0]
    value = claims.get(key)
    seen = f"The claim {key} of {username} is {value}." if value else f"{username}'s tokens have no claim {key}."
    todo = f"Give the user {key} in the directory, let the connector ask for the scope with it, or take another claim."
    return judged(finding_id, bool(value), seen, todo)


def _check_email_verified(config: State, claims: State | None, reason: str) -> Finding:
    finding_id = "connector.email_verified"
    if not config:
        return skipped("The connector is not known.", finding_id)[0]
    if config.get("insecureSkipEmailVerified"):
        return Finding(finding_id, OK, "Cells takes addresses that are not verified.")
    if claims is None:
        return skipped(f"Cells takes verified addresses only. {reason}", finding_id)[0]
    verified = claims.get("email_verified") is True
    seen = f"Cells takes verified addresses only, and this user's is {'verified' if verified else 'not'}."
    todo = "Turn on insecureSkipEmailVerified for a directory that you trust, or trustEmail of the LDAP provider."
    return judged(finding_id, verified, seen, todo)


def _check_profile(reading: Reading, user: State, options: Mapping[str, Any]) -> Finding:
    """Say whether the user profile hides the attribute: one that an LDAP mapper fills reaches tokens all the same."""
    finding_id, attribute = "user_profile.attribute", options["groups_attribute"]
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    declared = any(entry.get("name") == attribute for entry in reading.value.get("attributes") or [])
    policy = reading.value.get("unmanagedAttributePolicy") or "off"
    if declared or policy in ("ENABLED", "ADMIN_EDIT", "ADMIN_VIEW"):
        return Finding(
            finding_id, OK, f"The user profile knows {attribute}, or lets unmanaged attributes be ({policy})."
        )
    if user.get("federationLink"):
        return Finding(finding_id, OK, f"The user profile does not know {attribute}, but the LDAP provider fills it.")
    seen = f"The user profile does not know {attribute}, and this user is not from LDAP."
    return Finding(finding_id, WARNING, seen, f"Add {attribute} to the realm's user profile.")


def _check_groups(tokens: State, user: State, claim: str, before: list[Finding]) -> Finding:
    finding_id = "token.groups"
    kinds = {"id_token": "ID token", "access_token": "access token", "userinfo": "userinfo"}
    absent = [title for kind, title in kinds.items() if not tokens[kind].get(claim)]
    if not absent:
        return Finding(finding_id, OK, f"The claim {claim} is in ID token, access token and userinfo.")
    if are_broken(before, "client.", "scope.", "ldap."):
        return Finding(finding_id, NOT_CHECKED, f"The claim {claim} is missing, which follows from another finding.")
    if len(absent) < len(kinds):
        seen = f"The claim {claim} is not in {' and '.join(absent)}."
        return Finding(finding_id, WARNING, seen, "Let the protocol mapper put it into all three: run the role setup.")
    if (user.get("attributes") or {}).get(claim):
        seen = f"Keycloak has the user's {claim}, but no token has it."
        return Finding(finding_id, BROKEN, seen, "Look at the protocol mappers of the client and of its client scopes.")
    seen = f"The user is in no group, as far as Keycloak sees: there is no {claim}."
    return Finding(
        finding_id, WARNING, seen, "Make the user a member of a group in the directory, if roles should follow."
    )


def _check_roles(claims: State, connector: State | None, options: Mapping[str, Any], before: list[Finding]) -> Finding:
    finding_id = "mapping.roles"
    if connector is None:
        return skipped("The connector is not known.", finding_id)[0]
    if are_broken(before, "scope.", "ldap.", "mapping.") or not claims.get(options["groups_attribute"]):
        return skipped("There is nothing to map, or no rule that could.", finding_id)[0]
    try:
        rules = rule_steps(claims, connector, options)
    except SsoError as error:
        return Finding(finding_id, NOT_CHECKED, str(error))
    roles = [step["role"] for rule in rules for step in rule["steps"] if step["passes"]]
    idle = [rule["rule"] for rule in rules if not any(step["passes"] for step in rule["steps"])]
    seen = f"Roles that follow: {', '.join(roles) or 'none'}." + (
        f" No value passes {'; '.join(idle)}." if idle else ""
    )
    return judged(
        finding_id, not idle, seen, "See whether the rule's list or expression has the groups it should.", WARNING
    )


def rule_steps(claims: State, connector: State, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each rule that gives roles what becomes of each value: {rule, steps: [{value, name, passes, role}]}.

    Raises InvalidInput for a claim or rule whose outcome is not known, MissingLibrary.
    """
    shown = []
    for rule in connector.get("mappingRules") or []:
        if rule.get("RightAttribute") != ROLES:
            continue
        title = f"{rule.get('LeftAttribute')} to {ROLES}" + (
            f", {rule['RuleString']}" if rule.get("RuleString") else ""
        )
        if rule.get("RightValueTemplate"):
            raise SsoError(f"The rule {title} has a RightValueTemplate, and what Cells does with it is not known.")
        values = claim_values(claims.get(rule["LeftAttribute"]), rule["LeftAttribute"])
        if rule.get("LeftSplit"):
            values = [part for value in values for part in value.split(rule["LeftSplit"])]
        shown.append({"rule": title, "steps": [_step(value, rule, options["dn_to_name"]) for value in values]})
    return shown


def _step(value: str, rule: State, dn_to_name: bool) -> dict[str, Any]:
    name = (prepared([value], dn_to_name) or [""])[0]
    # A list that names a role twice gives it twice; one is enough to see.
    roles = exclusive([value], rule, is_dn=dn_to_name) or []
    return {"value": value, "name": name, "passes": bool(roles), "role": roles[0] if roles else None}


def chain(
    keycloak: Readings, options: Mapping[str, Any], connector: State | None, findings: list[Finding]
) -> dict[str, Any] | None:
    """Return the way from the LDAP group to the role for the named user, {username, links}, None where none is named.

    A link: {id, title, values, verdict, note}; its verdict is the worst of the findings about it.
    """
    user = keycloak["user"].value if "user" in keycloak else None
    if not options["username"] or user is None:
        return None
    attribute = options["groups_attribute"]
    attributes = user.get("attributes") or {}
    tokens = keycloak.get("tokens", Reading()).value or {}
    claims = {**tokens.get("userinfo", {}), **tokens.get("id_token", {})}
    try:
        rules = rule_steps(claims, connector or {}, options) if tokens else []
    except SsoError:
        rules = []
    roles = [step["role"] for rule in rules for step in rule["steps"] if step["passes"]]
    entry = attributes.get("LDAP_ENTRY_DN") or []
    values = {
        "ldap_group": (f"LDAP: {options['ldap_attribute']}", entry, ("ldap.",)),
        "keycloak_attribute": (
            f"Keycloak: attribute {attribute}",
            attributes.get(attribute) or [],
            ("user_profile.", "token.user"),
        ),
        "claim": (f"Token: claim {attribute}", _texts(claims.get(attribute)), ("client.", "scope.", "token.groups")),
        "rule": ("Cells: mapping rules", [rule["rule"] for rule in rules], ("mapping.rule", "mapping.regex")),
        "role": ("Cells: roles", roles, ("mapping.roles",)),
    }
    return {
        "username": options["username"],
        "links": [
            {"id": name, "title": title, "values": shown, **_worst(findings, groups)}
            for name, (title, shown, groups) in values.items()
        ],
    }


def _worst(findings: list[Finding], groups: tuple[str, ...]) -> dict[str, str]:
    about = [finding for finding in findings if finding.id.startswith(groups)]
    for verdict in (BROKEN, WARNING, NOT_CHECKED):
        for finding in about:
            if finding.verdict == verdict and (verdict != NOT_CHECKED or all(f.verdict == verdict for f in about)):
                return {"verdict": verdict, "note": finding.seen}
    return {"verdict": OK, "note": ""}


def _texts(claim: Any) -> list[str]:
    return [str(item) for item in (claim if isinstance(claim, list) else [claim]) if item is not None]
