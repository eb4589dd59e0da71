#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_token
short_description: Log in to Keycloak once for a block of tasks
version_added: 0.1.0
description:
  - Logs in and returns the access token, which you pass to the option O(token) of the tasks that follow.
  - If you give those tasks the credentials too, an expiring token is renewed, however long the play takes.
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.reads
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description:
      - The realm that you want to manage with the token. If you give it, the task fails if the realm does not exist
        or the account may not administer it, instead of a later task.
    type: str
  token:
    description:
      - Usually not needed here. A token that is valid for at least 10 more seconds is returned unchanged, without a
        login.
seealso:
  - module: cellsops.sso.keycloak_oidc_client
"""

EXAMPLES = r"""
- name: Log in to Keycloak
  cellsops.sso.keycloak_token:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
  register: keycloak_login
  no_log: true

- name: Use the token for the tasks of a block
  module_defaults:
    group/cellsops.sso.keycloak:
      auth_keycloak_url: https://sso.example.org
      auth_username: admin
      auth_password: "{{ keycloak_admin_password }}"
      token: "{{ keycloak_login.token }}"
      realm: cells
  block:
    - name: Read the clients of the realm
      cellsops.sso.keycloak_oidc_client_info:
"""

RETURN = r"""
token:
  description: The access token. Set C(no_log) on the task, because anyone who has the token can act as the account.
  type: str
  returned: success
  sample: eyJhbGciOiJSUzI1NiIsInR5cCIgOiAiSldUIi…
expires_in:
  description: The remaining lifetime of the token in seconds.
  type: int
  returned: success
  sample: 60
clock_skew:
  description:
    - The difference between Keycloak's clock and the clock of the machine that runs the module, measured when the
      token was issued.
    - C(skew_seconds) is Keycloak's clock minus this machine's clock. C(uncertainty_seconds) is the possible error.
  type: dict
  returned: when there was a login
  sample:
    skew_seconds: 0.1
    uncertainty_seconds: 0.53
    source: iat of a token that https://sso.example.org issued
  version_added: 1.0.0
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_token import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
