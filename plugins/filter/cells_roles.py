# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter cells_roles (row M1)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cells_roles
author:
  - cellsops.sso developers (@cellsops)
version_added: 0.1.0
short_description: The roles that a user's claims would give in Pydio Cells
description:
  - Applies the mapping rules of a connector to the claims of a user's token and returns the ids of the roles, before
    anyone logs in. Values become the ids of roles, not their labels.
  - The steps, such as trimming, lists and regular expressions, behave like those in Cells' public code. The order in
    which Cells Enterprise applies them to claims is not public. The filter assumes that the rule string is either a
    regular expression or a list.
  - Whether a rule string that does not begin with V(preg:) can be a regular expression is not known. If it can be read
    both ways and the outcomes differ, the filter fails and shows both.
  - It is not known whether Cells creates roles that it does not have yet.
positional: _input, mapping_rules, dn_to_name
options:
  _input:
    description:
      - The claims, such as RV(cellsops.sso.keycloak_token_preview#module:id_token).
      - A claim can be text or a list. Numbers and booleans count as their JSON text. A claim that is null or missing
        gives no roles. An object, or a list within a list, is an error.
    type: dict
    required: true
  mapping_rules:
    description:
      - The mapping rules, in the order in which Cells has them. Only those whose right attribute is exactly V(Roles)
        give roles.
      - Each is a dictionary with the keys of O(cellsops.sso.cells_connector#module:mapping_rules), or with the keys
        that Cells shows, such as C(LeftAttribute).
      - C(left_attribute) is the exact name of the claim.
      - If C(rule_string) is empty, it keeps every value. If it is a list with commas, it keeps the listed values. If it
        begins with V(preg), it keeps the values that the regular expression matches (syntax of RE2). An invalid regular
        expression drops every value.
      - C(left_split) is assumed to split each value at that text. C(no_update) does not affect the prediction.
      - The effect of C(right_value_template) is not known. A rule for roles that has one is an error.
      - C(role_prefix) exists in LDAP directories only, and is put before each role.
    type: list
    elements: dict
    required: true
  dn_to_name:
    description:
      - Whether a value that is a distinguished name becomes the name in its first part, so that V(cn=Sales,ou=groups)
        becomes V(Sales).
      - It is not known for certain whether Cells does this with claims, so you can turn it off.
    type: bool
    default: true
requirements:
  - google-re2 on the controller, if a rule is a regular expression
notes:
  - As in Cells, the roles are not sorted, and duplicates stay. If the rule string is a list, the roles have its order.
seealso:
  - module: cellsops.sso.cells_connector
  - module: cellsops.sso.keycloak_token_preview
"""

EXAMPLES = r"""
- name: Show the roles that a group claim would give
  ansible.builtin.debug:
    msg: "{{ claims | cellsops.sso.cells_roles(rules) }}"
    # ['Test_DEM_WebUsers', 'Test_Etrange_Gov']
  vars:
    claims:
      cellsgroups:
        - cn=Test_DEM_WebUsers,ou=test-pydio-cells,dc=example,dc=org
        - cn=Test_Etrange_Gov,ou=test-pydio-cells,dc=example,dc=org
    rules:
      - left_attribute: cellsgroups
        right_attribute: Roles

- name: Keep some groups only, and leave their names as they are
  ansible.builtin.debug:
    msg: "{{ claims | cellsops.sso.cells_roles(rules, dn_to_name=false) }}"
    # ['/staff/editors']
  vars:
    claims:
      groups: [/staff/editors, /guests]
    rules:
      - left_attribute: groups
        right_attribute: Roles
        rule_string: "preg:^/staff/"
"""

RETURN = r"""
_value:
  description: The ids of the roles, in Cells' order. Duplicates are kept.
  type: list
  elements: str
  sample: [Test_DEM_WebUsers, Test_Etrange_Gov]
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError


def cells_roles(claims: Any, mapping_rules: Any, dn_to_name: bool = True) -> list[str]:
    """Return the ids of the roles. Raises AnsibleFilterError, one line, if they cannot be told."""
    if not isinstance(dn_to_name, bool):
        raise AnsibleFilterError(f"dn_to_name must be a boolean, not of type {type(dn_to_name).__name__}.")
    try:
        return predicted_roles(claims, mapping_rules, dn_to_name, certain=True)
    except SsoError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"cells_roles": cells_roles}
