#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_ldap_mapper
short_description: Manage a mapper of an LDAP provider in Keycloak
version_added: 0.1.0
description:
  - Creates, updates or removes a mapper of an LDAP user federation provider (rows L1 and L2 of the guide).
    The provider must exist. The module does not change the provider's other mappers. It changes the provider itself
    only if you set O(provider_cache_policy).
  - Only options that you give are compared and written. An empty string clears a value.
  - After each write, the module clears Keycloak's user cache, so that the mapper also applies to users who have logged
    in before.
  - For O(if_unused), a client uses the mapper if a protocol mapper of the client or of one of its client scopes writes
    the user attribute into its tokens. For V(group-ldap-mapper), a client uses the mapper if its tokens contain groups.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.usage
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the LDAP provider.
    type: str
    required: true
  state:
    description:
      - Whether the mapper exists.
      - V(absent) fails if the mapper has another O(mapper_type). If you give O(user_model_attribute), it keeps a mapper
        that fills another attribute. If the provider does not exist, it warns and does nothing.
    type: str
    choices: [present, absent]
    default: present
  ldap_provider:
    description: Name or id of the LDAP provider.
    type: str
    required: true
  name:
    description: The mapper's name, by which it is found (row L1).
    type: str
    required: true
  mapper_type:
    description:
      - The mapper's type by Keycloak's name. The type of an existing mapper cannot be changed.
      - The options from O(groups_dn) to O(mode) are for V(group-ldap-mapper), those from O(user_model_attribute) to
        O(mandatory_in_ldap) for other types.
    type: str
    default: user-attribute-ldap-mapper
  user_model_attribute:
    description: The user attribute in Keycloak that the mapper fills (row L2).
    type: str
  ldap_attribute:
    description: The LDAP attribute that the mapper reads (row L2).
    type: str
  read_only:
    description: Whether the attribute is never written back to LDAP (row L2).
    type: bool
  always_read_value_from_ldap:
    description:
      - Whether the value comes from LDAP each time Keycloak loads the user, not from Keycloak's own database (row L2).
      - Keycloak does not load users again that are in its cache. So the cache policy of the LDAP provider decides when
        changes in the directory arrive. See O(provider_cache_policy).
    type: bool
  mandatory_in_ldap:
    description: Whether entries in LDAP must have the attribute.
    type: bool
  groups_dn:
    description: The DN below which the groups are. A new group mapper needs it.
    type: str
    version_added: 1.0.0
  groups_path:
    description: The path of the Keycloak group below which the groups are created. It must exist. The default is V(/).
    type: str
    version_added: 1.0.0
  groups_ldap_filter:
    description: An LDAP filter that groups must match, in parentheses, such as V((cn=cells-*\)).
    type: str
    version_added: 1.0.0
  group_name_ldap_attribute:
    description: The LDAP attribute with the group's name, such as V(cn).
    type: str
    version_added: 1.0.0
  group_object_classes:
    description: The object classes of groups, such as V(groupOfNames), or V(group) in Active Directory.
    type: list
    elements: str
    version_added: 1.0.0
  preserve_group_inheritance:
    description:
      - Whether a group that is a member of another group becomes its subgroup in Keycloak. If not, all groups are on
        one level.
      - Keycloak allows a group one parent only, so the synchronization fails if a group is a member of two.
    type: bool
    version_added: 1.0.0
  ignore_missing_groups:
    description: Whether the synchronization skips members that are groups outside O(groups_dn), instead of failing.
    type: bool
    version_added: 1.0.0
  membership_ldap_attribute:
    description: The attribute of a group that lists its members, such as V(member) or V(memberUid).
    type: str
    version_added: 1.0.0
  membership_attribute_type:
    description: Whether that attribute contains the DNs of members or their user names.
    type: str
    choices: [DN, UID]
    version_added: 1.0.0
  membership_user_ldap_attribute:
    description: For V(UID), the attribute of a user's entry that the group names, such as V(uid).
    type: str
    version_added: 1.0.0
  memberof_ldap_attribute:
    description: The attribute of a user's entry with its groups, for V(GET_GROUPS_FROM_USER_MEMBEROF_ATTRIBUTE).
    type: str
    version_added: 1.0.0
  user_groups_retrieve_strategy:
    description:
      - How Keycloak finds the groups of a user.
      - V(LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY) finds nested groups too. It uses the matching rule
        C(LDAP_MATCHING_RULE_IN_CHAIN), which Active Directory supports and OpenLDAP does not.
    type: str
    choices:
      - LOAD_GROUPS_BY_MEMBER_ATTRIBUTE
      - GET_GROUPS_FROM_USER_MEMBEROF_ATTRIBUTE
      - LOAD_GROUPS_BY_MEMBER_ATTRIBUTE_RECURSIVELY
    version_added: 1.0.0
  mapped_group_attributes:
    description: LDAP attributes of a group that become attributes of the Keycloak group.
    type: list
    elements: str
    version_added: 1.0.0
  drop_non_existing_groups_during_sync:
    description:
      - Whether a synchronization removes Keycloak groups that are not in LDAP.
      - This includes groups below O(groups_path) that somebody created in Keycloak.
    type: bool
    version_added: 1.0.0
  mode:
    description:
      - V(READ_ONLY) takes memberships from LDAP. V(LDAP_ONLY) also writes them to LDAP and needs a writable LDAP
        provider. V(IMPORT) keeps them in Keycloak. A new group mapper needs this option.
      - With V(IMPORT), later changes in LDAP do not reach users that Keycloak already has.
    type: str
    choices: [READ_ONLY, LDAP_ONLY, IMPORT]
    version_added: 1.0.0
  config:
    description:
      - Further settings, or those of other types, by Keycloak's own names. Values may be lists of text.
      - If a setting has its own option, use either that option or this one, not both.
      - Settings that you do not name stay as they are. An empty value clears a setting.
    type: dict
  apart_from_client_scopes:
    description:
      - Names of client scopes that do not count for O(if_unused). If an earlier task removes the protocol mapper from a
        client scope, name the scope here, because check mode still sees the mapper.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  take_over:
    description:
      - Whether to take over a mapper with another name that already fills O(user_model_attribute). The module renames
        it and changes it as declared.
      - Otherwise, the task fails if there is such a mapper, in check mode too. With two mappers for one user
        attribute, Keycloak refuses the login of every user of the provider.
    type: bool
    default: false
    version_added: 1.0.0
  provider_cache_policy:
    description:
      - The cache policy of the LDAP provider. It applies to all users of the provider. Requires O(state=present).
      - With V(DEFAULT), changes in the directory, such as those of a user's groups, arrive only when the user leaves
        Keycloak's cache. With V(NO_CACHE), they arrive at the next login.
      - If you do not give it, the cache policy stays as it is.
    type: str
    choices: [DEFAULT, NO_CACHE]
    version_added: 1.0.0
seealso:
  - module: cellsops.sso.keycloak_client_scope
  - module: cellsops.sso.keycloak_ldap_sync
"""

EXAMPLES = r"""
- name: Copy the groups of LDAP users to a user attribute
  cellsops.sso.keycloak_ldap_mapper:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    ldap_provider: ldap
    name: memberOf to group
    user_model_attribute: cellsgroups
    ldap_attribute: memberOf
    read_only: true
    always_read_value_from_ldap: true

- name: Import LDAP groups as groups in Keycloak
  cellsops.sso.keycloak_ldap_mapper:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    ldap_provider: ldap
    name: groups
    mapper_type: group-ldap-mapper
    groups_dn: ou=test-pydio-cells,dc=example,dc=org
    group_name_ldap_attribute: cn
    group_object_classes: [groupOfNames]
    membership_ldap_attribute: member
    membership_attribute_type: DN
    preserve_group_inheritance: false
    mode: READ_ONLY

- name: Create a mapper of another type
  cellsops.sso.keycloak_ldap_mapper:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    ldap_provider: ldap
    name: full name
    mapper_type: full-name-ldap-mapper
    config:
      ldap.full.name.attribute: displayName
      read.only: true
      write.only: false
"""

RETURN = r"""
ldap_mapper:
  description:
    - The mapper as Keycloak shows it, as a component, or in check mode as it would be. Empty for O(state=absent).
  type: dict
  returned: success
  sample:
    id: 3c1f0b8e-7a52-4d0e-8d5d-1d2c3b4a5f6e
    name: memberOf to group
    providerId: user-attribute-ldap-mapper
    config:
      ldap.attribute: [memberOf]
      user.model.attribute: [cellsgroups]
used_by:
  description: Ids of the clients that use the mapper, which therefore stays.
  type: list
  elements: str
  returned: when O(if_unused=true)
  sample: [other.cells.pydio]
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["create LDAP mapper memberOf to group"]
diff:
  description: The declared keys before and after.
  type: dict
  returned: success
  sample:
    before: {config: {read.only: ["false"]}}
    after: {config: {read.only: ["true"]}}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_ldap_mapper import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
