# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mapper for groups of an LDAP provider, by keycloak_ldap_mapper."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_TOKEN, Script
from support.module import RunModule, assert_one_clear_line

MODULE = "keycloak_ldap_mapper"
TYPE = "group-ldap-mapper"
MAPPER_TYPE = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
PROVIDER = {
    "id": "ldap-uuid",
    "name": "ldap",
    "providerId": "ldap",
    "providerType": "org.keycloak.storage.UserStorageProvider",
    "config": {"editMode": ["READ_ONLY"]},
}
NAMES = {"name": "groups", "parentId": "ldap-uuid", "providerId": TYPE, "providerType": MAPPER_TYPE}
NEEDED = {"groups_dn": "ou=groups,dc=example,dc=org", "mode": "READ_ONLY"}
WIRE = {"groups.dn": ["ou=groups,dc=example,dc=org"], "mode": ["READ_ONLY"]}
RECURSIVELY = "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY"
OPTIONS = [
    ("groups_dn", "ou=a,dc=b", "groups.dn", "ou=a,dc=b"),
    ("groups_path", "/ldap", "groups.path", "/ldap"),
    ("groups_ldap_filter", "(cn=cells-*)", "groups.ldap.filter", "(cn=cells-*)"),
    ("group_name_ldap_attribute", "cn", "group.name.ldap.attribute", "cn"),
    ("group_object_classes", ["top", "group"], "group.object.classes", "top,group"),
    ("preserve_group_inheritance", True, "preserve.group.inheritance", "true"),
    ("ignore_missing_groups", False, "ignore.missing.groups", "false"),
    ("membership_ldap_attribute", "memberUid", "membership.ldap.attribute", "memberUid"),
    ("membership_attribute_type", "UID", "membership.attribute.type", "UID"),
    ("membership_user_ldap_attribute", "uid", "membership.user.ldap.attribute", "uid"),
    ("memberof_ldap_attribute", "memberOf", "memberof.ldap.attribute", "memberOf"),
    ("user_groups_retrieve_strategy", RECURSIVELY, "user.roles.retrieve.strategy", RECURSIVELY),
    ("mapped_group_attributes", ["mail", "o"], "mapped.group.attributes", "mail,o"),
    ("drop_non_existing_groups_during_sync", True, "drop.non.existing.groups.during.sync", "true"),
    ("mode", "IMPORT", "mode", "IMPORT"),
]


def arguments(**own: Any) -> dict[str, Any]:
    """Return a task's arguments."""
    return {**BY_TOKEN, "ldap_provider": "ldap", "name": "groups", "mapper_type": TYPE, **own}


def mapper(config: dict[str, list[str]], **own: str) -> dict[str, Any]:
    """Return the mapper as Keycloak shows it."""
    return {"id": "mapper-uuid", **NAMES, "config": config, **own}


def looks(script: Script, *found: dict[str, Any]) -> None:
    """Expect the realm's components to be read."""
    script.get("components", [PROVIDER, *found])


@pytest.mark.parametrize(("option", "value", "key", "text"), OPTIONS)
def test_each_option_becomes_its_setting_and_others_are_kept(
    option: str, value: Any, key: str, text: str, *, keycloak: Script, run_module: RunModule
) -> None:
    before = {"kept": ["1"], **WIRE, key: ["another value"]}
    after = mapper({**before, key: [text]})
    looks(keycloak, mapper(before))
    keycloak.put("components/mapper-uuid", after)
    keycloak.clears_user_cache()
    keycloak.get("components", [after], parent="ldap-uuid", type=MAPPER_TYPE)
    looks(keycloak, after)

    done = run_module(MODULE, arguments(**{option: value}))
    again = run_module(MODULE, arguments(**{option: value}))

    assert done["actions"] == [f"update LDAP mapper groups: {key}"]
    assert again["changed"] is False


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({}, ["To create it, give groups_dn and mode"]),
        ({**NEEDED, "groups_dn": None}, ["To create it, give groups_dn"]),
        (
            {**NEEDED, "preserve_group_inheritance": True, "membership_attribute_type": "UID"},
            ["preserve_group_inheritance", "membership_attribute_type DN"],
        ),
        ({**NEEDED, "groups_ldap_filter": "cn=cells-*"}, ["groups_ldap_filter", "parentheses"]),
        ({**NEEDED, "mode": "LDAP_ONLY"}, ["LDAP_ONLY", "READ_ONLY"]),
    ],
    ids=["nothing", "no DN", "inheritance by user name", "a filter without parentheses", "nothing may be written"],
)
def test_settings_that_keycloak_would_refuse_are_refused_first_in_check_mode_too(
    own: dict[str, Any], words: list[str], check: bool, *, keycloak: Script, run_module: RunModule
) -> None:
    looks(keycloak)

    assert_one_clear_line(run_module(MODULE, arguments(**own), check=check), *words)


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"ldap_attribute": "memberOf"}, ["ldap_attribute", "user-attribute-ldap-mapper"]),
        ({"mapper_type": "user-attribute-ldap-mapper", "groups_dn": "ou=a"}, ["groups_dn", "group-ldap-mapper"]),
        ({"groups_dn": "ou=a", "config": {"groups.dn": "ou=b"}}, ["groups.dn", "groups_dn", "Use only one"]),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_any_call(
    own: dict[str, Any], words: list[str], keycloak: Script, run_module: RunModule
) -> None:
    assert_one_clear_line(run_module(MODULE, arguments(**own)), *words)


@pytest.mark.parametrize("used", [True, False])
def test_it_is_removed_unless_a_client_has_groups_in_its_tokens(
    used: bool, keycloak: Script, run_module: RunModule
) -> None:
    of_groups = {"protocolMapper": "oidc-group-membership-mapper", "config": {"claim.name": "groups"}}
    of_roles = {"protocolMapper": "oidc-usermodel-realm-role-mapper", "config": {"claim.name": "groups"}}
    looks(keycloak, mapper(WIRE))
    keycloak.get("client-scopes", [])
    keycloak.get("clients", [{"clientId": "demo", "protocolMappers": [of_groups if used else of_roles]}])

    outcome = run_module(MODULE, arguments(state="absent", if_unused=True), check=True)

    assert outcome["changed"] is not used
    assert outcome["used_by"] == (["demo"] if used else [])
