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
  - Makes, changes or removes a mapper of an LDAP user federation provider (rows L1 and L2 of the guide).
    The provider must be there, and is never changed, nor are its other mappers.
  - Only options that are given are compared and written; an empty string clears.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
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
      - Whether the mapper is to be there.
      - With V(absent), a mapper of another O(mapper_type) is refused, and where the provider is gone there is nothing
        to do, which a warning tells.
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
    description: The mapper's type by Keycloak's own name. The type of a mapper that is there cannot be changed.
    type: str
    default: user-attribute-ldap-mapper
  user_model_attribute:
    description: The user attribute in Keycloak that is filled (row L2).
    type: str
  ldap_attribute:
    description: The LDAP attribute that it is filled from (row L2).
    type: str
  read_only:
    description: Whether the attribute is never written back to LDAP (row L2).
    type: bool
  always_read_value_from_ldap:
    description:
      - Whether the value comes from LDAP each time Keycloak loads the user, not from its own database (row L2).
      - Users that are in Keycloak's cache are not loaded again. When changes in the directory arrive depends on the
        cache policy of the LDAP provider; with C(NO_CACHE) they arrive at the next login.
    type: bool
  mandatory_in_ldap:
    description: Whether entries in LDAP must have the attribute.
    type: bool
  config:
    description:
      - Further settings, or those of other types, by Keycloak's own names. Values may be lists of text.
      - A setting that has an option of its own is given by that or here, not by both.
      - Settings that are not named here stay as they are. An empty value clears one.
    type: dict
  if_unused:
    description:
      - Whether O(state=absent) leaves the LDAP mapper in place if a client of the realm has its user attribute in
        tokens, by a protocol mapper of its own or of a client scope.
      - Needs O(state=absent).
    type: bool
    default: false
    version_added: 1.0.0
  apart_from_clients:
    description:
      - Ids of clients that do not count for O(if_unused), such as those that an earlier task removes, which check mode
        still sees.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  take_over:
    description:
      - Whether a mapper of another name that already fills O(user_model_attribute) becomes this one. It is renamed and
        changed as declared.
      - Without it, the task fails if there is such a mapper, in check mode too. With two mappers for one user
        attribute, Keycloak refuses the login of every user of the provider.
    type: bool
    default: false
    version_added: 1.0.0
seealso:
  - module: cellsops.sso.keycloak_client_scope
"""

EXAMPLES = r"""
- name: The groups of LDAP users become a user attribute
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

- name: A mapper of another type
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
  description: The mapper as Keycloak shows it, a component; in check mode as it would be; empty for state V(absent).
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
  description: Ids of the clients that keep it in place.
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
