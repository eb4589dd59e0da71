#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_config_audience
short_description: Manage the audience of a static client in the configuration of Pydio Cells
version_added: 0.1.0
description:
  - Puts the external URL of Cells into the audience of Cells' own OAuth client (rows A1 and A2 of the guide).
    Without it, a session that began with SSO ends at its first refresh, after about 10 minutes, with the status 401.
  - The client is found by its id, never by its position in the list.
  - The methods V(file) and V(cli) run on the Cells host and need only Python's standard library there. A running Cells
    does not notice such an edit, and overwrites it when it next saves its configuration. So the module fails if it
    would have to edit the file of a running Cells; in check mode, it warns. Stop Cells before the task, and start it
    afterwards. If nothing has to change, Cells can keep running.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.cells
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_cells
requirements:
  - requests, on the host that runs the module, for the method V(api)
options:
  cells_url:
    description:
      - URL under which users reach Pydio Cells. Only needed for O(method=api).
      - Defaults to the environment variable E(CELLS_URL).
  cells_token:
    description:
      - A personal access token of an administrator. Only needed for O(method=api).
      - Defaults to the environment variable E(CELLS_TOKEN).
  state:
    description: V(absent) removes O(audience), or the whole audience if you do not set that option.
    type: str
    choices: [present, absent]
    default: present
  audience:
    description:
      - The URLs for which Cells may refresh sessions, such as its external URL. Scheme, host and port must match
        exactly.
    type: list
    elements: str
  oauth_client_id:
    description: The id of the static client.
    type: str
    default: cells-frontend
  mode:
    description: V(add) keeps other URLs in the list, V(exact) removes them.
    type: str
    choices: [add, exact]
    default: add
  method:
    description:
      - V(file) edits O(config_path). It changes only the bytes of the audience, and replaces the file in one step.
      - V(cli) runs C(cells admin config set), as the guide does, and reads the file again. If the command changed or
        dropped anything else, as it does in newer releases of Cells 5, the task restores the file and fails. V(cli)
        cannot shorten the list. If the task is killed, the next run restores the file from the copy
        C(.pydio.json.before-cells).
      - V(api) uses the REST API of Cells Enterprise. If Cells does not show all fields of the client, the task fails
        before it writes.
    type: str
    choices: [file, cli, api]
    default: file
  config_path:
    description: The configuration file of Cells, for the methods V(file) and V(cli).
    type: path
    default: /var/cells/pydio.json
  cells_bin:
    description:
      - Name or path of the command, for the method V(cli). If the task runs as root, the command runs as the owner of
        O(config_path).
      - If the command is in a container, this is a list of words that go before C(admin config set), such as
        C([docker, exec, cells, cells]). It runs as the user of the task, and must change the file in O(config_path).
    type: list
    elements: path
    default: [cells]
  backup:
    description:
      - Whether to keep a backup in the folder of O(config_path) if the file changes, for the methods V(file) and
        V(cli).
    type: bool
    default: false
  allow_running:
    description:
      - Whether to edit O(config_path) even if Cells is running. Only use this if a later task restarts Cells right away
        and nobody changes its configuration in between.
      - Otherwise, the module also fails if Cells has been stopped but its child processes are still running. This
        happens if only the parent process gets the signal. Stopping a systemd unit ends all of them.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait until a Cells server that uses O(config_path), and its child processes, have ended. They may
        still be shutting down after an earlier task has stopped Cells. The module fails if they run longer.
    type: int
    default: 10
seealso:
  - module: cellsops.sso.cells_connector
"""

EXAMPLES = r"""
# With the methods file and cli, Cells must have been stopped.
- name: Let Cells refresh its sessions
  cellsops.sso.cells_config_audience:
    audience: ["https://demo.cells.pydio"]
    config_path: /var/cells/pydio.json
    backup: true
  become: true

- name: The same with the command of the guide
  cellsops.sso.cells_config_audience:
    audience: ["https://demo.cells.pydio"]
    method: cli
    cells_bin: /opt/pydio/bin/cells
  become: true

- name: The same for a stopped container of Cells, with its volume mounted from /srv/cells
  cellsops.sso.cells_config_audience:
    audience: ["https://demo.cells.pydio"]
    method: cli
    config_path: /srv/cells/pydio.json
    cells_bin: [docker, run, --rm, --volumes-from, cells, --entrypoint, cells, "docker.io/pydio/cells-enterprise:4"]
  become: true

- name: The same through the REST API
  cellsops.sso.cells_config_audience:
    audience: ["https://demo.cells.pydio"]
    method: api
    cells_url: https://demo.cells.pydio
    cells_token: "{{ cells_token }}"
  delegate_to: localhost
"""

RETURN = r"""
audience:
  description: The audience of the client after the task, or in check mode as it would be.
  type: list
  elements: str
  returned: success
  sample: ["https://demo.cells.pydio"]
static_client:
  description: The static client after the task, or in check mode as it would be.
  type: dict
  returned: success
  sample:
    client_id: cells-frontend
    audience: ["https://demo.cells.pydio"]
    scope: openid email profile pydio offline
backup_file:
  description: The backup of the file, empty if there is none.
  type: str
  returned: success
  sample: /var/cells/pydio.json.4711.2026-11-23@12:00:00~
actions:
  description: The changes that were made, or would be made in check mode, in order.
  type: list
  elements: str
  returned: success
  sample: ["update static client cells-frontend: audience, in /var/cells/pydio.json"]
diff:
  description: The audience before and after.
  type: dict
  returned: success
  sample:
    before: {audience: []}
    after: {audience: ["https://demo.cells.pydio"]}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_config_audience import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
