# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter group_mappers (row S2)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: group_mappers
author:
  - cellsops.sso developers (@cellsops)
version_added: 1.0.0
short_description: The protocol mappers for the sources of a user's groups
description:
  - Returns the O(cellsops.sso.keycloak_client_scope#module:protocol_mappers) that write a user's groups into one claim,
    from one or more sources (row S2 of the guide).
  - The mapper of a source that is not in the list gets the state V(absent), with the claim as its only setting. The
    module then removes a mapper of the same name and type that writes the same claim, and keeps all others.
  - It contacts no server.
positional: _input, attribute, name
options:
  _input:
    description:
      - Where the groups come from. V(ldap_attribute) and V(user_attribute) read a user attribute, V(groups) reads the
        user's groups in Keycloak, V(realm_roles) and V(client_roles) read the user's effective roles.
      - Keycloak merges the values of several mappers.
    type: list
    elements: str
    choices: [ldap_attribute, user_attribute, groups, realm_roles, client_roles]
    required: true
  attribute:
    description: The claim, and the user attribute for V(ldap_attribute) and V(user_attribute).
    type: str
    required: true
  name:
    description: The name of the mapper for a user attribute. The names of the others begin with it.
    type: str
    required: true
  full_path:
    description: For V(groups), whether a value is the path of the group, such as V(/staff/it), or only its name.
    type: bool
    default: false
  client:
    description: For V(client_roles), the id of the client whose roles count.
    type: str
    default: ""
  role_prefix:
    description: For V(realm_roles) and V(client_roles), text that Keycloak puts in front of each role.
    type: str
    default: ""
seealso:
  - module: cellsops.sso.keycloak_client_scope
"""

EXAMPLES = r"""
- name: Write the names of Keycloak's groups into the claim cellsgroups
  cellsops.sso.keycloak_client_scope:
    realm: cells
    name: cellsscope
    protocol_mappers: "{{ ['groups'] | cellsops.sso.group_mappers('cellsgroups', 'User Group Mapper') }}"
"""

RETURN = r"""
_value:
  description: One entry for each type of mapper.
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import SOURCES, protocol_mappers


def group_mappers(
    sources: Any, attribute: str, name: str, *, full_path: bool = False, client: str = "", role_prefix: str = ""
) -> list[dict[str, Any]]:
    """Return the protocol mappers for a list of sources. Raises AnsibleFilterError for an unknown source."""
    if not isinstance(sources, list):
        raise AnsibleFilterError(f"group_mappers takes a list of sources, not {type(sources).__name__}.")
    unknown = [str(source) for source in sources if str(source) not in SOURCES]
    if unknown:
        raise AnsibleFilterError(f"group_mappers: {', '.join(unknown)} is not a source. Sources: {', '.join(SOURCES)}.")
    settings = {"attribute": attribute, "full_path": full_path, "client": client, "role_prefix": role_prefix}
    return protocol_mappers(sources, name, settings)


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"group_mappers": group_mappers}
