#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: doctor_info
short_description: Find out why logins to Pydio Cells with Keycloak fail or would fail
version_added: 1.0.0
description:
  - Reads the configuration of Keycloak and Pydio Cells, compares it with the guide, and explains each finding (rows A3,
    C9, D2, K1, T1 and M1 of the guide).
  - Changes nothing and does not need a user's password. If O(username) comes from an LDAP provider, Keycloak may import
    the user into its own database, as it does for the user list in its console.
  - If the account's rights are not sufficient for a finding, the finding is C(not checked), and the task does not fail.
    The account needs the roles C(view-clients), C(view-realm) and C(view-users) of the client C(realm-management), and
    C(manage-realm) to test Keycloak's connection to its LDAP server.
  - The role P(cellsops.sso.doctor#role) adds a report as a web page, checks on the Cells host, and a real login.
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
    description: The client id of Cells in Keycloak (G1).
    type: str
    required: true
  connector_id:
    description: The id of Keycloak's connector in Cells (C1).
    type: str
    default: keycloak
  client_scope:
    description: The client scope that defines the claim (S1).
    type: str
    default: cellsscope
  groups_attribute:
    description: The user attribute and the claim that contain the groups (L2, S2).
    type: str
    default: cellsgroups
  ldap_provider:
    description: Name or id of the LDAP provider (L1). If it is empty, LDAP is not examined.
    type: str
    default: ""
  ldap_attribute:
    description: The LDAP attribute that contains the groups (L2).
    type: str
    default: memberOf
  roles:
    description: The declared roles, as in O(cellsops.sso.setup#role:main:sso_roles), with groups as keys.
    type: dict
    default: {}
    version_added: 1.0.0
  username:
    description: A user, to predict the user's tokens and roles (T1, M1). Empty for none.
    type: str
    default: ""
  group:
    description:
      - A group whose members are listed, with their roles in Cells. Empty for none.
      - Give it as it is in the claim, for example a name, a path or a distinguished name.
    type: str
    default: ""
    version_added: 1.0.0
  dn_to_name:
    description: Whether Cells turns distinguished names of groups into names. This is not known for certain for claims.
    type: bool
    default: true
  max_clock_skew:
    description: The maximum difference between the clocks of Keycloak and Cells in seconds (K1).
    type: float
    default: 5
  cells_config:
    description:
      - The result of M(cellsops.sso.cells_config_info) on the Cells host, for the lifetimes of tokens, and to find out
        whether Cells has read its file.
      - The filter P(cellsops.sso.doctor_reading#filter) takes these values from the registered result.
    type: dict
    default: {}
    suboptions:
      static_clients:
        description: The static clients in the file.
        type: list
        elements: dict
        suboptions:
          client_id:
            description: The id of the static client.
            type: str
          audience:
            description: Its audience. If this is not a list of strings, Cells cannot read its clients.
            type: raw
      life_spans:
        description: The lifetimes of tokens in seconds.
        type: dict
        suboptions:
          access_token:
            description: The lifetime of access tokens.
            type: int
          refresh_token:
            description: The lifetime of refresh tokens.
            type: int
      oauth_secret_is_public:
        description: Whether the OAuth secret is the one that the first start of Cells 5 writes.
        type: bool
      username_as_login:
        description: The ids of the connectors whose users have their user name as the login in Cells.
        type: list
        elements: str
      msg:
        description: The reason why the file was not read, if it was not.
        type: str
  session:
    description:
      - The result of M(cellsops.sso.cells_session_check), for the findings about a real login (A3).
      - The filter P(cellsops.sso.doctor_reading#filter) takes these values from the registered result.
    type: dict
    default: {}
    suboptions:
      login:
        description: The user who logged in.
        type: dict
        suboptions:
          username:
            description: The name of the user in Keycloak.
            type: str
          roles:
            description: The ids of the user's roles in Cells.
            type: list
            elements: str
      refused:
        description: The refusal, if a server refused the login.
        type: dict
        suboptions:
          by:
            description: The server that refused the login.
            type: str
            required: true
          words:
            description: The server's own words.
            type: str
            required: true
      refreshes:
        description: Each refresh of the session.
        type: list
        elements: dict
        suboptions:
          after_seconds:
            description: The seconds between the login and the refresh.
            type: float
            required: true
          status:
            description: The HTTP status. Leave it out if there was no answer.
            type: int
          ok:
            description: Whether the session was refreshed.
            type: bool
            required: true
          cause:
            description: The cause of a refusal, as in RV(cellsops.sso.cells_session_check#module:refreshes).
            type: str
          reason:
            description: The refusal in one line, the return value C(message).
            type: str
      skipped:
        description: Whether no login was tried, because the task ran in check mode.
        type: bool
      msg:
        description: The reason why there was no login, if there was none.
        type: str
  callback_url:
    description:
      - The redirect URI that the connector must have (C3). If it is empty, it is the one of current versions of Cells,
        C(/auth/login/<connector>/callback).
    type: str
    default: ""
  keycloak_from_cells:
    description:
      - The result of M(cellsops.sso.keycloak_reachable_info) on the Cells host (C4).
      - The filter P(cellsops.sso.doctor_reading#filter) takes these values from the registered result.
    type: dict
    default: {}
    suboptions:
      url:
        description: The URL of the discovery document.
        type: str
      reachable:
        description: Whether the Cells host got the document, and could trust it.
        type: bool
      problem:
        description: The kind of problem, as in RV(cellsops.sso.keycloak_reachable_info#module:problem).
        type: str
      reason:
        description: The problem in one line, the return value C(message).
        type: str
      seconds:
        description: How long the request took.
        type: float
      msg:
        description: The reason why this was not checked, if it was not.
        type: str
seealso:
  - module: cellsops.sso.keycloak_token_preview
  - module: cellsops.sso.keycloak_reachable_info
  - module: cellsops.sso.cells_config_info
  - module: cellsops.sso.cells_session_check
  - plugin: cellsops.sso.doctor_reading
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the configuration file on the Cells host
  cellsops.sso.cells_config_info:
    config_path: /var/cells/pydio.json
  register: cells_config
  # If the file cannot be read, its findings are "not checked".
  failed_when: false

- name: Find out why a login fails
  cellsops.sso.doctor_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_password }}"
    realm: cells
    client_id: demo.cells.pydio
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    username: dora
    cells_config: "{{ cells_config | cellsops.sso.doctor_reading('cells_config') }}"
  delegate_to: localhost
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
        - V(unknown) if nothing is known to be broken but one of the main questions has no answer, for example because a
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
      description: The path from the groups of O(username) to the roles, link by link.
      type: dict
      sample: {username: dora, links: []}
    group:
      description:
        - For O(group), the ids of its C(roles) in Cells and its C(members) in Keycloak, at most 100. C(complete) says
          whether these are all.
        - Each member has C(username), C(login) (in Cells), C(in_cells) (whether Cells has an account of that login,
          which the first login creates) and C(has_role) (whether the account has the roles). The last two are null if
          Cells did not tell.
        - For roles of Keycloak, members of a composite role are not listed.
      type: dict
      sample:
        group: staff
        roles: [staff]
        members: [{username: dora, login: dora@example.org, in_cells: true, has_role: true}]
        complete: true
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
      description: The clocks, relative to the clock of the host that runs the module, in seconds.
      type: list
      elements: dict
      sample: [{name: Cells, skew_seconds: 0.1, uncertainty_seconds: 0.5}]
    tls:
      description: The certificates, and the days until they expire.
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
