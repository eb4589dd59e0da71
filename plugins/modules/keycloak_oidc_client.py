#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_oidc_client
short_description: Manage an OpenID Connect client in Keycloak
version_added: 0.1.0
description:
  - Creates, changes or removes a client of a realm (rows G1 to G7 of the guide), and assigns client scopes to it.
  - Only options that you give are compared and written. Other values stay as they are. In a new client, they have
    Keycloak's defaults.
    An empty string or an empty list clears a value, except client scopes with O(client_scopes_mode=add).
  - The module fails if the client is not for OpenID Connect, also for O(state=absent).
  - The order of lists does not matter.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.oidc_client
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the client.
    type: str
    required: true
seealso:
  - module: cellsops.sso.keycloak_oidc_client_info
  - module: cellsops.sso.keycloak_client_scope
  - module: cellsops.sso.cells_connector
"""

EXAMPLES = r"""
- name: Create the client of the guide for Pydio Cells
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    name: Cells Demo
    root_url: https://demo.cells.pydio
    base_url: https://demo.cells.pydio
    web_origins: ["https://demo.cells.pydio"]
    redirect_uris: ["{{ 'https://demo.cells.pydio' | cellsops.sso.cells_callback_url('keycloak') }}"]
    post_logout_redirect_uris: []
    public_client: false
    standard_flow_enabled: true
    implicit_flow_enabled: false
    direct_access_grants_enabled: false
    service_accounts_enabled: false

- name: Assign a client scope, and keep all others
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    default_client_scopes: [cellsscope]

- name: Rotate the secret once in the new year
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    rotate_secret_on: "2027"

- name: Get the secret for a later task
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    return_secret: true
  register: cells_client
  no_log: true
"""

RETURN = r"""
client:
  description:
    - The client as Keycloak shows it, with its secret masked, or in check mode as it would be. Empty for
      O(state=absent).
  type: dict
  returned: success
  sample:
    clientId: demo.cells.pydio
    enabled: true
    id: 5f0e7a0e-8d7c-4c2b-a6a6-9c4b7d0d3f2e
    redirectUris: ["https://demo.cells.pydio/auth/login/keycloak/callback"]
    secret: "**********"
client_secret:
  description:
    - The client's secret. It is empty if there is none yet, for example in check mode before the client is created or
      its secret is rotated.
  type: str
  returned: when O(return_secret=true)
  sample: the-secret-that-keycloak-made
new_secret:
  description:
    - Whether the client has a new secret, or in check mode would have one, so that everyone who uses the old secret
      needs the new one. This is the case if the client was created or became confidential, if its secret was rotated,
      or if another O(secret) was set. A public client has no secret.
  type: bool
  returned: success
  sample: false
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["create client demo.cells.pydio", "assign default client scope cellsscope to client demo.cells.pydio"]
diff:
  description: The declared keys before and after, secrets masked.
  type: dict
  returned: success
  sample:
    before: {redirectUris: []}
    after: {redirectUris: ["https://demo.cells.pydio/auth/login/keycloak/callback"]}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_oidc_client import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
