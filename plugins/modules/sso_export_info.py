#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sso_export_info
short_description: Read a site that was set up by hand as variables of the role setup
version_added: 1.0.0
description:
  - Reads a realm of Keycloak and a Pydio Cells Enterprise, and returns variables for the role
    P(cellsops.sso.setup#role) with which it changes nothing there.
  - Also returns the differences that these variables cannot express, one line for each value that the role would
    change.
  - The playbook C(cellsops.sso.export) writes the variables to a file.
  - Changes nothing. None of the variables is a secret. The role reads the client's secret from Keycloak.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_both
requirements:
  - python-keycloak and requests, on the host that runs the module
options:
  realm:
    description: The realm whose users log in to Cells.
    type: str
    required: true
  connector_id:
    description:
      - The id of the connector in Cells.
      - If you give neither this option nor O(client_id), the module takes the connector whose issuer is O(realm). It
        fails if there is none, or more than one.
    type: str
  client_id:
    description: The client id in the connector, if you want to choose the connector by it.
    type: str
  cells_config:
    description:
      - The result of M(cellsops.sso.cells_config_info) on the Cells host.
      - Without it, the audience is read through the REST API, and the module cannot tell whether the user name is the
        login in Cells.
    type: dict
    suboptions:
      static_clients:
        description: The static clients.
        type: list
        elements: dict
      username_as_login:
        description: The ids of the connectors whose users have their user name as the login in Cells.
        type: list
        elements: str
seealso:
  - module: cellsops.sso.cells_config_info
  - module: cellsops.sso.sso_preflight_info
  - plugin: cellsops.sso.sso_variables_file
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the site that was set up by hand
  cellsops.sso.sso_export_info:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
  register: site

- name: Show what the role would change
  ansible.builtin.debug:
    msg: "{{ site.not_expressible }}"
"""

RETURN = r"""
variables:
  description: Variables of the role P(cellsops.sso.setup#role), by their names.
  type: dict
  returned: success
  sample:
    sso_keycloak_url: https://sso.example.org
    sso_realm: cells
    sso_cells_url: https://demo.cells.pydio
    sso_client_id: demo.cells.pydio
    sso_connector_id: keycloak
not_expressible:
  description:
    - The values that the role would change in spite of these variables. If the list is empty, the role changes
      nothing.
  type: list
  elements: str
  returned: success
  sample:
    - 'client demo.cells.pydio: directAccessGrantsEnabled is true, and the role changes it to false.'
left_alone:
  description: Settings for which the role has no variable. The role does not touch them.
  type: list
  elements: str
  returned: success
  sample:
    - 'connector keycloak: hostedDomains is ["example.org"].'
not_checked:
  description: Settings that could not be read, with the reason. The role might change something there.
  type: list
  elements: str
  returned: success
  sample:
    - "Whether Cells has the client's secret: Cells hides it."
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.sso_export_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
