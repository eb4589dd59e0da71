#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_config_info
short_description: Read the static clients and token lifetimes from Pydio Cells' configuration file
version_added: 1.0.0
description:
  - Reads C(pydio.json) on the Cells host (rows A1 to A3 of the guide). Changes nothing.
  - A running Cells uses the configuration that it read when it started, which can differ from the file.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.no_actiongroup
options:
  config_path:
    description: The file, in the working directory of Cells.
    type: path
    default: /var/cells/pydio.json
seealso:
  - module: cellsops.sso.cells_config_audience
"""

EXAMPLES = r"""
- name: Read the audiences and token lifetimes
  cellsops.sso.cells_config_info:
    config_path: /var/cells/pydio.json
  register: cells_config
"""

RETURN = r"""
static_clients:
  description: The static clients. Secrets are masked.
  type: list
  elements: dict
  returned: success
  sample:
    - client_id: cells-frontend
      audience: ["https://demo.cells.pydio"]
life_spans:
  description:
    - The lifetimes of C(access_token), C(refresh_token) and C(id_token) in seconds. A lifetime that the file does not
      set has Cells' default.
  type: dict
  returned: success
  sample: {access_token: 600, refresh_token: 5184000, id_token: 3600}
version:
  description: The version of Cells to which the file was migrated.
  type: str
  returned: success
  sample: 4.4.13
oauth_secret_is_public:
  description:
    - Whether the OAuth secret is the one that the first start of Cells 5 writes. Everybody can read it in the source
      code of Cells, so you should replace it.
  type: bool
  returned: success
  sample: false
username_as_login:
  description:
    - The ids of the connectors whose users have their user name as the login in Cells, not their e-mail address. They
      come from the variable C(CELLS_CONNECTOR_USERNAME_AS_LOGIN) of the running Cells.
    - V(null) if Cells is not running, or if the module may not look at its process.
  type: list
  elements: str
  returned: success
  sample: [keycloak]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_config_info import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
