#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_service_account_roles
short_description: Manage the roles of a Keycloak client's service account
version_added: 0.2.0
description:
  - Gives the service account of a client roles of another client, such as those of C(realm-management) that this
    collection needs.
  - The playbook C(cellsops.sso.service_account) makes an account that is just enough with it.
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
    description: The client whose service account it is. Its service account must be enabled.
    type: str
    required: true
  roles_client:
    description: The client whose roles they are. In the realm C(master) it is C(<realm>-realm).
    type: str
    default: realm-management
  roles:
    description: Names of roles.
    type: list
    elements: str
    required: true
  mode:
    description:
      - Whether other roles of that client stay, V(add), or are taken away, V(exact).
      - With O(state=absent) it does not matter, since only O(roles) are taken away.
    type: str
    choices: [add, exact]
    default: add
seealso:
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: Give the account the roles that the role setup needs
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
  description: The roles of O(roles_client) that the account has itself, after the task.
  type: list
  elements: str
  returned: success
  sample: [manage-clients, manage-realm, view-users]
actions:
  description: What was done, or would be, in order, one line each.
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
