#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sso_verification_info
short_description: Look at what a user would meet after the role setup has run
version_added: 1.0.0
description:
  - Checks the login page of Pydio Cells (row C9 of the guide), the clocks of both servers (row K1), the claims that the
    tokens of a user would carry, and the roles in Cells that follow from them (rows T1 and M1).
  - The role P(cellsops.sso.setup#role) ends with it.
  - Fails with one message that names everything that is not as it should be. Changes nothing.
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
  - python-keycloak and requests, where the module runs
  - google-re2, for mapping rules that are regular expressions
options:
  realm:
    description: The realm whose users log in to Cells.
    type: str
    required: true
  client_id:
    description: The client that stands for Cells in Keycloak (row G1).
    type: str
    required: true
  connector_id:
    description: The connector that stands for Keycloak in Cells (row C1).
    type: str
    default: keycloak
  connector_name:
    description: The name that the login page has to offer (row C2).
    type: str
    required: true
  scopes:
    description: The scopes that a login asks for (row C8).
    type: list
    elements: str
    default: [openid, profile, email]
  username:
    description: A user whose tokens are previewed (row T1). Empty for none.
    type: str
    default: ""
  expect_claims:
    description: Names of claims that the ID token of O(username) has to carry.
    type: list
    elements: str
    default: []
  audience:
    description:
      - URLs that sessions have to be refreshed for (rows A1 and A2). If one of them is missing, or Cells does not show
        them, the module warns. Empty if that is not to be looked at.
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
      - Mapping rules, as Cells shows them, to preview before you write them. If you do not give them, those of the
        connector count.
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
        description: Keycloak's clock minus the one of the machine the module runs on.
        type: float
        required: true
      uncertainty_seconds:
        description: How far that may be off.
        type: float
        required: true
      source:
        description: How it was measured. Not looked at.
        type: str
  max_clock_skew:
    description: Seconds that the clocks of Keycloak and Cells may differ.
    type: float
    default: 5
seealso:
  - module: cellsops.sso.doctor_info
  - module: cellsops.sso.keycloak_token_preview
  - module: cellsops.sso.sso_preflight_info
"""

EXAMPLES = r"""
- name: Look at what dora would meet
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
  description: The claims that the ID token of O(username) would carry.
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
    - The RV(roles) that Cells does not have yet. Whether Cells creates them at a login is not known. Create them
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
