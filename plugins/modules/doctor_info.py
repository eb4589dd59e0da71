#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: doctor_info
short_description: Say why logins at Pydio Cells by Keycloak fail, or would
version_added: 1.0.0
description:
  - Reads Keycloak and Pydio Cells, compares what it sees with the guide, and explains each finding (rows A3, C9, D2,
    K1, T1 and M1 of the guide).
  - Changes nothing, and needs no user's password. Like any look at a user of an LDAP provider, that at O(username) may
    let Keycloak take the user into its own store.
  - Findings that the given rights do not allow to check are C(not checked). The task does not fail. The account
    needs the roles C(view-clients), C(view-realm) and C(view-users) of the client C(realm-management), and
    C(manage-realm) to let Keycloak try its LDAP server.
  - The role P(cellsops.sso.doctor#role) adds a report to look at, Cells' configuration file and a real login.
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
    description: The client that stands for Cells in Keycloak (G1).
    type: str
    required: true
  connector_id:
    description: The connector that stands for Keycloak in Cells (C1).
    type: str
    default: keycloak
  client_scope:
    description: The client scope that defines the claim (S1).
    type: str
    default: cellsscope
  groups_attribute:
    description: The user attribute and claim that hold the groups (L2, S2).
    type: str
    default: cellsgroups
  ldap_provider:
    description: Name or id of the LDAP provider (L1). If it is empty, LDAP is not examined.
    type: str
    default: ""
  ldap_attribute:
    description: The LDAP attribute that holds the groups (L2).
    type: str
    default: memberOf
  roles:
    description: The roles that are declared, as O(cellsops.sso.setup#role:main:sso_roles) has them, label by group.
    type: dict
    default: {}
    version_added: 1.0.0
  username:
    description: A user whose tokens and roles are predicted (T1, M1). Empty for none.
    type: str
    default: ""
  dn_to_name:
    description: Whether Cells turns the distinguished names of groups into names, not known for sure for claims.
    type: bool
    default: true
  max_clock_skew:
    description: Seconds that the clocks of Keycloak and Cells may differ (K1).
    type: float
    default: 5
  cells_config:
    description:
      - The result of M(cellsops.sso.cells_config_info) on the Cells host, for the lifetimes of tokens and to see
        whether Cells has read its file.
      - A dictionary with only C(msg) says why it was not read.
    type: dict
    default: {}
  session:
    description: The result of M(cellsops.sso.cells_session_check), for the findings about a real login (A3).
    type: dict
    default: {}
  callback_url:
    description:
      - The redirect URI that the connector must have (C3). If it is empty, it is the one of current versions of Cells,
        C(/auth/login/<connector>/callback).
    type: str
    default: ""
  keycloak_from_cells:
    description:
      - The result of M(cellsops.sso.keycloak_reachable_info) on the Cells host (C4).
      - A dictionary with only C(msg) says why nobody asked there.
    type: dict
    default: {}
seealso:
  - module: cellsops.sso.keycloak_token_preview
  - module: cellsops.sso.keycloak_reachable_info
  - module: cellsops.sso.cells_config_info
  - module: cellsops.sso.cells_session_check
"""

EXAMPLES = r"""
- name: Ask why a login fails
  cellsops.sso.doctor_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_password }}"
    realm: cells
    client_id: demo.cells.pydio
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    username: dora
  register: doctor

- name: Show what is broken, and what to do
  ansible.builtin.debug:
    msg: "{{ doctor.report.findings | selectattr('verdict', 'equalto', 'broken') }}"
"""

RETURN = r"""
report:
  description:
    - The report. The page "The doctor" of the documentation lists the ids of all findings.
    - The claims are personal data. The report does not contain secrets or tokens.
  type: dict
  returned: success
  contains:
    verdict:
      description:
        - The worst of the findings, V(ok), V(warning) or V(broken).
        - V(unknown) if nothing is known to be broken but one of the main questions has no answer, such as when a
          server refuses the credentials.
      type: str
      sample: broken
    checked_at:
      description: Date and time in UTC.
      type: str
      sample: "2026-11-24T12:00:00Z"
    site:
      description: The servers and objects that were examined, and their versions.
      type: dict
      sample: {realm: cells, client_id: demo.cells.pydio, versions: {keycloak: 26.7.3, cells: 4.4.13}}
    findings:
      description:
        - Each with C(id), C(row) of the guide, C(verdict) (V(ok), V(warning), V(broken) or V(not checked)), the
          observation C(seen), C(why) it matters, and the fix C(todo).
        - C(assumptions) lists the assumptions about Cells on which a finding depends. C(seen) says the
          same in words. The ids are those of the page "The stand-in for Pydio Cells" of the documentation.
      type: list
      elements: dict
      sample:
        - id: client.standard_flow
          row: G6
          verdict: broken
          seen: The standard flow is off.
          why: Browser logins use the standard flow.
          todo: Turn on the standard flow of demo.cells.pydio.
          assumptions: []
    chain:
      description: The way from the group to the role for O(username), link by link.
      type: dict
      sample: {username: dora, links: []}
    rules:
      description: The mapping rules that give roles, and the result for each value.
      type: list
      elements: dict
      sample: []
    claims:
      description: The claims of ID token, access token and userinfo.
      type: dict
      sample: {id_token: {email: dora@example.org}}
    tokens:
      description: Lifetimes on both sides, in seconds.
      type: list
      elements: dict
      sample: [{name: "Keycloak: access token", seconds: 300}]
    clocks:
      description: The clocks against the one of the machine the module runs on, in seconds.
      type: list
      elements: dict
      sample: [{name: Cells, skew_seconds: 0.1, uncertainty_seconds: 0.5}]
    tls:
      description: The certificates, and the days that they are good for.
      type: list
      elements: dict
      sample: [{url: "https://sso.example.org", days_left: 80}]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.doctor_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
