# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a user's groups come from, and whether each source reaches the claim (row S2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    OK,
    WARNING,
    Finding,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.read_groups import sources_of
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import KeycloakReadings, why
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import (
    ATTRIBUTE,
    GROUPS,
    ROLE_SOURCES,
    SOURCES,
    claim_name,
    mapper_config,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mapper_types import GROUP_MAPPER
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State, text_map

RUN = "Create it as in the guide: run the role setup."
BETTER = ("access.token.claim", "userinfo.token.claim", "aggregate.attrs")
"""Settings without which Cells still gets the groups."""


def from_attribute(options: Mapping[str, Any]) -> bool:
    """Return whether a user attribute is one of the sources."""
    return any(SOURCES[source] is ATTRIBUTE for source in sources_of(options))


def gives(mapper: State, claim: str) -> bool:
    """Return whether a protocol mapper writes a claim. A dot nests a claim, unless there is a backslash before it."""
    name = str((mapper.get("config") or {}).get("claim.name") or "")
    return name == claim_name(claim)


def check_claim_mappers(scope: State, options: Mapping[str, Any], asks_userinfo: bool) -> Finding:
    """Judge the mappers of the claim. asks_userinfo: whether Cells also looks for claims in userinfo."""
    claim, mappers = options["groups_attribute"], scope.get("protocolMappers") or []
    found = {mapper.get("protocolMapper"): mapper for mapper in mappers if gives(mapper, claim)}
    verdicts = [
        _check_mapper(found, source, scope, options, asks_userinfo) for source in dict.fromkeys(sources_of(options))
    ]
    worst = next((v for rank in (BROKEN, WARNING) for v in verdicts if v.verdict == rank), None)
    if worst:
        return worst
    return Finding("scope.mapper", OK, " ".join(dict.fromkeys(finding.seen for finding in verdicts)))


def _check_mapper(
    found: Mapping[Any, State], source: str, scope: State, options: Mapping[str, Any], asks_userinfo: bool
) -> Finding:
    finding_id, kind, claim = "scope.mapper", SOURCES[source], options["groups_attribute"]
    if kind.protocol_mapper not in found:
        other = next(iter(found.values()), None)
        if other:
            own = other.get("protocolMapper")
            seen = f"{other['name']} writes the claim, but is a {own}, not a {kind.protocol_mapper}."
            return Finding(finding_id, WARNING if len(sources_of(options)) == 1 else BROKEN, seen, RUN)
        mappers = scope.get("protocolMappers") or []
        there = ", ".join(f"{m['name']} (claim {(m.get('config') or {}).get('claim.name')})" for m in mappers) or "none"
        return Finding(
            finding_id,
            BROKEN,
            (f"No mapper of {scope['name']} writes the claim {claim}. Existing mappers: {there}."),
            RUN,
        )
    mapper = found[kind.protocol_mapper]
    # Without a type, Keycloak leaves the text that it has as it is.
    shown = {"jsonType.label": "String", **{k: v for k, v in (mapper.get("config") or {}).items() if v}}
    settings = {"attribute": claim, "full_path": False, "client": "", "role_prefix": "", **_given(options)}
    wanted = text_map(mapper_config(kind, settings))
    by_userinfo = asks_userinfo and shown.get("userinfo.token.claim") == "true"
    better = (*BETTER, "id.token.claim") if by_userinfo else BETTER
    for verdict, keys in ((BROKEN, [k for k in wanted if k not in better]), (WARNING, better)):
        wrong = [
            f"{k} is {shown.get(k) or 'not set'}, not {wanted[k] or 'empty'}"
            for k in keys
            if k in wanted and (shown.get(k) or "") != wanted[k] and not _means_the_same(shown.get(k), wanted[k])
        ]
        if wrong:
            return Finding(finding_id, verdict, f"{mapper['name']}: {'; '.join(wrong)}.", RUN)
    seen = f"{mapper['name']} puts the user's {_what(source, options)} into ID token, access token and userinfo."
    return Finding(finding_id, OK, seen)


def _means_the_same(have: str | None, wanted: str) -> bool:
    return not have and wanted == "false"


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    names = {"full_path": "groups_full_path", "client": "groups_client", "role_prefix": "groups_role_prefix"}
    return {name: options[option] for name, option in names.items() if options.get(option) is not None}


def _what(source: str, options: Mapping[str, Any]) -> str:
    """Return in words which values of a user come from a source."""
    words = {
        "groups": "groups in Keycloak",
        "realm_roles": "realm roles",
        "client_roles": f"roles of the client {options.get('groups_client')}",
    }
    return words.get(source, str(options["groups_attribute"]))


def values_of(source: str, readings: KeycloakReadings, user: State, options: Mapping[str, Any]) -> list[str]:
    """Return the values of a user from a source, as they should be in the claim."""
    if SOURCES[source] is ATTRIBUTE:
        return list((user.get("attributes") or {}).get(options["groups_attribute"]) or [])
    key = "path" if options.get("groups_full_path") and SOURCES[source] is GROUPS else "name"
    names = [str(item.get(key)) for item in readings.source(source).own.value or []]
    if source not in ROLE_SOURCES:
        return names
    granted = readings.source(source).granted.value
    kept = [name for name in names if granted is None or name in granted]
    return [f"{options.get('groups_role_prefix') or ''}{name}" for name in kept]


def all_values(readings: KeycloakReadings, user: State, options: Mapping[str, Any]) -> list[str]:
    """Return the values of a user from all sources, each value once."""
    found = [v for source in sources_of(options) for v in values_of(source, readings, user, options)]
    return list(dict.fromkeys(found))


def check_role_scope(readings: KeycloakReadings, options: Mapping[str, Any], client: State | None) -> Finding:
    """Judge whether the client's tokens contain the roles: without full scope, Keycloak drops roles outside its
    scope."""
    finding_id = "scope.roles"
    sources = [source for source in sources_of(options) if source in ROLE_SOURCES]
    if not sources:
        return Finding(finding_id, OK, "The groups do not come from roles.")
    if client is None:
        return skipped("There is no client.", finding_id)[0]
    unread = [reading for source in sources for reading in readings.source(source) if reading.error]
    if unread:
        return skipped(why(unread[0]), finding_id)[0]
    if client.get("fullScopeAllowed") is not False:
        return Finding(
            finding_id, OK, ('The client\'s tokens contain all roles of a user ("Full scope allowed" is on).')
        )
    granted = {name for source in sources for name in readings.source(source).granted.value or []}
    has = [role["name"] for source in sources for role in readings.source(source).own.value or []]
    dropped = [name for name in has if name not in granted]
    todo = 'Turn on "Full scope allowed" for the client, or add the roles to the scope of the client scope.'
    if dropped or not granted:
        names = ", ".join(dropped[:5]) + (f" and {len(dropped) - 5} more" if len(dropped) > 5 else "")
        seen = f'"Full scope allowed" is off, and Keycloak drops the roles {names or "of everybody"}.'
        return Finding(finding_id, WARNING if granted.intersection(has) else BROKEN, seen, todo)
    return Finding(finding_id, OK, f'"Full scope allowed" is off, and the client\'s scope has {len(granted)} roles.')


def group_mappers(readings: KeycloakReadings) -> list[State]:
    """Return the mappers of the LDAP provider that bring groups of the directory to Keycloak."""
    mappers = readings.mappers.value or []
    return [mapper for mapper in mappers if mapper.get("providerId") == GROUP_MAPPER]


def source_links(
    readings: KeycloakReadings, user: State, options: Mapping[str, Any], ldap_broken: bool
) -> dict[str, tuple[str, list[str], list[str]]]:
    """Return the first links of the chain, up to the user's data in Keycloak: {id: (title, values, findings)}.

    ldap_broken: whether the directory's values are not to be shown.
    """
    links: dict[str, tuple[str, list[str], list[str]]] = {}
    sources, federated = sources_of(options), bool(user.get("federationLink")) and not ldap_broken
    values = {source: values_of(source, readings, user, options) for source in sources}
    if "ldap_attribute" in sources:
        own = values["ldap_attribute"] if federated else []
        links["ldap_group"] = (f"LDAP: {options['ldap_attribute']}", own, ["ldap.*"])
    elif "groups" in sources and group_mappers(readings) and user.get("federationLink"):
        name = group_mappers(readings)[0]["name"]
        links["ldap_group"] = (f"LDAP: mapper {name}", values["groups"] if federated else [], ["ldap.*"])
    providers = readings.identity_providers.value
    if providers:
        links["identity_provider"] = ("Identity provider", providers, [])
    if from_attribute(options):
        attribute = options["groups_attribute"]
        own = values.get("ldap_attribute") or values.get("user_attribute") or []
        links["keycloak_attribute"] = (f"Keycloak: attribute {attribute}", own, ["user_profile.*", "token.user"])
    titles = {"groups": ("keycloak_group", "Keycloak: groups"), "realm_roles": ("realm_role", "Keycloak: realm roles")}
    titles["client_roles"] = ("client_role", f"Keycloak: roles of {options.get('groups_client')}")
    for source, (link, title) in titles.items():
        if source in sources:
            about = ["token.user", *(["scope.roles"] if source in ROLE_SOURCES else [])]
            links[link] = (title, values[source], about)
    return links
