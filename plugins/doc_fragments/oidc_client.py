# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of one client of Keycloak, for the module that takes one client and for the one that takes a list."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.plugin_utils.suboptions import suboptions


class ModuleDocFragment:
    """Documentation of OPTIONS in module_utils/definitions/keycloak_oidc_client.py."""

    DOCUMENTATION = r"""
options:
  state:
    description: Whether the client exists.
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
    description: Whether users can log in through this client.
    type: bool
  root_url:
    description: The root URL, to which the client's relative URLs are appended (row G3).
    type: str
  base_url:
    description: The home URL, to which Keycloak links (row G3).
    type: str
  redirect_uris:
    description:
      - The complete list of allowed redirect URIs (row G4). For Cells, this is the callback URL of its connector.
      - Each needs a scheme, which can be a private one such as C(com.example.app:/callback), or begins with C(/) and is
        relative to O(root_url).
    type: list
    elements: str
  post_logout_redirect_uris:
    description:
      - The complete list of redirect URIs that are allowed after a logout (row G5). V(+) means those of
        O(redirect_uris).
    type: list
    elements: str
  web_origins:
    description: The complete list of origins that are allowed for CORS (row G3).
    type: list
    elements: str
  public_client:
    description: Whether the client has no secret. V(false) is "Client authentication" in the console (row G6).
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
    description: Whether the client has its own service account (row G6).
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
      - How the client authenticates, by Keycloak's own name, such as C(client-secret), C(client-jwt) or
        C(client-x509). Cells needs C(client-secret).
    type: str
    version_added: 1.0.0
  pkce_method:
    description: The code challenge method that the client must use. An empty string means none.
    type: str
    choices: ["", S256, plain]
  attributes:
    description:
      - Attributes of the client by Keycloak's own names, such as C(oauth2.device.authorization.grant.enabled).
      - Attributes that you do not name stay as they are. An empty value removes an attribute. Values are text, numbers
        or booleans.
      - Keycloak 26.5 and newer refuse C(client.session.idle.timeout) and C(client.session.max.lifespan) above those of
        the realm. The module compares them before it writes.
    type: dict
  secret:
    description:
      - The client secret (row G7), which must not be empty. If you do not set it, Keycloak generates one, which the
        module does not change.
      - Mutually exclusive with O(rotate_secret_on).
    type: str
  rotate_secret_on:
    description:
      - A value of your choice, such as a date. If it differs from the value at the last rotation, Keycloak generates a
        new secret.
      - The module stores the value in the client's attribute C(cellsops.sso.rotate_secret_on). A new client has a new
        secret anyway.
    type: str
  default_client_scopes:
    description:
      - Names of client scopes to assign as default scopes (row S1). An optional scope of that name becomes a default
        scope.
      - An empty list removes all default scopes, but only with O(client_scopes_mode=exact).
    type: list
    elements: str
  default_client_scopes_if_present:
    description:
      - Client scopes to assign as default scopes if the realm has them. Keycloak has V(basic) from version 25 on.
    type: list
    elements: str
  optional_client_scopes:
    description:
      - Names of client scopes to assign as optional scopes. A default scope of that name becomes an optional scope.
      - An empty list removes all optional scopes, but only with O(client_scopes_mode=exact).
    type: list
    elements: str
  client_scopes_mode:
    description:
      - V(add) keeps other assigned scopes, V(exact) removes them.
      - Keycloak's scope C(basic) must stay assigned, or tokens lack C(sub).
    type: str
    choices: [add, exact]
    default: add
  predicted_client_scopes:
    description:
      - Client scopes that earlier tasks would create. Check mode then does not warn that they are missing. A real run
        ignores this option.
    type: list
    elements: str
  return_secret:
    description:
      - Whether to return the secret as RV(client_secret). Use C(no_log) with it.
    type: bool
    default: false
"""

    # With its type, since ansible-test takes each plain assignment in this class for a literal.
    MANY: str = """
options:
  clients:
    description:
      - The clients, each with the options of M(cellsops.sso.keycloak_oidc_client). Each client id can occur only once.
    type: list
    elements: dict
    required: true
    suboptions:
""" + suboptions("clients", DOCUMENTATION).replace("RV(client_secret)", "RV(client_secrets)")
