#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sso_preflight_info
short_description: Log in to Keycloak, and check whether all steps of the role setup can succeed
version_added: 1.0.0
description:
  - The role P(cellsops.sso.setup#role) runs this module before it writes anything. In Keycloak, the module checks the
    login, the realm, the rights of the account, the client and the LDAP provider. In Pydio Cells, it checks the token,
    the edition and the connectors. It makes each check only if one of O(steps) needs it.
  - Fails with one message that lists everything that is missing, with the names of the role's variables. Changes
    nothing.
  - Sends at most four requests to Keycloak besides the login, and at most two to Cells.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_both
requirements:
  - python-keycloak and requests, on the host that runs the module
options:
  realm:
    description: The realm whose users log in to Cells.
    type: str
    required: true
  state:
    description: The state that the steps will produce.
    type: str
    choices: [present, absent]
    default: present
  steps:
    description: The steps of the role that will run.
    type: list
    elements: str
    choices: [client, connector, ldap, scope, mapping, audience, time, verify]
    default: [client, connector, ldap, scope, mapping, audience, time, verify]
  client_id:
    description: The client id of Cells in Keycloak (row G1).
    type: str
    required: true
  client_scopes:
    description: The client scopes that the step C(scope) will assign to the client, apart from C(openid).
    type: list
    elements: str
    default: []
  rotate_secret_on:
    description: The value that the step C(client) will pass to this option of M(cellsops.sso.keycloak_oidc_client).
    type: str
  return_secret:
    description: Whether to return RV(client_secret). Register it in a task with C(no_log).
    type: bool
    default: false
  connector_id:
    description: The id of Keycloak's connector in Cells (row C1).
    type: str
    default: keycloak
  issuer:
    description:
      - The issuer of that connector (row C4). The module compares it with the discovery document, and checks whether
        another connector has the same client.
    type: str
    default: ""
  groups_source:
    description: Where the groups come from (row S2). If it is empty, the module does not check it.
    type: list
    elements: str
    choices: [ldap_attribute, user_attribute, groups, realm_roles, client_roles]
    default: []
    version_added: 1.0.0
  groups_client:
    description: The client whose roles count, for V(client_roles) in O(groups_source).
    type: str
    default: ""
    version_added: 1.0.0
  user_profile_attribute:
    description:
      - For V(user_attribute) in O(groups_source), whether the role adds the attribute to the user profile of the realm.
        The account then needs the right to do so. Otherwise, RV(notes) say if the user profile drops the attribute.
    type: bool
    default: false
    version_added: 1.0.0
  ldap_provider:
    description: Name or id of the LDAP provider (row L1). If it is empty, the module does not check LDAP.
    type: str
    default: ""
  ldap_groups:
    description: Whether groups of the directory are imported, which needs O(ldap_provider) and further rights.
    type: bool
    default: false
    version_added: 1.0.0
  ldap_mapper:
    description: The LDAP mapper that the run will create. Empty if the run may take over another one.
    type: str
    default: ""
  groups_attribute:
    description:
      - The user attribute that O(ldap_mapper) fills. Another mapper that fills it is reported.
      - Also the claim whose values the O(mapping_rules) turn into the roles of O(roles).
    type: str
    default: ""
  mapping_rules:
    description: The mapping rules that the connector will have (row M1).
    type: list
    elements: dict
    default: []
    version_added: 1.0.0
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
        description: Which values pass.
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
  roles:
    description:
      - Roles of Cells that the run will create. The key is a group as it is in the claim, the value the label of its
        role.
      - The O(mapping_rules) must turn each group into exactly one role, and Cells must allow its id.
    type: dict
    default: {}
    version_added: 1.0.0
  roles_mode:
    description:
      - With V(exact), only the groups in O(roles) become roles. To this end, each of the O(mapping_rules) without a
        rule string gets one.
    type: str
    choices: [add, exact]
    default: add
    version_added: 1.0.0
  username:
    description: A user whose tokens the run will preview (row T1). Empty for none.
    type: str
    default: ""
  audience:
    description: The URLs for which Cells may refresh sessions (rows A1 and A2).
    type: list
    elements: str
    default: []
  audience_method:
    description:
      - How the run will write the audience. This module only checks V(api). For V(file) and V(cli), see
        O(cells_host_problems).
    type: str
    choices: [file, cli, api, none]
    default: file
  cells_host_problems:
    description:
      - The problems that M(cellsops.sso.cells_host_info) found on the Cells host, or the reason why it could not run.
    type: list
    elements: str
    default: []
  lists:
    description: Variables, by name, that must be lists. Text is refused, although Ansible would split it.
    type: dict
    default: {}
seealso:
  - module: cellsops.sso.cells_host_info
  - module: cellsops.sso.keycloak_token
"""

EXAMPLES = r"""
- name: Log in, and check whether the client and the connector can be created
  cellsops.sso.sso_preflight_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    client_id: demo.cells.pydio
    steps: [client, connector]
  register: preflight
  no_log: true
"""

RETURN = r"""
token:
  description: The access token. Set C(no_log) on the task, because anyone who has the token can act as the account.
  type: str
  returned: when a step asks Keycloak
  sample: eyJhbGciOiJSUzI1NiIsInR5cCIgOiAiSldUIi…
expires_in:
  description: The remaining lifetime of the token in seconds.
  type: int
  returned: when a step asks Keycloak
  sample: 60
clock_skew:
  description: The difference between Keycloak's clock and that of this host, as in M(cellsops.sso.keycloak_token).
  type: dict
  returned: when a step asks Keycloak
  sample:
    skew_seconds: 0.1
    uncertainty_seconds: 0.53
    source: iat of a token that https://sso.example.org issued
client_secret:
  description:
    - The client's secret. Empty if the client does not exist, if it will get a new secret in this run, or if Keycloak
      does not show the secret to the account.
  type: str
  returned: if O(return_secret) is true and a step looks at the client
  sample: 2mOXoqFe9EB7ozPDmbKSXkSj3NSrzl8Q
other_connectors:
  description: Ids of the other connectors of Cells, without its own login.
  type: list
  elements: str
  returned: when a step asks Cells
  sample: []
roles:
  description: The roles of O(roles), each with the id that Cells gives the role of that group.
  type: list
  elements: dict
  returned: success
  sample:
    - {group: "cn=staff,ou=groups,dc=example,dc=org", role_id: staff, label: Staff}
mapping_rules:
  description: The O(mapping_rules), with rule strings for the groups of O(roles) in O(roles_mode=exact).
  type: list
  elements: dict
  returned: success
  sample:
    - {left_attribute: cellsgroups, right_attribute: Roles, rule_string: "guests,staff"}
notes:
  description: The problems that keep only some of the groups from Cells and make no step fail, one line each.
  type: list
  elements: str
  returned: success
  sample: []
problems:
  description: The problems, one line each.
  type: list
  elements: str
  returned: failure
  sample: ["Realm cells has no LDAP provider 'ldap'. LDAP providers there: corporate."]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.sso_preflight_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
