# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Can the named user log in, and does the user get the right claims and roles (rows T1, D2, L2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_claims import (
    check_claim,
    check_key,
    claims_for_cells,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_groups import all_values, from_attribute
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_size import check_size
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_user_roles import check_user_roles
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    are_broken,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_cells import oidc
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import (
    NOT_READ,
    KeycloakReadings,
    Reading,
    why,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.user_profile import unfit
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import first_values
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.user_profile import lets_through
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

CLAIM_IDS = ("token.user_id_key", "token.user_name_key", "token.groups", "token.size", "mapping.roles")
READ_ONLY = "READ_ONLY"
"""The edit mode of an LDAP provider that Keycloak only reads from."""
USER_IDS = ("user_profile.*", "token.user", *CLAIM_IDS)


def check_user(
    keycloak: KeycloakReadings, options: Mapping[str, Any], connector: State | None, before: list[Finding]
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
    user: State | None = keycloak.user.value
    known = _check_login(keycloak, user, options)
    if user is None or not user.get("enabled", True):
        rest = f"{username} cannot log in."
        return [
            known,
            *skipped(rest, "user_profile.*", *CLAIM_IDS),
        ]
    profile = _check_profile(keycloak.profile, user, options, known.verdict == WARNING)
    tokens, claims = keycloak.tokens, claims_for_cells(keycloak, connector)
    if known.verdict == WARNING and claims is not None and not claims.get(options["groups_attribute"]):
        known = known._replace(verdict=BROKEN, seen=f"{known.seen} That user has no {options['groups_attribute']}.")
    if claims is None:
        reason = why(tokens) if tokens.error else "There is no client for a token preview."
        return [known, profile, *skipped(reason, *CLAIM_IDS)]
    attribute = options["groups_attribute"]
    groups = check_claim(tokens.value, claims, all_values(keycloak, user, options), attribute)
    return [
        known,
        profile,
        # If the connector does not name them, Cells uses the same claims as dex.
        check_key("token.user_id_key", config, config.get("userIDKey") or "sub", claims, username),
        check_key("token.user_name_key", config, config.get("userNameKey") or "name", claims, username),
        groups,
        check_size(tokens.value, config, attribute),
        # That no roles follow from a claim that is missing by mistake says nothing about the mapping rules.
        *(
            skipped("Cells does not get the groups.", "mapping.roles")
            if groups.verdict == BROKEN and not claims.get(attribute)
            else [check_user_roles(claims, connector, options)]
        ),
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


def _check_login(keycloak: KeycloakReadings, user: State | None, options: Mapping[str, Any]) -> Finding:
    """Judge whether name and password are all that Keycloak asks of the user."""
    finding_id, username = "token.user", options["username"]
    if user is None:
        return _no_user(username, keycloak.realm.value or {})
    if not user.get("enabled", True):
        return Finding(finding_id, BROKEN, f"User {username} is disabled in Keycloak.", "Enable the user.")
    if (keycloak.lockout.value or {}).get("disabled"):
        seen = f"Keycloak has locked {username} out after failed logins (brute force detection)."
        return Finding(
            finding_id, BROKEN, seen, ("Unlock the user in Keycloak, and find out where the failed logins come from.")
        )
    provider = keycloak.provider.value or {}
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


def _asked_first(keycloak: KeycloakReadings, user: State) -> list[str]:
    """Return the questions that Keycloak asks the user after the password, in words."""
    realm = keycloak.realm.value or {}
    actions = keycloak.required_actions.value or []
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
        profile = keycloak.profile.value or {}
        client: State = keycloak.client.value or {}
        asked += [f"{what} (user profile)" for what in unfit(profile, user, _scopes_of(client))]
    return asked


def _is_read_only(keycloak: KeycloakReadings, user: State) -> bool:
    """Return whether the user is from a directory that Keycloak only reads: such a user is asked for nothing."""
    provider = keycloak.provider.value or {}
    mode = first_values(provider).get("editMode") or READ_ONLY
    return bool(user.get("federationLink")) and mode == READ_ONLY


def _scopes_of(client: State) -> list[str]:
    return [*(client.get("defaultClientScopes") or []), "openid"]


def _cannot(keycloak: KeycloakReadings, username: str, before: list[Finding]) -> str:
    """Return why nothing is known about the user; empty if something is."""
    if not username:
        return "No user is named."
    if keycloak.user is NOT_READ:
        return "Keycloak was not reached, or it refused the credentials."
    if keycloak.user.error:
        return why(keycloak.user)
    if are_broken(before, "ldap.enabled", "ldap.reachable"):
        return "Keycloak cannot reach the directory, so its data about the user may be old."
    return ""


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
