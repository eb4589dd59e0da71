# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of LDAP mappers: which options each takes, and what Keycloak calls them (rows L1, L2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_given_once

ATTRIBUTE_MAPPER = "user-attribute-ldap-mapper"
GROUP_MAPPER = "group-ldap-mapper"

CONFIG = {
    "user_model_attribute": "user.model.attribute",
    "ldap_attribute": "ldap.attribute",
    "read_only": "read.only",
    "always_read_value_from_ldap": "always.read.value.from.ldap",
    "mandatory_in_ldap": "is.mandatory.in.ldap",
}
"""Options of the attribute mapper: option to key of the component's config."""

GROUP_CONFIG = {
    "groups_dn": "groups.dn",
    "groups_path": "groups.path",
    "groups_ldap_filter": "groups.ldap.filter",
    "group_name_ldap_attribute": "group.name.ldap.attribute",
    "group_object_classes": "group.object.classes",
    "preserve_group_inheritance": "preserve.group.inheritance",
    "ignore_missing_groups": "ignore.missing.groups",
    "membership_ldap_attribute": "membership.ldap.attribute",
    "membership_attribute_type": "membership.attribute.type",
    "membership_user_ldap_attribute": "membership.user.ldap.attribute",
    "memberof_ldap_attribute": "memberof.ldap.attribute",
    "user_groups_retrieve_strategy": "user.roles.retrieve.strategy",
    "mapped_group_attributes": "mapped.group.attributes",
    "drop_non_existing_groups_during_sync": "drop.non.existing.groups.during.sync",
    "mode": "mode",
}
"""Options of the group mapper, likewise."""

OPTIONS_OF = {GROUP_MAPPER: GROUP_CONFIG}
"""The options of a type, if they are not those of the attribute mapper."""

REQUIRED = {ATTRIBUTE_MAPPER: ("user_model_attribute", "ldap_attribute"), GROUP_MAPPER: ("groups_dn", "mode")}
"""The options that a new mapper of a type requires."""

STRATEGIES = {
    "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE": "by the membership attribute of each group",
    "GET_GROUPS_FROM_USER_MEMBEROF_ATTRIBUTE": "by an attribute of the user's entry",
    "LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY": "by the membership attribute, through nested groups",
}
"""How Keycloak finds the groups of a user, by its own names."""

MODES = ("READ_ONLY", "LDAP_ONLY", "IMPORT")


def group_argument_spec() -> dict[str, Any]:
    """Return the options of the group mapper for an argument spec."""
    flags = ("preserve_group_inheritance", "ignore_missing_groups", "drop_non_existing_groups_during_sync")
    lists = ("group_object_classes", "mapped_group_attributes")
    spec: dict[str, Any] = {option: {"type": "str"} for option in GROUP_CONFIG}
    spec.update({option: {"type": "bool"} for option in flags})
    spec.update({option: {"type": "list", "elements": "str"} for option in lists})
    spec["membership_attribute_type"]["choices"] = ["DN", "UID"]
    spec["user_groups_retrieve_strategy"]["choices"] = list(STRATEGIES)
    spec["mode"]["choices"] = list(MODES)
    return spec


def check_mapper_options(options: Mapping[str, Any]) -> None:
    """Refuse options of another type of mapper, and a setting that is given twice. Raises InvalidInput."""
    own = OPTIONS_OF.get(options["mapper_type"], CONFIG)
    other = CONFIG if own is GROUP_CONFIG else GROUP_CONFIG
    strange = [option for option in other if options[option] is not None]
    if strange:
        right = GROUP_MAPPER if other is GROUP_CONFIG else ATTRIBUTE_MAPPER
        raise InvalidInput(f"{', '.join(strange)}: this is for mapper_type {right}, not {options['mapper_type']}.")
    check_given_once(options, "config", own)


def declared_config(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the options give, by Keycloak's names. Keycloak writes a list as text with commas."""
    own = OPTIONS_OF.get(options["mapper_type"], CONFIG)
    given = {key: options[option] for option, key in own.items() if options[option] is not None}
    joined = {key: ",".join(value) if isinstance(value, list) else value for key, value in given.items()}
    return {**joined, **(options["config"] or {})}


def check_new(options: Mapping[str, Any], title: str) -> None:
    """Refuse a new mapper without a required option, although Keycloak would accept it. Raises InvalidInput."""
    own = OPTIONS_OF.get(options["mapper_type"], CONFIG)
    config = options["config"] or {}
    required = REQUIRED.get(options["mapper_type"], ())
    lacking = [option for option in required if not (options[option] or config.get(own[option]))]
    if lacking:
        raise InvalidInput(f"The {title} does not exist. To create it, give {' and '.join(lacking)}.")


def check_group_config(config: Mapping[str, str], edit_mode: str, title: str) -> None:
    """Refuse settings that Keycloak would only refuse at the write. Raises InvalidInput.

    config: the settings as they would be, {key: text}. edit_mode: of the provider.
    """
    inherits = config.get("preserve.group.inheritance") == "true"
    if inherits and config.get("membership.attribute.type") == "UID":
        raise InvalidInput(f"The {title}: preserve_group_inheritance needs membership_attribute_type DN.")
    ldap_filter = config.get("groups.ldap.filter", "").strip()
    if ldap_filter and not (ldap_filter.startswith("(") and ldap_filter.endswith(")")):
        raise InvalidInput(f"The {title}: groups_ldap_filter needs parentheses, as in (cn=cells-*).")
    if config.get("mode") == "LDAP_ONLY" and edit_mode != "WRITABLE":
        raise InvalidInput(
            f"The {title}: mode LDAP_ONLY writes to the directory, but the edit mode of the LDAP provider is "
            f"{edit_mode or 'not set'}. Use READ_ONLY or IMPORT."
        )
