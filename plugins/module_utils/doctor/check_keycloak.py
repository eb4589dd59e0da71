# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is Keycloak's side as the guide has it: realm, client scope, LDAP provider (rows S1, S2, L1, L2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_client import check_client, number
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_groups import (
    RUN,
    check_claim_mappers,
    check_role_scope,
    gives,
    group_mappers,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    NOT_CHECKED,
    OK,
    WARNING,
    Finding,
    judged,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_groups import sources_of
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, Reading, why
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, ServerError
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mapper_types import ATTRIBUTE_MAPPER, CONFIG
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import (
    MODEL_ATTRIBUTE,
    duplicates,
    first_values,
)
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

NEEDS_BASIC, SUB_WITHOUT_BASIC = (25,), (26, 7)
"""Versions of Keycloak: from which on sub comes from the client scope basic, and then only that of access tokens."""
SUB_MAPPER = "oidc-sub-mapper"


def check_keycloak(readings: KeycloakReadings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    """Return the findings of keycloak.*, client.*, scope.* and ldap.*.

    readings: those of read_keycloak. options: those of doctor_info. connector_config: configoidc of the connector; {}
    if it is not known.
    """
    discovery, login = readings.discovery, readings.login
    if discovery.error:
        todo = f"Start Keycloak, and check the URL {options['auth_keycloak_url']} and the realm {options['realm']}."
        return [
            Finding("keycloak.reachable", BROKEN, str(discovery.error), todo),
            *skipped("Keycloak was not reached.", "keycloak.realm", "client.*", "scope.*", "ldap.*"),
        ]
    reached = Finding("keycloak.reachable", OK, f"{discovery.value} answers.")
    if login.error:
        return [reached, *skipped(why(login), "keycloak.realm", "client.*", "scope.*", "ldap.*")]
    return [
        reached,
        *_check_realm(readings.realm, options["realm"]),
        *check_client(readings, options, connector_config),
        *_check_scope(readings, options, connector_config),
        check_role_scope(readings, options, readings.client.value),
        *_check_ldap(readings, options),
    ]


def _check_realm(reading: Reading, name: str) -> list[Finding]:
    if reading.error:
        return skipped(why(reading), "keycloak.realm")
    enabled = reading.value.get("enabled")
    if enabled is None:
        return skipped(
            ("Keycloak only shows the name of the realm, because the account lacks the role view-realm."),
            "keycloak.realm",
        )
    seen = f"Realm {name} is {'enabled' if enabled else 'disabled'}."
    return [judged("keycloak.realm", bool(enabled), seen, f"Enable realm {name} in Keycloak.")]


def _check_scope(readings: KeycloakReadings, options: Mapping[str, Any], connector_config: State) -> list[Finding]:
    reading, name = readings.client_scopes, options["client_scope"]
    if reading.error:
        return skipped(why(reading), "scope.*")
    scopes = {scope["name"]: scope for scope in reading.value}
    client: State | None = readings.client.value
    if client is None:
        assigned = skipped(
            ("There is no client, so nothing can be assigned to it."),
            "scope.assigned",
            "scope.basic",
            "scope.requested",
        )
    else:
        asked = {*client.get("defaultClientScopes", [])}
        asked |= {*client.get("optionalClientScopes", [])} & {*(connector_config.get("scopes") or [])}
        assigned = [
            _check_assigned(name, name in scopes, client, name in asked, options),
            _check_basic(scopes, client, readings),
        ]
        assigned.append(_check_requested(client, connector_config))
    if name not in scopes:
        return [*assigned, *skipped(f"There is no client scope {name}.", "scope.mapper")]
    asks_userinfo = bool(connector_config.get("getUserInfo"))
    return [*assigned, check_claim_mappers(scopes[name], options, asks_userinfo)]


def _check_assigned(name: str, there: bool, client: State, asked: bool, options: Mapping[str, Any]) -> Finding:
    if not there:
        seen = f"The realm has no client scope {name}."
    elif not asked and name in client.get("optionalClientScopes", []):
        seen = f"{name} is an optional client scope, and the connector does not ask for it."
    else:
        seen = f"The client has {name}." if asked else f"The client does not have {name}."
    todo = f"Assign {name} to the client as a default scope: run the role setup."
    return _judged_by_claim("scope.assigned", asked, seen, todo, client, options["groups_attribute"])


def _check_requested(client: State, connector_config: State) -> Finding:
    """Compare the scopes that Cells requests with those of the client. Without a list, Cells requests profile and
    email."""
    finding_id, name = "scope.requested", client["clientId"]
    if not connector_config:
        return skipped("The connector is not known.", finding_id)[0]
    asked = [scope for scope in connector_config.get("scopes") or ["profile", "email"] if scope != "openid"]
    has = {*client.get("defaultClientScopes", []), *client.get("optionalClientScopes", [])}
    lacking = ", ".join(scope for scope in asked if scope not in has)
    seen = f"The client has every scope that Cells asks for ({', '.join(asked) or 'openid only'})."
    if lacking:
        seen = f"Cells asks for {', '.join(asked)}, and {name} does not have {lacking}."
    todo = f"Assign {lacking} to {name}, as default or optional client scopes: run the role setup."
    return judged(finding_id, not lacking, seen, todo)


def _check_basic(scopes: Mapping[str, State], client: State, readings: KeycloakReadings) -> Finding:
    """Judge whether tokens have a sub. 26.7.3 gives ID token and userinfo one in any case (measured)."""
    version: str | None = readings.version.value
    if "basic" not in scopes and (version is None or number(version) < NEEDS_BASIC):
        return Finding("scope.basic", OK, "This realm has no scope basic. Keycloak needs it from version 25 on.")
    there = "basic" in client.get("defaultClientScopes", [])
    seen = "The client has basic." if there else "The client does not have basic as a default scope."
    todo = "Assign the client scope basic to the client as a default scope: run the role setup."
    found = _judged_by_claim("scope.basic", there, seen, todo, client, "sub")
    id_token = (readings.tokens.value or {}).get("id_token", {"sub": ""})
    if found.verdict == BROKEN and number(version) >= SUB_WITHOUT_BASIC and "sub" in id_token:
        return found._replace(verdict=WARNING, seen=f"{seen} Its access tokens have no sub.")
    return found


def _judged_by_claim(finding_id: str, good: bool, seen: str, todo: str, client: State, claim: str) -> Finding:
    """Return a finding about a scope, at most a warning if the client's own mapper sets the scope's claim."""
    own = [mapper["name"] for mapper in client.get("protocolMappers") or [] if _gives(mapper, claim)]
    if own and not good:
        return Finding(finding_id, WARNING, f"{seen} The client's own mapper {own[0]} sets {claim}.", todo)
    return judged(finding_id, good, seen, todo)


def _gives(mapper: State, claim: str) -> bool:
    if claim == "sub" and mapper.get("protocolMapper") == SUB_MAPPER:
        return True
    return gives(mapper, claim)


def _check_ldap(readings: KeycloakReadings, options: Mapping[str, Any]) -> list[Finding]:
    if not options["ldap_provider"]:
        return skipped("No LDAP provider is named.", "ldap.*")
    provider = readings.provider
    if isinstance(provider.error, InvalidInput):
        todo = "Give the name or id of an existing provider, or add the provider in Keycloak's user federation."
        return [
            Finding("ldap.enabled", BROKEN, str(provider.error), todo),
            *skipped("There is no such LDAP provider.", "ldap.reachable", "ldap.mapper", "ldap.cache"),
        ]
    if provider.error:
        return skipped(why(provider), "ldap.*")
    config = {key: values[0] for key, values in provider.value.get("config", {}).items() if values}
    enabled = config.get("enabled", "true") == "true"
    name = provider.value["name"]
    return [
        judged(
            "ldap.enabled",
            enabled,
            f"LDAP provider {name} is {'enabled' if enabled else 'disabled'}.",
            f"Enable the LDAP provider {name}.",
        ),
        _check_ldap_login(readings.ldap_test, config),
        _check_ldap_mapper(readings, options, provider.value["id"]),
        _check_cache(config),
    ]


def _check_cache(config: Mapping[str, str]) -> Finding:
    """Judge the provider's cache policy; Keycloak's names for them, and DEFAULT if there is none."""
    policy = config.get("cachePolicy") or "DEFAULT"
    lag = {
        "NO_CACHE": "at the next login",
        "EVICT_DAILY": "within a day",
        "EVICT_WEEKLY": "within a week",
        "MAX_LIFESPAN": f"within {int(config.get('maxLifespan') or 0) // 1000} s",
    }.get(policy, "only when Keycloak drops the user from its cache, or restarts")
    seen = f"The cache policy is {policy}: changes in the directory arrive {lag}."
    todo = (
        "Set the cache policy of the LDAP provider to NO_CACHE (sso_ldap_cache_policy of the role setup), or to "
        "MAX_LIFESPAN with an acceptable lifetime."
    )
    return judged("ldap.cache", policy not in ("DEFAULT", "EVICT_WEEKLY"), seen, todo, WARNING)


def _check_ldap_login(test: Reading, config: Mapping[str, str]) -> Finding:
    url = config.get("connectionUrl", "")
    if test.error is None:
        return Finding("ldap.reachable", OK, f"Keycloak can log in to {url}.")
    if isinstance(test.error, ServerError) and test.error.status == 400:
        who, reason = config.get("bindDn") or "nobody", test.error.words or "no reason given"
        seen = f"Keycloak cannot log in to {url} as {who}: {reason}."
        return Finding(
            "ldap.reachable",
            BROKEN,
            seen,
            ("Check that the directory is running, and check its URL, bind DN and password in Keycloak."),
        )
    return Finding("ldap.reachable", NOT_CHECKED, why(test))


def _check_ldap_mapper(readings: KeycloakReadings, options: Mapping[str, Any], provider_id: str) -> Finding:
    reading, finding_id = readings.mappers, "ldap.mapper"
    if reading.error:
        return skipped(why(reading), finding_id)[0]
    if "ldap_attribute" not in sources_of(options):
        return _check_group_mapper(readings)
    attribute = options["groups_attribute"]
    mappers = [m for m in reading.value if m.get("parentId") == provider_id and m.get("providerId") == ATTRIBUTE_MAPPER]
    profile = readings.profile.value or {}
    declared = {entry.get("name") for entry in profile.get("attributes") or []}
    twice = {name: names for name, names in duplicates(mappers).items() if name not in declared}
    if twice:
        seen = "; ".join(f"{' and '.join(names)} both fill the user attribute {name}" for name, names in twice.items())
        todo = "Remove all but one of them: Keycloak refuses the login of every user of this provider."
        return Finding(finding_id, BROKEN, f"{seen}.", todo)
    # The name counts in upper and lower case alike (seen on 26.7.3).
    own = [m for m in mappers if first_values(m).get(MODEL_ATTRIBUTE, "").lower() == attribute.lower()]
    found = [(m["name"], first_values(m)) for m in own]
    if not found:
        return Finding(finding_id, BROKEN, f"No mapper of the provider fills the user attribute {attribute}.", RUN)
    return _check_attribute_mapper(*found[0], options)


def _check_attribute_mapper(name: str, config: State, options: Mapping[str, Any]) -> Finding:
    """Judge by its settings whether a mapper brings the groups of LDAP users into the attribute at each login."""
    finding_id, attribute = "ldap.mapper", options["groups_attribute"]
    source = config.get(CONFIG["ldap_attribute"]) or "nothing"
    if source.lower() != options["ldap_attribute"].lower():
        seen = f"{name} fills {attribute} from {source}, not from {options['ldap_attribute']}."
        return Finding(finding_id, BROKEN, seen, RUN)
    if config.get("is.binary.attribute") == "true":
        seen = f"{name} takes {attribute} from {source} as binary, so that the groups are Base64."
        return Finding(finding_id, BROKEN, seen, "Turn off Is Binary Attribute of that mapper.")
    notes = {"always_read_value_from_ldap": "does not read it at each login", "read_only": "can also write to LDAP"}
    wrong = [note for option, note in notes.items() if config.get(CONFIG[option]) != "true"]
    seen = f"{name} fills {attribute} from {source}" + (f", but {' and '.join(wrong)}." if wrong else ".")
    return judged(finding_id, not wrong, seen, RUN, WARNING)


def _check_group_mapper(readings: KeycloakReadings) -> Finding:
    """Say which mapper brings groups of the directory to Keycloak; not every site has one."""
    finding_id = "ldap.mapper"
    mappers = group_mappers(readings)
    if not mappers:
        return skipped("The groups do not come from LDAP.", finding_id)[0]
    config = first_values(mappers[0])
    seen = f"{mappers[0]['name']} takes groups from {config.get('groups.dn')} (mode {config.get('mode') or 'not set'})"
    todo = "Set the mode to READ_ONLY, so that Keycloak takes memberships from the directory at each login."
    imports = config.get("mode") == "IMPORT"
    later = ", so later changes of membership do not arrive." if imports else "."
    return judged(finding_id, not imports, f"{seen}{later}", todo, WARNING)
