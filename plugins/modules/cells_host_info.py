#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_host_info
short_description: Check whether a host of Pydio Cells is ready for an edit of its configuration
version_added: 1.0.0
description:
  - Checks the configuration file, the rights of the user that the module runs as, the C(cells) command, and the unit or
    commands that stop Cells for an edit and start it again (rows A1 and A2 of the guide).
  - Changes nothing. Problems do not make the task fail. They are returned, so that
    M(cellsops.sso.sso_preflight_info) can report them together with other problems.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.no_actiongroup
options:
  state:
    description: Whether the configuration will contain O(audience).
    type: str
    choices: [present, absent]
    default: present
  audience:
    description: The URLs, as in M(cellsops.sso.cells_config_audience).
    type: list
    elements: str
  method:
    description: How the configuration is written, as in M(cellsops.sso.cells_config_audience).
    type: str
    choices: [file, cli]
    default: file
  config_path:
    description: The configuration file of Cells.
    type: path
    default: /var/cells/pydio.json
  cells_bin:
    description: Name or path of the command, or a list of its words, for the method V(cli).
    type: list
    elements: path
    default: [cells]
  systemd_unit:
    description:
      - The systemd unit of Cells. Empty if there is none. Ignored if you give O(stop_command) and O(start_command).
    type: str
    default: ""
  stop_command:
    description: A command that stops Cells, as a list of words. Requires O(start_command).
    type: list
    elements: str
    default: []
  start_command:
    description: A command that starts Cells again, as a list of words.
    type: list
    elements: str
    default: []
seealso:
  - module: cellsops.sso.cells_config_audience
  - module: cellsops.sso.sso_preflight_info
"""

EXAMPLES = r"""
- name: Check whether the audience can be set
  cellsops.sso.cells_host_info:
    audience: ["https://demo.cells.pydio"]
    systemd_unit: cells
  register: cells_host
  become: true
"""

RETURN = r"""
changes:
  description: Whether the audience has to change. Also V(false) if the module cannot find out.
  type: bool
  returned: success
  sample: true
unit_active:
  description: Whether the systemd unit is active and has to be stopped for the edit.
  type: bool
  returned: success
  sample: true
problems:
  description: The problems that would make the edit fail, one line each.
  type: list
  elements: str
  returned: success
  sample: ["config_path: there is no /var/cells/pydio.json. Where is the working directory of Cells?"]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_host_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
