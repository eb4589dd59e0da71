#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_connector_info
short_description: Read the connectors and the login page of Pydio Cells Enterprise
version_added: 0.1.0
description:
  - Returns one connector, or all of them, and the connectors that the login page offers (row C9 of the guide). Secrets
    are masked.
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
  connector_id:
    description: The id of the connector to read. If you do not give it, all connectors are read.
    type: str
seealso:
  - module: cellsops.sso.cells_connector
"""

EXAMPLES = r"""
- name: Read the connectors
  cellsops.sso.cells_connector_info:
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
  register: cells

- name: Check that the login page offers Keycloak
  ansible.builtin.assert:
    that: "'SSO with Keycloak' in (cells.login_connectors | map(attribute='Name'))"
"""

RETURN = r"""
connectors:
  description: The connectors. The list is empty if no connector has the given O(connector_id).
  type: list
  elements: dict
  returned: success
  sample:
    - id: keycloak
      name: SSO with Keycloak
      type: oidc
login_connectors:
  description: All connectors that the login page offers.
  type: list
  elements: dict
  returned: success
  sample:
    - {Id: keycloak, Name: SSO with Keycloak, Type: oidc}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_connector_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
