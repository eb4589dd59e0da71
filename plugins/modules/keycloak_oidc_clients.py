#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_oidc_clients
short_description: Manage many OpenID Connect clients of a Keycloak realm, and their client scopes
version_added: 1.0.0
description:
  - Works like M(cellsops.sso.keycloak_oidc_client), but on many clients of one realm, in one task.
  - If you give O(client_scopes), these are created or updated first, so that the clients can have them.
  - All clients are listed once. Only clients that differ are written, a few at a time.
  - If a client fails, the module continues with the others. The task then fails and names each client that failed.
    If Keycloak can no longer be reached or refuses a login, the module does not try the remaining clients.
  - You can run an interrupted task again. It continues with the clients that still differ.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.oidc_client.many
  - cellsops.sso.client_scope.many
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the clients.
    type: str
    required: true
  parallel:
    description: How many clients to process at the same time, from 1 to 10.
    type: int
    default: 4
seealso:
  - module: cellsops.sso.keycloak_oidc_client
  - module: cellsops.sso.keycloak_client_scope
"""

EXAMPLES = r"""
- name: Create the clients of all Pydio Cells servers
  cellsops.sso.keycloak_oidc_clients:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    clients:
      - client_id: cells-one
        root_url: https://one.example.org
        redirect_uris: ["https://one.example.org/auth/login/keycloak/callback"]
        public_client: false
      - client_id: cells-two
        root_url: https://two.example.org
        redirect_uris: ["https://two.example.org/auth/login/keycloak/callback"]
        public_client: false
        return_secret: true
  register: cells_clients
  no_log: true

- name: Define the claim cellsgroups, and register a client whose tokens have it
  cellsops.sso.keycloak_oidc_clients:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_scopes:
      - name: cellsscope
        protocol_mappers: "{{ ['groups'] | cellsops.sso.group_mappers('cellsgroups', 'User Group Mapper') }}"
    clients:
      - client_id: cells-one
        public_client: false
        default_client_scopes: [cellsscope]
"""

RETURN = r"""
client_scopes:
  description: The result for each client scope, in the order of O(client_scopes).
  type: list
  elements: dict
  returned: if O(client_scopes) is not empty, unless one of them fails
  contains:
    name:
      description: The name of the client scope.
      type: str
    changed:
      description: Whether the client scope was changed, or would be in check mode.
      type: bool
    actions:
      description: The changes to the client scope, in order.
      type: list
      elements: str
    client_scope:
      description: The client scope as Keycloak represents it, or as it would be in check mode.
      type: dict
    diff:
      description: The declared keys before and after.
      type: dict
  sample:
    - name: cellsscope
      changed: false
      actions: []
clients:
  description: The result for each client, in the order of O(clients).
  type: list
  elements: dict
  returned: always, unless the clients cannot be listed
  contains:
    client_id:
      description: The client id.
      type: str
    changed:
      description: Whether the client was changed, or would be in check mode.
      type: bool
    actions:
      description: The changes to the client, in order.
      type: list
      elements: str
    client:
      description: The client as Keycloak shows it, with its secret masked. Empty if it failed or is absent.
      type: dict
    new_secret:
      description: Whether the secret of the client has changed.
      type: bool
    diff:
      description: The declared keys before and after, secrets masked.
      type: dict
      returned: if the client did not fail
    msg:
      description: Why the client failed.
      type: str
      returned: if the client failed
  sample:
    - client_id: cells-one
      changed: true
      actions: ["update client cells-one: rootUrl"]
      new_secret: false
client_secrets:
  description:
    - The secrets of the clients with O(clients[].return_secret=true) that did not fail, by client id.
    - A secret is empty if there is none yet, for example in check mode before the client is created or its secret is
      rotated.
  type: dict
  returned: if one of the clients has O(clients[].return_secret=true)
  sample:
    cells-two: the-secret-that-keycloak-made
actions:
  description: The changes that were made, or would be made in check mode, first those to client scopes.
  type: list
  elements: str
  returned: always, unless the clients cannot be listed
  sample: ["update client cells-one: rootUrl"]
diff:
  description: The declared keys of each changed client scope and client, before and after, with secrets masked.
  type: list
  elements: dict
  returned: always, unless the clients cannot be listed
  sample:
    - before: {rootUrl: ""}
      after: {rootUrl: "https://one.example.org"}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_oidc_clients import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
