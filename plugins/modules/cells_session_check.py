#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cells_session_check
short_description: Log in to Pydio Cells through Keycloak, and check whether the session can be refreshed
version_added: 1.0.0
description:
  - Logs in with a test user as a browser does, opens the session as the web interface of Cells does, with the code of
    the login, and refreshes it (row A3 of the guide). If the audience is missing, Cells refuses the refresh, and users
    are logged out after about ten minutes. The module also recognizes other causes of a refusal.
  - Like any login, it creates a session, and the user's first login creates the user in Cells. It changes nothing else.
  - The password is sent only to O(keycloak_url). A refused login is not tried again.
  - It is not public how Cells Enterprise begins a login. The module opens C(/auth/login/<connector>), first without and
    then with a challenge of Cells' own provider, and fails if neither leads to Keycloak. See "The stand-in" in the
    documentation for the assumptions.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying target.
    support: partial
    details: In check mode, the module checks its options, does not log in, and skips the task.
  action_group:
    description: The module takes the credentials of a user, not of an administrator, and belongs to no action group.
    support: none
    membership: []
requirements:
  - requests, on the host that runs the module
options:
  cells_url:
    description: URL under which users reach Cells.
    type: str
    required: true
  keycloak_url:
    description: URL under which users reach Keycloak, with its relative path if it has one.
    type: str
    required: true
  connector_id:
    description: The connector to log in through (C1).
    type: str
    default: keycloak
  username:
    description: Name of the test user in Keycloak.
    type: str
    required: true
  password:
    description: Password of the test user.
    type: str
    required: true
  wait:
    description:
      - Seconds after which the session is refreshed again. Choose more than the lifetime of Cells' access token, which
        is 600 seconds by default. With V(0), there is only the first refresh.
    type: int
    default: 0
  validate_certs:
    description: Whether the TLS certificates must be valid.
    type: bool
    default: true
  ca_path:
    description: A file of CA certificates in PEM form to trust instead of the system's.
    type: path
  connection_timeout:
    description: Seconds to wait for a connection and for each response.
    type: int
    default: 10
seealso:
  - module: cellsops.sso.cells_config_audience
  - module: cellsops.sso.doctor_info
"""

EXAMPLES = r"""
- name: Log in with a test user, and refresh the session after the access token has expired
  cellsops.sso.cells_session_check:
    cells_url: https://demo.cells.pydio
    keycloak_url: https://sso.example.org
    username: test-user
    password: "{{ test_user_password }}"
    wait: 620
  register: session
  failed_when: session is failed or session.refreshes | default([]) | rejectattr('ok') | length > 0
"""

RETURN = r"""
login:
  description:
    - The user who logged in. C(username) is the name in Keycloak, C(login) the one in Cells. C(roles) are the ids of
      the user's roles in Cells, without the user's own role and those of groups, which Cells gives to every user. It is
      null if Cells does not show the roles.
  type: dict
  returned: success, not in check mode
  sample: {username: test-user, login: test-user@example.org, roles: [Test_DEM_WebUsers]}
refused:
  description:
    - The server that refused the login, C(by), and its C(words). If the login did not get that far, for example because
      a server does not answer, the task fails without this value.
  type: dict
  returned: when Keycloak or Cells refused the login
  sample: {by: Keycloak, words: Invalid username or password.}
refreshes:
  description:
    - Each refresh, with C(after_seconds) since the session was opened, the HTTP C(status) (null without an answer),
      whether it was C(ok), and if not, the C(cause) and a C(message).
    - The causes are C(audience), C(lost_cookie) (the cookie of the session is for another host than that of
      O(cells_url)), C(no_session), C(used_twice), C(logged_out), C(no_answer), and C(other).
  type: list
  elements: dict
  returned: success, not in check mode
  sample:
    - {after_seconds: 0.1, status: 200, ok: true, cause: "", message: ""}
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_session_check import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
