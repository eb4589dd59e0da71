# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the values of the claim come from: each source and the protocol mapper that Keycloak has for it (row S2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """A type of protocol mapper and its settings."""

    protocol_mapper: str
    """The type by Keycloak's name."""
    suffix: str
    """The suffixes for the name of the guide's mapper, so that each type has its own mapper."""
    fixed: dict[str, Any]
    """Settings with their values, by Keycloak's names."""
    given: dict[str, str]
    """Settings whose values the caller gives: Keycloak's name to the key in the caller's settings."""


LIST_OF_TEXT = {"jsonType.label": "String", "multivalued": True}
EVERYWHERE = {"id.token.claim": True, "access.token.claim": True, "userinfo.token.claim": True}

ATTRIBUTE = Kind(
    "oidc-usermodel-attribute-mapper",
    "",
    {**LIST_OF_TEXT, **EVERYWHERE, "aggregate.attrs": True},
    {"user.attribute": "attribute"},
)
GROUPS = Kind("oidc-group-membership-mapper", ": groups", EVERYWHERE, {"full.path": "full_path"})
REALM_ROLES = Kind(
    "oidc-usermodel-realm-role-mapper",
    ": realm roles",
    {**LIST_OF_TEXT, **EVERYWHERE},
    {"usermodel.realmRoleMapping.rolePrefix": "role_prefix"},
)
CLIENT_ROLES = Kind(
    "oidc-usermodel-client-role-mapper",
    ": client roles",
    {**LIST_OF_TEXT, **EVERYWHERE},
    {
        "usermodel.clientRoleMapping.clientId": "client",
        "usermodel.clientRoleMapping.rolePrefix": "role_prefix",
    },
)

SOURCES = {
    "ldap_attribute": ATTRIBUTE,
    "user_attribute": ATTRIBUTE,
    "groups": GROUPS,
    "realm_roles": REALM_ROLES,
    "client_roles": CLIENT_ROLES,
}
"""Each source by its name in the role's variable."""

GROUP_SOURCE_OPTIONS: dict[str, Any] = {
    "groups_source": {"type": "list", "elements": "str", "choices": list(SOURCES), "default": []},
    "groups_full_path": {"type": "bool", "default": False},
    "groups_client": {"type": "str", "default": ""},
    "groups_role_prefix": {"type": "str", "default": ""},
}
"""The part of an argument spec that doc_fragments/group_sources.py documents."""
ROLE_SOURCES = frozenset({"realm_roles", "client_roles"})

MERGES = (24, 0, 5)
"""The first version seen to merge the groups with the values of other mappers in the same claim (22.0.5 loses one)."""


def version_number(version: str) -> tuple[int, ...]:
    """Return a version of Keycloak, such as 26.7.3, as numbers."""
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def claim_name(claim: str) -> str:
    """Return a claim as a mapper's setting has it: a dot without a backslash would nest it."""
    return claim.replace(".", "\\.")


def mapper_config(kind: Kind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a protocol mapper by Keycloak's names.

    settings: attribute (the user attribute, and the claim), full_path, client (its client id), role_prefix.
    """
    given = {key: settings[name] for key, name in kind.given.items()}
    return {"claim.name": claim_name(settings["attribute"]), **kind.fixed, **given}


def protocol_mappers(sources: Iterable[str], name: str, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one entry of protocol_mappers (keycloak_client_scope) for each type: wanted ones first, others absent.

    sources: keys of SOURCES. name: of the guide's mapper. settings: as for mapper_config. A mapper is absent only if
    it writes the same claim, so that one of somebody else's that has the name stays.
    """
    wanted = dict.fromkeys(SOURCES[source].protocol_mapper for source in sources)
    kinds = {kind.protocol_mapper: kind for kind in SOURCES.values()}
    present = [_entry(kinds[each], name, mapper_config(kinds[each], settings), "present") for each in wanted]
    claim = {"claim.name": claim_name(settings["attribute"])}
    return present + [_entry(kind, name, claim, "absent") for each, kind in kinds.items() if each not in wanted]


def _entry(kind: Kind, name: str, config: dict[str, Any], state: str) -> dict[str, Any]:
    return {
        "name": f"{name}{kind.suffix}",
        "protocol_mapper": kind.protocol_mapper,
        "config": config,
        "state": state,
    }
