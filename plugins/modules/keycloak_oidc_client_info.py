#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_oidc_client_info
short_description: Read OpenID Connect clients from Keycloak
version_added: 0.1.0
description:
  - Returns one OpenID Connect client of a realm, or all of them, as Keycloak represents them. Secrets are masked.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the clients.
    type: str
    required: true
  client_id:
    description: The client id of the client to read. If you do not give it, all clients are read.
    type: str
seealso:
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: Read a client
  cellsops.sso.keycloak_oidc_client_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
  register: cells_client

- name: Show its redirect URIs
  ansible.builtin.debug:
    var: cells_client.clients[0].redirectUris
"""

RETURN = r"""
clients:
  description: The clients, sorted by client id. The list is empty if no client has the given O(client_id).
  type: list
  elements: dict
  returned: success
  sample:
    - clientId: demo.cells.pydio
      enabled: true
      redirectUris: ["https://demo.cells.pydio/auth/login/keycloak/callback"]
      secret: "**********"
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_oidc_client_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
