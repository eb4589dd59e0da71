# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Predicts a user's login: claims, mapping rules step by step, roles (rows T1, D2, C8, L2, M1)."""

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
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_groups import (
    all_values,
    from_attribute,
    source_links,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_size import check_size
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    are_broken,
    is_one_of,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading, Readings, take, why
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.user_profile import unfit
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import first_values
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.user_profile import lets_through
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

CLAIM_IDS = ("token.user_id_key", "token.user_name_key", "token.groups", "token.size", "mapping.roles")
READ_ONLY = "READ_ONLY"
"""The edit mode of an LDAP provider that Keycloak only reads from."""
USER_IDS = ("user_profile.*", "token.user", *CLAIM_IDS)


def check_user(
    keycloak: Readings, options: Mapping[str, Any], connector: State | None, before: list[Finding]
) -> list[Finding]:
    """Return the findings of token.* (but token.email), user_profile.* and mapping.roles.

    keycloak: readings of read_keycloak. connector: None if it is not known. before: the findings so far, because
    nothing is known about the user while the directory cannot be reached.
    """
    config = oidc(connector)
    username = options["username"]
    reason = _cannot(keycloak, username, before)
    if reason:
        return skipped(reason, *USER_IDS)
    user: State | None = keycloak["user"].value
    known = _check_login(keycloak, user, options)
    if user is None or not user.get("enabled", True):
        rest = f"{username} cannot log in."
        return [
            known,
            *skipped(rest, "user_profile.*", *CLAIM_IDS),
        ]
    profile = _check_profile(keycloak["profile"], user, options, known.verdict == WARNING)
    tokens, claims = keycloak.get("tokens", Reading()), claims_for_cells(keycloak, connector)
    if known.verdict == WARNING and claims is not None and not claims.get(options["groups_attribute"]):
        known = known._replace(verdict=BROKEN, seen=f"{known.seen} That user has no {options['groups_attribute']}.")
    if claims is None:
        reason = why(tokens) if tokens.error else "There is no client for a token preview."
        return [known, profile, *skipped(reason, *CLAIM_IDS)]
    return [
        known,
        profile,
        # If the connector does not name them, Cells uses the same claims as dex.
        _check_key("token.user_id_key", config, config.get("userIDKey") or "sub", claims, username),
        _check_key("token.user_name_key", config, config.get("userNameKey") or "name", claims, username),
        _check_claim(tokens.value, claims, all_values(keycloak, user, options), options["groups_attribute"]),
        check_size(tokens.value, config, options["groups_attribute"]),
        _check_roles(claims, connector, options),
    ]


def _no_user(username: str, realm: State) -> Finding:
    seen = f"Keycloak has no user {username}."
    if realm.get("registrationEmailAsUsername"):
        note = "In this realm, e-mail addresses are user names: give the address."
        return Finding("token.user", NOT_CHECKED, f"{seen} {note}")
    todo = (
        "Look for the user in the directory, below the provider's users DN. If the user is there, look in Keycloak's"
        " log: Keycloak does not import a user if another user of the realm has the same name or e-mail address."
    )
    return Finding("token.user", BROKEN, seen, todo)


def _check_login(keycloak: Readings, user: State | None, options: Mapping[str, Any]) -> Finding:
    """Judge whether name and password are all that Keycloak asks of the user."""
    finding_id, username = "token.user", options["username"]
    if user is None:
        return _no_user(username, keycloak["realm"].value or {})
    if not user.get("enabled", True):
        return Finding(finding_id, BROKEN, f"User {username} is disabled in Keycloak.", "Enable the user.")
    if (keycloak.get("lockout", Reading()).value or {}).get("disabled"):
        seen = f"Keycloak has locked {username} out after failed logins (brute force detection)."
        return Finding(
            finding_id, BROKEN, seen, ("Unlock the user in Keycloak, and find out where the failed logins come from.")
        )
    provider = (keycloak["provider"].value if "provider" in keycloak else None) or {}
    if provider and user.get("federationLink") not in (provider["id"], provider.get("name")):
        return _hidden_by_another(username, provider["name"])
    asked = _asked_first(keycloak, user)
    if asked:
        seen = (
            f"After the password, Keycloak asks {username} for more before it redirects to Cells: {'; '.join(asked)}."
        )
        todo = "Log in once as this user and complete it, or remove the required action in Keycloak."
        return Finding(finding_id, BROKEN, seen, todo)
    entry = (user.get("attributes") or {}).get("LDAP_ENTRY_DN")
    by = f", from the entry {entry[0]} of the directory" if entry else ""
    return Finding(finding_id, OK, f"Keycloak has the user {username}{by}.")


def _hidden_by_another(username: str, provider: str) -> Finding:
    seen = (
        f"The user {username} in Keycloak does not come from the LDAP provider {provider}. A user with the same "
        "name hides the one in the directory."
    )
    todo = f"If {username} should come from the directory, remove or rename the other user in Keycloak."
    return Finding("token.user", WARNING, seen, todo)


def _asked_first(keycloak: Readings, user: State) -> list[str]:
    """Return the questions that Keycloak asks the user after the password, in words."""
    realm = (keycloak["realm"].value if "realm" in keycloak else None) or {}
    actions = keycloak.get("required_actions", Reading()).value or []
    names = {action.get("alias"): action.get("name") for action in actions if action.get("enabled")}
    known = bool(actions)
    pending = [name for name in user.get("requiredActions") or [] if name in names or not known]
    asked = [f"required action {names.get(name) or name}" for name in pending]
    if (
        realm.get("verifyEmail")
        and user.get("email")
        and not user.get("emailVerified")
        and "VERIFY_EMAIL" not in pending
    ):
        asked.append("a verified e-mail address (verifyEmail of the realm)")
    if "VERIFY_PROFILE" in names and not _is_read_only(keycloak, user):
        profile = (keycloak["profile"].value if "profile" in keycloak else None) or {}
        client: State = (keycloak["client"].value if "client" in keycloak else None) or {}
        asked += [f"{what} (user profile)" for what in unfit(profile, user, _scopes_of(client))]
    return asked


def _is_read_only(keycloak: Readings, user: State) -> bool:
    """Return whether the user is from a directory that Keycloak only reads: such a user is asked for nothing."""
    provider = (keycloak["provider"].value if "provider" in keycloak else None) or {}
    mode = first_values(provider).get("editMode") or READ_ONLY
    return bool(user.get("federationLink")) and mode == READ_ONLY


def _scopes_of(client: State) -> list[str]:
    return [*(client.get("defaultClientScopes") or []), "openid"]


def _cannot(keycloak: Readings, username: str, before: list[Finding]) -> str:
    """Return why nothing is known about the user; empty if something is."""
    if not username:
        return "No user is named."
    if "user" not in keycloak:
        return "Keycloak was not reached, or it refused the credentials."
    if keycloak["user"].error:
        return why(keycloak["user"])
    if are_broken(before, "ldap.enabled", "ldap.reachable"):
        return "Keycloak cannot reach the directory, so its data about the user may be old."
    return ""


def claims_for_cells(keycloak: Readings, connector: State | None) -> State | None:
    """Return the claims that Cells reads: those of the ID token, overridden by those of userinfo if Cells requests it.

    None if Keycloak did not show them.
    """
    tokens = keycloak.get("tokens", Reading()).value
    if tokens is None:
        return None
    return {**tokens["id_token"], **(tokens["userinfo"] if oidc(connector).get("getUserInfo") else {})}


def in_light_of_claims(
    found: list[Finding], keycloak: Readings, connector: State | None, options: Mapping[str, Any]
) -> list[Finding]:
    """Return the findings. If the claim exists, those about its origin are at most warnings.

    Another scope or mapper than that of the guide may set the claim. Only the claims that Cells would read count.
    """
    user: State = (keycloak["user"].value if "user" in keycloak else None) or {}
    claims, claim = claims_for_cells(keycloak, connector) or {}, options["groups_attribute"]
    groups = all_values(keycloak, user, options)
    # Without a provider of that name, a user from another one is as good.
    elsewhere = user.get("federationLink") and keycloak.get("provider", Reading()).error
    about = ("scope.assigned", "scope.mapper", *(["ldap.enabled"] if elsewhere else []))
    if not groups or sorted(groups) != sorted(_texts(claims.get(claim))):
        return found
    note = f" Nevertheless, the tokens of {options['username']} contain the claim {claim}."
    return [
        finding._replace(verdict=WARNING, seen=f"{finding.seen}{note}")
        if finding.verdict == BROKEN and finding.id in about
        else finding
        for finding in found
    ]


def _check_key(finding_id: str, config: State, key: str, claims: State, username: str) -> Finding:
    if not config:
        return skipped("The connector is not known.", finding_id)[0]
    value = claims.get(key)
    if value and isinstance(value, str):
        return Finding(finding_id, OK, f"The claim {key} of {username} is {value}.")
    seen = f"The claim {key} of {username} is {'not text' if value else 'not in the claims that Cells reads'}."
    todo = (
        f"Add {key} to the user in the directory, let the connector ask for the scope that contains it, or choose "
        "another claim."
    )
    return Finding(finding_id, BROKEN, seen, todo)


def _check_profile(reading: Reading, user: State, options: Mapping[str, Any], elsewhere: bool) -> Finding:
    """Say whether the user profile hides the attribute. If an LDAP mapper fills it, it reaches tokens anyway.

    elsewhere: whether the user is not from the LDAP provider, though one is named.
    """
    finding_id, attribute = "user_profile.attribute", options["groups_attribute"]
    if not from_attribute(options):
        return Finding(finding_id, OK, "The groups do not come from a user attribute.")
    if elsewhere:
        return skipped("The user does not come from the LDAP provider.", finding_id)[0]
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    policy = reading.value.get("unmanagedAttributePolicy") or "off"
    if lets_through(reading.value, attribute):
        return Finding(
            finding_id, OK, f"The user profile knows {attribute}, or lets unmanaged attributes be ({policy})."
        )
    if user.get("federationLink"):
        return Finding(finding_id, OK, f"The user profile does not know {attribute}, but the LDAP provider fills it.")
    seen = f"The user profile does not know {attribute}, and this user does not come from LDAP."
    todo = f"Add {attribute} to the realm's user profile, such as with sso_user_profile_attribute: true."
    return Finding(finding_id, WARNING, seen, todo)


def _check_claim(tokens: State, claims: State, groups: list[str], claim: str) -> Finding:
    """Judge the claim as Cells would read it. claims: those of claims_for_cells. groups: the values of its sources."""
    return _check_other_groups(claims.get(claim), groups, claim) or _check_groups(tokens, claims, groups, claim)


def _check_groups(tokens: State, claims: State, groups: list[str], claim: str) -> Finding:
    """Judge in which tokens the claim is."""
    finding_id = "token.groups"
    kinds = {"id_token": "ID token", "access_token": "access token", "userinfo": "userinfo"}
    absent = [title for kind, title in kinds.items() if not tokens[kind].get(claim)]
    if not absent:
        return Finding(finding_id, OK, f"The claim {claim} is in ID token, access token and userinfo.")
    seen, todo = (
        f"The claim {claim} is not in {' and '.join(absent)}.",
        ("Configure the protocol mapper to write it to all three"),
    )
    if claims.get(claim):
        return Finding(finding_id, WARNING, seen, f"{todo}: run the role setup.")
    if len(absent) < len(kinds):
        return Finding(finding_id, BROKEN, f"{seen} Cells does not read the others.", f"{todo}: run the role setup.")
    if groups:
        seen = f"Keycloak has the user's {claim} ({', '.join(groups[:3])}), but no token contains it."
        return Finding(finding_id, BROKEN, seen, "Check the protocol mappers of the client and of its client scopes.")
    seen = f"According to Keycloak, the user is not in any group: there is no {claim}."
    todo = "Add the user to a group, or give the user a role, in the system from which the groups come."
    return Finding(finding_id, WARNING, seen, todo, ("missing_claim",))


def _check_other_groups(value: Any, groups: list[str], claim: str) -> Finding | None:
    """Return the finding about values in the claim that are not groups of the user; None if there are none."""
    values = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    others = ", ".join([item for item in values if item not in groups][:3])
    if not groups or not others:
        return None
    todo = f"Remove the other mapper that writes {claim}: look at the client and its client scopes."
    if set(groups) & set(values):
        seen = f"The claim {claim} also has {others}, which is none of the user's groups."
        return Finding("token.groups", WARNING, seen, f"If that is not on purpose: {todo[0].lower()}{todo[1:]}")
    seen = f"The claim {claim} has {others}, and none of the user's groups ({', '.join(groups[:3])})."
    return Finding("token.groups", BROKEN, seen, todo)


def _check_roles(claims: State, connector: State | None, options: Mapping[str, Any]) -> Finding:
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
                "rule": _title(rule),
                "steps": [
                    _step(value, rule, options["dn_to_name"]) for value in _values(rule, claims, options["dn_to_name"])
                ],
            }
            for rule in _for_roles(connector)
        ]
    )


def _for_roles(connector: State | None) -> list[State]:
    return [rule for rule in (connector or {}).get("mappingRules") or [] if rule.get("RightAttribute") == ROLES]


def _title(rule: State) -> str:
    text = rule.get("RuleString")
    return f"{rule.get('LeftAttribute') or 'nothing'} to {ROLES}" + (f", {text}" if text else "")


def _values(rule: State, claims: State, dn_to_name: bool) -> list[str]:
    """Return the values that a rule is for. Raises SsoError if they, or what the rule does, are not known."""
    if rule.get("RightValueTemplate"):
        raise SsoError(f"The rule {_title(rule)} has a RightValueTemplate, whose effect in Cells is not known.")
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


def roles_of_user(keycloak: Readings, connector: State | None, options: Mapping[str, Any]) -> list[str]:
    """Return the ids of the roles that the user would get, if known."""
    return _roles(rule_steps(claims_for_cells(keycloak, connector), connector, options).value or [])


def chain(
    keycloak: Readings, options: Mapping[str, Any], connector: State | None, findings: list[Finding]
) -> dict[str, Any] | None:
    """Return the way from the group to the role for the named user, {username, links}, None if nobody is named.

    A link: {id, title, values, verdict, note}; its verdict is the worst of the findings about it.
    """
    user = keycloak["user"].value if "user" in keycloak else None
    if not options["username"] or user is None:
        return None
    attribute, claims = options["groups_attribute"], claims_for_cells(keycloak, connector)
    claim, titles = (claims or {}).get(attribute), [_title(rule) for rule in _for_roles(connector)]
    roles = _roles(rule_steps(claims, connector, options).value or [])
    links: dict[str, tuple[str, list[str], list[str]]] = {
        **source_links(keycloak, user, options, are_broken(findings, "ldap.*")),
        "claim": (
            f"Token: claim {attribute}",
            _texts(claim),
            ["client.exists", "client.enabled", "scope.*", "token.groups"],
        ),
        "rule": ("Cells: mapping rules", titles, ["mapping.rule", "mapping.regex"]),
        "role": ("Cells: roles", roles, ["mapping.roles"]),
    }
    return {
        "username": options["username"],
        "links": [
            {"id": name, "title": title, "values": values, **_worst(findings, about)}
            for name, (title, values, about) in links.items()
        ],
    }


def _worst(findings: list[Finding], ids: list[str]) -> dict[str, str]:
    about = [finding for finding in findings if is_one_of(finding.id, ids)]
    for verdict in (BROKEN, WARNING, NOT_CHECKED):
        for finding in about:
            if finding.verdict == verdict:
                return {"verdict": verdict, "note": finding.seen}
    return {"verdict": OK, "note": ""}


def _texts(claim: Any) -> list[str]:
    return [str(item) for item in (claim if isinstance(claim, list) else [claim]) if item is not None]
