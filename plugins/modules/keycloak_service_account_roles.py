#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_service_account_roles
short_description: Manage the roles of a Keycloak client's service account
version_added: 1.0.0
description:
  - Grants roles of a client, such as the roles of C(realm-management) that this collection needs, to the service
    account of another client.
  - Also assigns the client scope C(kc-admin-api) to the client as a default client scope, if the realm's C(admin-cli)
    has it. Since version 26.8.2, Keycloak does not accept tokens without it for its admin REST API. With
    O(state=absent), the client scope stays.
  - The playbook C(cellsops.sso.service_account) uses it to create a least-privilege account.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  state:
    description: Whether the account has the O(roles).
    type: str
    choices: [present, absent]
    default: present
  realm:
    description: The realm of both clients.
    type: str
    required: true
  client_id:
    description: The client to whose service account you grant the roles. Its service account must be enabled.
    type: str
    required: true
  roles_client:
    description:
      - The client that the roles belong to. The default is the client with the rights to manage the realm, which is
        C(realm-management), or C(master-realm) in the realm C(master).
    type: str
  roles:
    description: Names of roles.
    type: list
    elements: str
    required: true
  mode:
    description:
      - V(add) keeps other roles of O(roles_client), V(exact) revokes them.
      - It has no effect with O(state=absent), which revokes only O(roles).
    type: str
    choices: [add, exact]
    default: add
seealso:
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: Grant the account the roles that the role setup needs
  cellsops.sso.keycloak_service_account_roles:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_password }}"
    realm: cells
    client_id: ansible
    roles: [manage-clients, manage-realm, view-users]
"""

RETURN = r"""
roles:
  description: The roles of O(roles_client) that are assigned to the account itself after the task.
  type: list
  elements: str
  returned: success
  sample: [manage-clients, manage-realm, view-users]
actions:
  description: The changes that were made, or would be made in check mode, in order, one line each.
  type: list
  elements: str
  returned: success
  sample: [assign view-users to service account of client ansible]
diff:
  description: The roles before and after.
  type: dict
  returned: success
  sample:
    before: {roles: [manage-clients]}
    after: {roles: [manage-clients, view-users]}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_service_account_roles import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
