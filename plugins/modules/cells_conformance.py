#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_conformance
short_description: Check the assumptions of this collection about Pydio Cells Enterprise on a test instance
version_added: 1.0.0
description:
  - Cells Enterprise is not public, so this collection has to assume some of its behavior. This module checks each
    assumption on your test instance, and returns a report that you can publish.
  - Creates a client and a user in Keycloak, and a connector, a static client, roles and a user in Cells. Their names
    contain O(run). The module removes them at the end, even after a failure, and changes nothing else.
  - Some answers need conditions that only you can provide. The report gives the reason for each question that is not
    settled.
  - The playbook C(cellsops.sso.conformance) calls this module and writes the report to files.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.actiongroup_both
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying target.
    support: partial
    details: In check mode, the module checks its options and skips the task.
  diff_mode:
    description: Returns details on the changes that were made, or would be made in check mode.
    support: none
    details: The module removes the objects that it creates.
requirements:
  - python-keycloak and requests, on the host that runs the module
options:
  realm:
    description:
      - The realm for the client and the user. The account needs the roles C(manage-clients) and C(manage-users) of the
        client C(realm-management).
    type: str
    required: true
  keycloak_url:
    description: URL under which users reach Keycloak, if it is not O(auth_keycloak_url).
    type: str
    default: ""
  state:
    description:
      - With V(present), the module asks all questions.
      - With V(absent), it only removes the objects of O(run), for example after a run was killed.
    type: str
    choices: [present, absent]
    default: present
  test_instance:
    description:
      - Repeat the host of O(cells_url) here to confirm that this Cells is a test instance. The module fails if the two
        hosts differ.
    type: str
    required: true
  run:
    description: A name for this run, 8 to 32 lower-case letters and digits. Choose a new one each time.
    type: str
    required: true
  cells_log:
    description:
      - Path of the log of Cells, on the host that runs the module. If Cells runs with the log level V(debug), the
        module looks in it for the ID tokens of its own logins. If the option is empty, the module skips this question.
    type: path
    default: ""
  settle_time:
    description: Seconds to wait after each change of the connector, until Cells uses it.
    type: float
    default: 2
seealso:
  - module: cellsops.sso.cells_session_check
"""

EXAMPLES = r"""
- name: Check the assumptions
  cellsops.sso.cells_conformance:
    auth_keycloak_url: https://sso-test.example.org
    auth_username: admin
    auth_password: "{{ keycloak_password }}"
    realm: conformance
    cells_url: https://cells-test.example.org
    cells_token: "{{ cells_token }}"
    test_instance: cells-test.example.org
    run: 4f1c09ab
  register: conformance

- name: Remove the objects of a killed run
  cellsops.sso.cells_conformance:
    auth_keycloak_url: https://sso-test.example.org
    auth_username: admin
    auth_password: "{{ keycloak_password }}"
    realm: conformance
    cells_url: https://cells-test.example.org
    cells_token: "{{ cells_token }}"
    test_instance: cells-test.example.org
    run: 4f1c09ab
    state: absent
"""

RETURN = r"""
report:
  description: The report. It does not contain secrets, names or hosts.
  type: dict
  returned: success, with O(state=present), not in check mode
  contains:
    format:
      description: The version of this format.
      type: int
      sample: 1
    made_at:
      description: The date in UTC.
      type: str
      sample: "2026-11-26"
    versions:
      description: The versions of C(Cells) and C(Keycloak), V(unknown) if a server does not show it.
      type: dict
      sample: {Cells: 4.4.13, Keycloak: 26.7.3}
    findings:
      description:
        - One entry for each assumption, with its C(id), the C(question), the answer that is C(assumed), the C(answers)
          that agree with the observations, the C(verdict) (V(confirmed), V(differs), V(not settled) or
          V(not checked)), and the C(reason) if the question is not settled.
      type: list
      elements: dict
      sample:
        - id: secret_visibility
          question: How does GET show the secret of a connector?
          assumed: clear
          answers: [masked]
          verdict: differs
          reason: ""
    left_behind:
      description: The objects that could not be removed, described without names.
      type: list
      elements: str
      sample: []
markdown:
  description: The same report as a page in Markdown.
  type: str
  returned: success, with O(state=present), not in check mode
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_conformance import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
