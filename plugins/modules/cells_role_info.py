#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_role_info
short_description: Read the roles of Pydio Cells
version_added: 1.0.0
description:
  - Returns the roles that you can give to users, either all of them or those with a given id or label. The list does
    not include roles that belong to users, groups and teams, unless you ask for one by its id.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_cells
requirements:
  - requests, on the host that runs the module
options:
  role_id:
    description: The complete id of the role to read.
    type: str
  label:
    description: The complete label of the roles to read. Several roles can have the same label.
    type: str
notes:
  - Any user of Cells may read roles.
seealso:
  - module: cellsops.sso.cells_role
"""

EXAMPLES = r"""
- name: Read the roles
  cellsops.sso.cells_role_info:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
  register: cells

- name: Show which label belongs to which id
  ansible.builtin.debug:
    msg: "{{ cells.roles | items2dict(key_name='Uuid', value_name='Label') }}"
"""

RETURN = r"""
roles:
  description: The roles, sorted by label. The list is empty if no role matches.
  type: list
  elements: dict
  returned: success
  sample:
    - Uuid: ADMINS
      Label: Administrators
      AutoApplies: [admin]
      LastUpdated: 1795682849
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_role_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
