#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sso_verification_info
short_description: Check the result of the role setup from a user's point of view
version_added: 1.0.0
description:
  - Checks the login page of Pydio Cells (row C9 of the guide), the clocks of both servers (row K1), the claims that the
    tokens of a user would contain, and the roles in Cells that follow from them (rows T1 and M1).
  - This is the last step of the role P(cellsops.sso.setup#role).
  - Fails with one message that lists everything that is wrong. Changes nothing.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.cells
  - cellsops.sso.group_sources
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_both
requirements:
  - python-keycloak and requests, on the host that runs the module
  - google-re2, for mapping rules that are regular expressions
options:
  realm:
    description: The realm whose users log in to Cells.
    type: str
    required: true
  client_id:
    description: The client id of Cells in Keycloak (row G1).
    type: str
    required: true
  connector_id:
    description: The id of Keycloak's connector in Cells (row C1).
    type: str
    default: keycloak
  connector_name:
    description: The name that the login page must show (row C2).
    type: str
    required: true
  scopes:
    description: The scopes that a login requests (row C8).
    type: list
    elements: str
    default: [openid, profile, email]
  username:
    description: A user, to preview the user's tokens (row T1). Empty for none.
    type: str
    default: ""
  expect_claims:
    description: Names of claims that the ID token of O(username) must contain.
    type: list
    elements: str
    default: []
  audience:
    description:
      - URLs for which Cells must refresh sessions (rows A1 and A2). If one of them is missing, or Cells does not show
        them, the module warns. If the list is empty, the module does not check them.
    type: list
    elements: str
    default: []
  client_scope:
    description: The client scope with the mapper of O(groups_claim).
    type: str
    default: cellsscope
  ldap_provider:
    description: Name or id of the LDAP provider that users come from. If it is empty, LDAP is not examined.
    type: str
    default: ""
  ldap_attribute:
    description: The LDAP attribute with the groups of a user.
    type: str
    default: memberOf
  groups_claim:
    description: The claim that is returned as RV(groups).
    type: str
    default: cellsgroups
  mapping_rules:
    description:
      - Mapping rules, as Cells shows them, to preview before you write them. By default, the module uses those of the
        connector.
      - With them, the module does not look for O(connector_name) on the login page.
    type: list
    elements: dict
    version_added: 1.0.0
  keycloak_clock:
    description:
      - Keycloak's clock, as C(clock_skew) of M(cellsops.sso.keycloak_token). Without it, the clocks are not compared.
    type: dict
    suboptions:
      skew_seconds:
        description: Keycloak's clock minus the clock of the host that runs the module.
        type: float
        required: true
      uncertainty_seconds:
        description: The possible error of this value.
        type: float
        required: true
      source:
        description: How it was measured. The module ignores it.
        type: str
  max_clock_skew:
    description: The maximum difference between the clocks of Keycloak and Cells in seconds.
    type: float
    default: 5
seealso:
  - module: cellsops.sso.doctor_info
  - module: cellsops.sso.keycloak_token_preview
  - module: cellsops.sso.sso_preflight_info
"""

EXAMPLES = r"""
- name: Check what dora would see
  cellsops.sso.sso_verification_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    client_id: demo.cells.pydio
    connector_name: SSO with Keycloak
    username: dora
    expect_claims: [email, cellsgroups]
"""

RETURN = r"""
login_connectors:
  description: The names that the login page offers.
  type: list
  elements: str
  returned: success
  sample: [Pydio Cells, SSO with Keycloak]
id_token:
  description: The claims that the ID token of O(username) would contain.
  type: dict
  returned: success
  sample: {email: dora@example.org}
groups:
  description: The values of O(groups_claim).
  type: list
  elements: str
  returned: success
  sample: ["cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org"]
roles:
  description: The roles that O(username) would have in Cells, by the mapping rules of the connector.
  type: list
  elements: str
  returned: success
  sample: [Test_DEM_WebUsers]
missing_roles:
  description:
    - The RV(roles) that Cells does not have yet. It is not known whether Cells creates them at a login, so create them
      first with M(cellsops.sso.cells_role).
  type: list
  elements: str
  returned: success
  sample: []
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.sso_verification_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
