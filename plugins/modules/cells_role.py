#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_role
short_description: Manage a role of Pydio Cells
version_added: 1.0.0
description:
  - Creates a role of a given id, sets its label, or removes it if nobody uses it.
  - A mapping rule of a connector turns the values of a claim into the B(ids) of roles, not into their labels. If you
    want to give rights to a role before its users log in for the first time, create it with this module. It is not
    known whether Cells creates missing roles at a login.
  - Does not change the rights, members or other settings of a role. Manage them in the console of Cells.
  - Works with Cells Enterprise and Cells Home.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_cells
requirements:
  - requests, on the host that runs the module
options:
  state:
    description:
      - V(present) creates the role if it does not exist.
      - V(absent) removes the role. A role is removed only if no user has it, it gives no rights, no profile applies it,
        and no connector names it in a mapping rule. Otherwise, the task fails, or leaves the role in place with
        O(if_unused=true).
    type: str
    choices: [present, absent]
    default: present
  role_id:
    description:
      - The id of the role. A mapping rule turns a group into this value. For a distinguished name, it is the
        name in the first part, such as V(staff) for C(cn=staff,ou=groups,dc=example,dc=org). The role
        C(cellsops.sso.setup) works it out for you.
      - Cells does not allow commas in an id. The module also refuses asterisks, which are wildcards in Cells.
      - You can create a role whose id contains a slash, but not remove it through the REST API.
      - The ids of the roles of users, groups and teams are refused.
    type: str
    required: true
  label:
    description:
      - The label that the console shows. If you do not give it, a new role gets its id as the label, and an existing
        role keeps its label.
      - With O(state=absent), a role that has another label counts as used.
    type: str
  if_unused:
    description:
      - Whether O(state=absent) leaves a role in place if somebody uses it. Otherwise, the task fails.
      - Requires O(state=absent).
    type: bool
    default: false
  apart_from_connectors:
    description:
      - Ids of connectors that do not count as users of the role. Name connectors that an earlier task removes here,
        because check mode still sees them.
      - Requires O(state=absent).
    type: list
    elements: str
    default: []
notes:
  - Any user of Cells may read roles and create new ones. To change or remove a role, you need the token of an
    administrator.
seealso:
  - module: cellsops.sso.cells_role_info
  - module: cellsops.sso.cells_connector
  - plugin: cellsops.sso.cells_roles
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Create a role for the members of a group, before they log in
  cellsops.sso.cells_role:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    role_id: staff
    label: Staff of the library

- name: Remove a role that nobody uses any more
  cellsops.sso.cells_role:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
    role_id: staff
    state: absent
    if_unused: true
"""

RETURN = r"""
role:
  description: The role as Cells shows it, or in check mode as it would be. Empty if there is none.
  type: dict
  returned: success
  sample:
    Uuid: staff
    Label: Staff of the library
    LastUpdated: 1795682849
    AutoApplies: [""]
used_by:
  description: Who uses the role, which therefore stays. Empty if nobody does.
  type: list
  elements: str
  returned: when O(if_unused=true)
  sample: ["2 users (dora, emil)", "3 rights that it gives"]
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["create role staff"]
diff:
  description: The declared keys before and after.
  type: dict
  returned: success
  sample:
    before: {Label: staff}
    after: {Label: Staff of the library}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_role import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
