# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that check where a user's groups come from."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation of GROUP_SOURCE_OPTIONS in module_utils/keycloak/group_sources.py."""

    DOCUMENTATION = r"""
options:
  groups_source:
    description:
      - Where a user's groups come from (row S2). By default, it is V(ldap_attribute) if O(ldap_provider) is set, and
        V(user_attribute) otherwise.
    type: list
    elements: str
    choices: [ldap_attribute, user_attribute, groups, realm_roles, client_roles]
    default: []
  groups_full_path:
    description: For V(groups), whether the claim contains the full path of each group instead of its name.
    type: bool
    default: false
  groups_client:
    description: For V(client_roles), the id of the client whose roles count.
    type: str
    default: ""
  groups_role_prefix:
    description: For V(realm_roles) and V(client_roles), the text that Keycloak puts in front of each role.
    type: str
    default: ""
"""
