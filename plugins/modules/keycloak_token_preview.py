#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_token_preview
short_description: Preview the claims of a user's tokens
version_added: 0.1.0
description:
  - Asks Keycloak which claims a user's ID token, access token and userinfo would have for a client (rows T1 and D2 of
    the guide). It needs no login and no password of the user, and it changes nothing.
  - Fails if claims are missing or expectations are not met, so that a play stops before a user notices.
  - If the scope C(basic) is not assigned to the client, the preview does not show whether real tokens contain C(sub).
    Keep the scope assigned.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the client and the user.
    type: str
    required: true
  client_id:
    description: The client id of the client that would get the tokens.
    type: str
    required: true
  username:
    description:
      - The user, either local or from an LDAP provider. The user of a client's service account is
        C(service-account-<client id>).
    type: str
    required: true
  scope:
    description:
      - The scopes that the login would request, separated by spaces.
      - The task fails if the client does not have one of them, because Keycloak would refuse the login.
    type: str
    default: openid
  expect_claims:
    description: Names of claims that the ID token must have. A claim with an empty list as its value counts as present.
    type: list
    elements: str
    default: []
  expect:
    description:
      - JMESPath expressions over the claims of the ID token, which must be true. C(false), C(null) and empty values
        count as false.
      - Requires the Python library jmespath on the host that runs the module.
    type: list
    elements: str
    default: []
seealso:
  - plugin: cellsops.sso.cells_roles
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Check that the ID token of alice would contain her groups
  cellsops.sso.keycloak_token_preview:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    client_id: demo.cells.pydio
    username: alice
    expect_claims: [email, cellsgroups]
    expect:
      - contains(cellsgroups, 'cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org')
  register: preview

- name: Show the roles that she would have in Cells
  ansible.builtin.debug:
    msg: "{{ preview.id_token | cellsops.sso.cells_roles([{'left_attribute': 'cellsgroups', 'right_attribute':
    'Roles'}]) }}"
"""

RETURN = r"""
id_token:
  description: The claims of the ID token.
  type: dict
  returned: if the client and the user exist, even if an expectation failed
  sample:
    preferred_username: alice
    email: alice@example.org
    email_verified: false
    cellsgroups: ["cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org"]
access_token:
  description: The claims of the access token.
  type: dict
  returned: if the client and the user exist, even if an expectation failed
  sample: {typ: Bearer, scope: openid email profile}
userinfo:
  description: The claims that the userinfo endpoint would return.
  type: dict
  returned: if the client and the user exist, even if an expectation failed
  sample: {preferred_username: alice}
missing_claims:
  description: Those of O(expect_claims) that the ID token lacks.
  type: list
  elements: str
  returned: if the client and the user exist, even if an expectation failed
  sample: []
failed_expectations:
  description: Those of O(expect) that are not true.
  type: list
  elements: str
  returned: if the client and the user exist, even if an expectation failed
  sample: []
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_token_preview import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
