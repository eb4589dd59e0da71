#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_oidc_clients
short_description: Manage many OpenID Connect clients of a Keycloak realm
version_added: 1.0.0
description:
  - Works like M(cellsops.sso.keycloak_oidc_client), but on many clients of one realm, in one task.
  - All clients are listed once. Only clients that differ are written, a few at a time.
  - If a client fails, the others are brought about all the same. The task then fails and names each client that failed.
    If Keycloak cannot be reached any more or refuses a login, the clients that follow are not tried.
  - You can run an interrupted task again. It continues with the clients that still differ.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the clients.
    type: str
    required: true
  clients:
    description:
      - The clients, each with the options of M(cellsops.sso.keycloak_oidc_client). No client id may be declared twice.
    type: list
    elements: dict
    required: true
    suboptions:
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
          - Each needs a scheme, which may be a private one such as C(com.example.app:/callback), or starts with C(/)
            and is relative to O(clients[].root_url).
        type: list
        elements: str
      post_logout_redirect_uris:
        description:
          - The redirect URIs that are allowed after a logout, all of them; V(+) stands for those of
            O(clients[].redirect_uris) (row G5).
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
        description:
          - Whether the client has fine-grained authorization (row G6). Needs O(clients[].service_accounts_enabled).
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
      consent_required:
        description: Whether Keycloak asks users for their consent before it sends them to the client.
        type: bool
      client_authenticator_type:
        description:
          - How the client proves who it is, by Keycloak's own name, such as C(client-secret), C(client-jwt) or
            C(client-x509). Cells needs C(client-secret).
        type: str
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
          - Excludes O(clients[].rotate_secret_on).
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
          - An empty list takes all of them away in O(clients[].client_scopes_mode=exact) only.
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
          - An empty list takes all of them away in O(clients[].client_scopes_mode=exact) only.
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
          - Client scopes that earlier tasks would have made, so that check mode does not warn that they are missing. A
            real run does not look at it.
        type: list
        elements: str
      return_secret:
        description:
          - Whether to return the secret as RV(client_secrets). Use C(no_log) with it.
        type: bool
        default: false
  parallel:
    description: How many clients are worked on at a time, 1 to 10.
    type: int
    default: 4
seealso:
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: The clients of all Pydio Cells servers
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
"""

RETURN = r"""
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
      description: The client as Keycloak shows it, its secret masked; empty if it failed or is absent.
      type: dict
    new_secret:
      description: Whether the client has another secret than before.
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
    - A secret is empty if there is none yet, as in check mode before the client is created or its secret rotated.
  type: dict
  returned: if one of the clients has O(clients[].return_secret=true)
  sample:
    cells-two: the-secret-that-keycloak-made
actions:
  description: The changes that were made, or would be made in check mode, client by client.
  type: list
  elements: str
  returned: always, unless the clients cannot be listed
  sample: ["update client cells-one: rootUrl"]
diff:
  description: The declared keys of each client that changed before and after, secrets masked.
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
