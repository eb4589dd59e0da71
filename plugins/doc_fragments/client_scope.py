# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of one client scope, for the module that takes one and for the one that takes a list."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.plugin_utils.suboptions import suboptions


class ModuleDocFragment:
    """Documentation of OPTIONS in module_utils/definitions/keycloak_client_scope.py."""

    DOCUMENTATION = r"""
options:
  name:
    description: The scope's name, by which it is found (row S1).
    type: str
    required: true
  description:
    description: A description (row S1).
    type: str
  protocol:
    description: The protocol of the scope and its mappers. The default for a new scope is V(openid-connect).
    type: str
    choices: [openid-connect, saml]
  attributes:
    description:
      - Attributes of the scope by Keycloak's names, such as C(include.in.token.scope).
      - Other attributes stay unchanged. An empty value removes an attribute.
    type: dict
  protocol_mappers:
    description: The scope's protocol mappers, found by their names (row S2).
    type: list
    elements: dict
    suboptions:
      name:
        description: The mapper's name.
        type: str
        required: true
      protocol_mapper:
        description: The mapper's type by Keycloak's name, such as V(oidc-usermodel-attribute-mapper).
        type: str
        required: true
      config:
        description:
          - The mapper's settings by Keycloak's names. Other settings stay unchanged.
        type: dict
      state:
        description:
          - Whether the mapper exists.
          - V(absent) removes a mapper only if it has the same name and type and all the settings in
            O(protocol_mappers[].config).
        type: str
        choices: [present, absent]
        default: present
        version_added: 1.0.0
  protocol_mappers_mode:
    description: V(add) keeps mappers that are not in O(protocol_mappers), V(exact) removes them.
    type: str
    choices: [add, exact]
    default: add
"""

    # With its type, since ansible-test takes each plain assignment in this class for a literal.
    MANY: str = """
options:
  client_scopes:
    description:
      - Client scopes to create or update before the clients. Each name can occur only once.
      - Each takes the options of M(cellsops.sso.keycloak_client_scope) that describe a client scope.
      - If one of them fails, no client is changed.
    type: list
    elements: dict
    default: []
    suboptions:
""" + suboptions("client_scopes", DOCUMENTATION)
