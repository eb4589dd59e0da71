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
  - Only the options that you set are compared and written. Other values stay as they are. In a new client, they have
    Keycloak's defaults.
    An empty string or an empty list clears a value, except client scopes with O(client_scopes_mode=add).
  - A client of that id that is not for OpenID Connect is refused, also for O(state=absent).
  - Lists are compared without regard to order.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the client.
    type: str
    required: true
  state:
    description: Whether the client is to be there.
    type: str
    choices: [present, absent]
    default: present
  client_id:
    description: The client id, by which the client is found (row G1).
    type: str
    required: true
  name:
    description: The name that consoles and consent pages show (row G2).
    type: str
  description:
    description: A description.
    type: str
  enabled:
    description: Whether logins by this client are possible.
    type: bool
  root_url:
    description: The root URL, put before relative URLs of the client (row G3).
    type: str
  base_url:
    description: The home URL, to which Keycloak links (row G3).
    type: str
  redirect_uris:
    description:
      - The redirect URIs that are allowed, all of them (row G4). For Cells, the callback URL of its connector.
      - Each needs a scheme, which may be a private one such as C(com.example.app:/callback), or starts with C(/) and is
        relative to O(root_url).
    type: list
    elements: str
  post_logout_redirect_uris:
    description:
      - The redirect URIs that are allowed after a logout, all of them; V(+) stands for those of O(redirect_uris) (row
        G5).
    type: list
    elements: str
  web_origins:
    description: The origins that are allowed for CORS, all of them (row G3).
    type: list
    elements: str
  public_client:
    description: Whether the client has no secret. V(false) is "client authentication on" in the console (row G6).
    type: bool
  authorization_services_enabled:
    description: Whether the client has fine-grained authorization (row G6). Needs O(service_accounts_enabled).
    type: bool
  standard_flow_enabled:
    description: Whether the authorization code flow is on (row G6).
    type: bool
  implicit_flow_enabled:
    description: Whether the implicit flow is on (row G6).
    type: bool
  direct_access_grants_enabled:
    description: Whether the client may log users in with their passwords (row G6).
    type: bool
  service_accounts_enabled:
    description: Whether the client has an account of its own (row G6).
    type: bool
  bearer_only:
    description: Whether the client only checks tokens, so that nobody can log in through it. Cells needs V(false).
    type: bool
    version_added: 1.0.0
  consent_required:
    description: Whether Keycloak asks users for their consent before it sends them to the client.
    type: bool
    version_added: 1.0.0
  client_authenticator_type:
    description:
      - How the client proves who it is, by Keycloak's own name, such as C(client-secret), C(client-jwt) or
        C(client-x509). Cells needs C(client-secret).
    type: str
    version_added: 1.0.0
  pkce_method:
    description: The code challenge method that the client must use; the empty string for none.
    type: str
    choices: ["", S256, plain]
  attributes:
    description:
      - Attributes of the client by Keycloak's own names, such as C(oauth2.device.authorization.grant.enabled).
      - Attributes that are not named here stay as they are. An empty value removes one. Values are text, numbers or
        booleans.
    type: dict
  secret:
    description:
      - The client secret (row G7), which must not be empty. If you do not set it, Keycloak generates one, which the
        module does not change.
      - Excludes O(rotate_secret_on).
    type: str
  rotate_secret_on:
    description:
      - A value of your choice. When it differs from the one at the last rotation, Keycloak makes a new secret.
      - The value is kept in the client's attribute C(cellsops.sso.rotate_secret_on). A new client has a new secret
        anyway.
    type: str
  default_client_scopes:
    description:
      - Names of client scopes to assign as default scopes (row S1). A scope among the optional ones is moved.
      - An empty list takes all of them away in O(client_scopes_mode=exact) only.
    type: list
    elements: str
  default_client_scopes_if_present:
    description:
      - Client scopes to assign as default scopes if the realm has them. Keycloak has V(basic) from version 25 on.
    type: list
    elements: str
  optional_client_scopes:
    description:
      - Names of client scopes to assign as optional scopes. A scope among the default ones is moved.
      - An empty list takes all of them away in O(client_scopes_mode=exact) only.
    type: list
    elements: str
  client_scopes_mode:
    description:
      - V(add) leaves other assigned scopes alone, V(exact) takes them away.
      - Keycloak's scope C(basic) must stay assigned, or tokens lack C(sub).
    type: str
    choices: [add, exact]
    default: add
  predicted_client_scopes:
    description:
      - Client scopes that earlier tasks would have made, so that check mode does not warn that they are missing. A real
        run does not look at it.
    type: list
    elements: str
  return_secret:
    description:
      - Whether to return the secret as RV(client_secret). Use C(no_log) with it.
    type: bool
    default: false
seealso:
  - module: cellsops.sso.keycloak_oidc_client_info
  - module: cellsops.sso.keycloak_client_scope
  - module: cellsops.sso.cells_connector
"""

EXAMPLES = r"""
- name: The client of Pydio Cells, as the guide has it
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

- name: Assign a client scope, and leave all others alone
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    default_client_scopes: [cellsscope]

- name: A new secret in the new year, once
  cellsops.sso.keycloak_oidc_client:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    rotate_secret_on: "2027"

- name: Get the secret, to hand it on
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
    - The client as Keycloak shows it, its secret masked; in check mode as it would be; empty for state V(absent).
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
