#!/usr/bin/python
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: keycloak_user_profile_attribute
short_description: Let a user attribute through the user profile of a Keycloak realm
version_added: 1.0.0
description:
  - Since version 24, Keycloak drops a user attribute that the realm's user profile does not define. This module adds
    the attribute to the user profile. Only administrators can view and edit it, and it can have several values.
  - If the user profile already defines the attribute, or the unmanaged attribute policy of the realm lets it through,
    nothing is changed. The same is true of versions 22 and 23 if the user profile of the realm is turned off.
  - For O(if_unused), a client uses the attribute if a protocol mapper puts it into the client's tokens.
  - The account needs the role C(manage-realm) of the client C(realm-management).
author:
  - cellsops.sso developers (@cellsops)
extends_documentation_fragment:
  - cellsops.sso.keycloak
  - cellsops.sso.usage
  - cellsops.sso.attributes
  - cellsops.sso.attributes.writes
  - cellsops.sso.attributes.actiongroup_keycloak
options:
  realm:
    description: The realm of the user profile.
    type: str
    required: true
  state:
    description:
      - Whether the user profile lets the attribute through.
      - V(absent) removes the attribute only if this module has added it, which an annotation of the attribute tells.
        The values that users have are no longer visible then.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name of the user attribute.
    type: str
    required: true
seealso:
  - module: cellsops.sso.keycloak_client_scope
"""

EXAMPLES = r"""
- name: Let the attribute with the groups through
  cellsops.sso.keycloak_user_profile_attribute:
    auth_keycloak_url: https://sso.example.org
    auth_username: admin
    auth_password: "{{ keycloak_admin_password }}"
    realm: cells
    name: cellsgroups
"""

RETURN = r"""
attribute:
  description: The attribute as the user profile defines it. Empty if it does not.
  type: dict
  returned: success
  sample:
    name: cellsgroups
    permissions: {view: [admin], edit: [admin]}
    multivalued: true
used_by:
  description: The ids of the clients that use the attribute, which therefore stays.
  type: list
  elements: str
  returned: when O(if_unused=true)
  sample: []
actions:
  description: The changes that were made, or would be made in check mode.
  type: list
  elements: str
  returned: success
  sample: ["create attribute cellsgroups of the user profile"]
"""

from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_user_profile_attribute import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.module import run_module


def main() -> None:
    run_module(DEFINITION)


if __name__ == "__main__":
    main()
