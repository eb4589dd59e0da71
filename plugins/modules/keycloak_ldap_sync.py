#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_ldap_sync
short_description: Synchronize users or groups of an LDAP provider in Keycloak
version_added: 1.0.0
description:
  - Lets Keycloak synchronize the users of an LDAP provider, or the objects of one of its mappers, such as groups. Waits
    until this is done and returns Keycloak's counts.
  - A login does not need this. Keycloak reads a user and the user's groups at each login. Synchronize if you want to
    see groups in Keycloak before their members log in.
  - The module fails if Keycloak reports a failure for a user or group. It still returns the other counts.
  - The account needs the role C(manage-users) of the client C(realm-management).
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.attributes
  - cellsops.sso.attributes.actiongroup_keycloak
attributes:
  check_mode:
    support: partial
    details:
      - Check mode looks for the LDAP provider and the mapper, and synchronizes nothing. It cannot predict the
        result of a synchronization, so it returns no counts.
  diff_mode:
    description: Shows the differences in diff mode.
    support: none
  idempotent:
    description: Writes nothing if nothing differs.
    support: full
options:
  realm:
    description: The realm of the LDAP provider.
    type: str
    required: true
  ldap_provider:
    description: Name or id of the LDAP provider.
    type: str
    required: true
  mapper:
    description: The name of the mapper to synchronize. Users are synchronized if it is empty.
    type: str
    default: ""
  mode:
    description:
      - For users, whether Keycloak reads all of them or only those that changed since the last synchronization. The
        default is all.
    type: str
    choices: [full, changed]
  direction:
    description:
      - For a mapper, the side to which the groups are written. V(to_keycloak) by default. V(to_ldap) needs the
        mode V(LDAP_ONLY).
    type: str
    choices: [to_keycloak, to_ldap]
  timeout:
    description: Seconds to wait for the result. If this is longer than O(connection_timeout), it applies instead.
    type: int
    default: 600
seealso:
  - module: cellsops.sso.keycloak_ldap_mapper
"""

EXAMPLES = r"""
- name: Import the users of the directory
  cellsops.sso.keycloak_ldap_sync:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    ldap_provider: ldap
    mode: full

- name: Import the changes since then
  cellsops.sso.keycloak_ldap_sync:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    ldap_provider: ldap
    mode: changed
"""

RETURN = r"""
added:
  description: How many users or groups Keycloak created.
  type: int
  returned: success and not in check mode
  sample: 3
updated:
  description:
    - How many users or groups Keycloak already had. Keycloak counts them even if they did not differ, so they do not
      count as a change.
  type: int
  returned: success and not in check mode
  sample: 12
removed:
  description: How many users or groups Keycloak removed.
  type: int
  returned: success and not in check mode
  sample: 0
failed:
  description:
    - How many users or groups could not be synchronized. This is always 0, because the task fails otherwise. The error
      message then contains the number, and Keycloak's log the reasons.
  type: int
  returned: success and not in check mode
  sample: 0
actions:
  description: The changes that were made, or would be made in check mode.
  type: list
  elements: str
  returned: success
  sample: ["synchronize the LDAP mapper groups"]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_ldap_sync import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
