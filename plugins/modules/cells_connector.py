#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_connector
short_description: Manage an OpenID Connect connector in Pydio Cells Enterprise
version_added: 0.1.0
description:
  - Creates, changes or removes a connector, through which users log in to Cells with Keycloak (rows C1 to C8 and M1 of
    the guide).
  - Only options that you give are compared and written. Other values stay as they are. An empty string or an empty
    list clears a value, except O(mapping_rules) with O(mapping_rules_mode=add).
  - An O(issuer) must be exactly the one in the realm's discovery document. This is checked before anything is written.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_cells
requirements:
  - requests, on the host that runs the module
  - google-re2, on the host that runs the module, to check regular expressions in O(mapping_rules) before the write
options:
  state:
    description: Whether the connector exists.
    type: str
    choices: [present, absent]
    default: present
  connector_id:
    description:
      - The id of the connector (row C1). It can never change, because it is part of the callback URL, and Cells keeps
        the users of the connector in a group of that name. So the module refuses to create a connector that has the
        issuer and the client of another one, unless their O(sites) differ.
    type: str
    required: true
  name:
    description: The name that the login page shows (row C2). A new connector needs one.
    type: str
  type:
    description: The connector's type (row C1).
    type: str
    choices: [oidc]
    default: oidc
  issuer:
    description: The issuer, exactly as the realm's discovery document names it (row C4). A new connector needs one.
    type: str
  client_id:
    description: The client id in Keycloak (row C5). A new connector needs one.
    type: str
  client_secret:
    description:
      - The client's secret in Keycloak (row C5). A new connector needs one.
      - If Cells hides the secret of a connector, any other change needs it too, because Cells may lose the secret if a
        write leaves it out.
    type: str
  update_secret:
    description:
      - V(when_differs) writes O(client_secret) if Cells shows another one. If Cells hides the secret, the module cannot
        compare it. It then writes the secret only together with another change, and RV(actions) says so.
      - V(always) also writes it if Cells hides it, at every run.
      - V(on_create) keeps the secret of an existing connector. If Cells hides the secret, O(client_secret) is still
        written together with other changes, because it is not known whether Cells keeps a secret that a write leaves
        out.
    type: str
    choices: [when_differs, always, on_create]
    default: when_differs
  redirect_uri:
    description:
      - The callback URL that Cells sends to Keycloak (row C3). For a new connector, the default is derived from
        O(cells_url) and O(connector_id).
    type: str
  scopes:
    description: The scopes that a login requests (row C8).
    type: list
    elements: str
  insecure_skip_email_verified:
    description:
      - Whether users can log in if Keycloak does not call their e-mail address verified (row C6).
      - LDAP users are not verified unless their provider trusts e-mail addresses. Use it with a directory that you
        trust.
    type: bool
  get_user_info:
    description: Whether Cells asks the userinfo endpoint for more claims (row C7).
    type: bool
  basic_auth_unsupported:
    description: Whether Cells sends the client's secret in the body instead of in a header (row C8).
    type: bool
  user_id_key:
    description: The claim that identifies the user (row C8).
    type: str
  user_name_key:
    description: The claim that becomes the user's name (row C8).
    type: str
  hosted_domains:
    description: The domains whose users may log in. An empty list means all domains.
    type: list
    elements: str
  sites:
    description: The site URLs of Cells that offer the connector. An empty list means all sites.
    type: list
    elements: str
  mapping_rules:
    description:
      - The rules that map claims to roles and attributes in Cells (row M1). An empty list removes all rules, but only
        with O(mapping_rules_mode=exact).
    type: list
    elements: dict
    suboptions:
      left_attribute:
        description: The claim.
        type: str
        required: true
      right_attribute:
        description: The target in Cells, such as V(Roles).
        type: str
        required: true
      rule_string:
        description:
          - Which values pass. Empty for all, names separated by commas for only these, or C(preg:) and a regular
            expression of RE2.
          - A regular expression that RE2 does not support is refused, because Cells would silently drop every value.
        type: str
      left_split:
        description: A separator at which Cells splits the claim's value.
        type: str
      right_value_template:
        description: A template for the value in Cells.
        type: str
      no_update:
        description: Whether Cells leaves the value alone at later logins.
        type: bool
  mapping_rules_mode:
    description:
      - V(add) adds the declared rules and keeps others. A declared rule replaces one with the same left and right
        attribute.
      - V(exact) also removes all other rules, and sets the order.
    type: str
    choices: [add, exact]
    default: add
seealso:
  - module: cellsops.sso.cells_connector_info
  - module: cellsops.sso.keycloak_oidc_client
  - plugin: cellsops.sso.cells_callback_url
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Create the connector of the guide
  cellsops.sso.cells_connector:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    connector_id: keycloak
    name: SSO with Keycloak
    issuer: https://sso.example.org/realms/cells
    client_id: demo.cells.pydio
    client_secret: "{{ cells_client.client_secret }}"
    scopes: [openid, profile, email]
    insecure_skip_email_verified: true
    get_user_info: true
    basic_auth_unsupported: true
    user_id_key: email
    user_name_key: email

- name: Turn groups into roles
  cellsops.sso.cells_connector:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    connector_id: keycloak
    client_secret: "{{ cells_client.client_secret }}"
    mapping_rules:
      - left_attribute: cellsgroups
        right_attribute: Roles

- name: Remove the connector
  cellsops.sso.cells_connector:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    connector_id: keycloak
    state: absent
"""

RETURN = r"""
connector:
  description:
    - The connector as Cells shows it, with its secret masked, or in check mode as it would be. Empty for
      O(state=absent).
  type: dict
  returned: success
  sample:
    id: keycloak
    name: SSO with Keycloak
    type: oidc
    configoidc: {issuer: "https://sso.example.org/realms/cells", clientID: demo.cells.pydio, clientSecret: "**********"}
    mappingRules: [{LeftAttribute: cellsgroups, RightAttribute: Roles, RuleString: ""}]
callback_url:
  description: The URL to which Keycloak sends users back. Use it as the client's redirect URI.
  type: str
  returned: success
  sample: https://demo.cells.pydio/auth/login/keycloak/callback
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["create connector keycloak"]
diff:
  description: The declared keys before and after, secrets masked.
  type: dict
  returned: success
  sample:
    before: {name: Keycloak}
    after: {name: SSO with Keycloak}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_connector import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
