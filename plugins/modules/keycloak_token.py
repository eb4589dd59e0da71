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
  - Logs in and returns the access token, for the option O(token) of the tasks that follow.
  - Give those tasks the credentials too, and a token that nears its end is renewed, however long the play takes.
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
      - A realm that the token is meant for. Where it is given, a realm that is not there, or that the account may not
        administer, fails here instead of in a later task.
    type: str
  token:
    description:
      - Not needed here. A token that has at least 10 seconds left is returned as it is, without a login.
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
  description: The access token. Register it in a task with C(no_log), since whoever has it acts as the account.
  type: str
  returned: success
  sample: eyJhbGciOiJSUzI1NiIsInR5cCIgOiAiSldUIi…
expires_in:
  description: Seconds for which the token is good.
  type: int
  returned: success
  sample: 60
clock_skew:
  description:
    - Keycloak's clock against the one of the machine the module runs on, from the moment the token was issued at.
    - C(skew_seconds) is Keycloak's clock minus this one, C(uncertainty_seconds) how far that may be off.
  type: dict
  returned: when there was a login
  sample:
    skew_seconds: 0.1
    uncertainty_seconds: 0.53
    source: iat of a token that https://sso.example.org issued
  version_added: 0.2.0
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_token import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
