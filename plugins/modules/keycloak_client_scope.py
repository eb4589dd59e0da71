#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_client_scope
short_description: Manage a client scope and its protocol mappers in Keycloak
version_added: 0.1.0
description:
  - Creates, updates or removes a client scope of a realm and its protocol mappers (rows S1 and S2 of the guide).
  - Only options that you give are compared and written. An empty string clears a value.
  - Use M(cellsops.sso.keycloak_oidc_client) to assign the scope to a client.
  - For O(if_unused), a client uses the scope if the scope is assigned to it.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.client_scope
  - cellsops.sso.usage
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the client scope.
    type: str
    required: true
  state:
    description: Whether the client scope exists.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: cellsops.sso.keycloak_oidc_client
  - module: cellsops.sso.keycloak_token_preview
"""

EXAMPLES = r"""
- name: Define the claim cellsgroups of the guide
  cellsops.sso.keycloak_client_scope:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    name: cellsscope
    description: Defines `cellsgroups` claim
    protocol_mappers:
      - name: User Group Mapper
        protocol_mapper: oidc-usermodel-attribute-mapper
        config:
          user.attribute: cellsgroups
          claim.name: cellsgroups
          jsonType.label: String
          id.token.claim: true
          access.token.claim: true
          userinfo.token.claim: true
          multivalued: true
          aggregate.attrs: true

- name: Take the claim from Keycloak's groups instead, and remove the mapper for the user attribute
  cellsops.sso.keycloak_client_scope:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    name: cellsscope
    protocol_mappers: "{{ ['groups'] | cellsops.sso.group_mappers('cellsgroups', 'User Group Mapper') }}"

- name: Remove the scope
  cellsops.sso.keycloak_client_scope:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    name: cellsscope
    state: absent
"""

RETURN = r"""
client_scope:
  description: The client scope as Keycloak represents it, or as it would be in check mode. Empty for O(state=absent).
  type: dict
  returned: success
  contains:
    name:
      description: The scope's name.
      type: str
      returned: success
    protocolMappers:
      description: The protocol mappers, by name.
      type: dict
      returned: success
  sample:
    id: 0a4a4a0e-5d4c-4a2b-9f0e-0f4d4e5f6a7b
    name: cellsscope
    protocol: openid-connect
    protocolMappers:
      User Group Mapper:
        protocolMapper: oidc-usermodel-attribute-mapper
        config: {claim.name: cellsgroups, multivalued: "true"}
used_by:
  description: Ids of the clients that use the client scope, which therefore stays.
  type: list
  elements: str
  returned: when O(if_unused=true)
  sample: [other.cells.pydio]
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["create client scope cellsscope", "create protocol mapper User Group Mapper of client scope cellsscope"]
diff:
  description: The declared keys before and after.
  type: dict
  returned: success
  sample:
    before: {description: ""}
    after: {description: "Defines `cellsgroups` claim"}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_client_scope import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
