# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_ldap_mapper: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mapper_types import group_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mappers import LdapMapper
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import APART_FROM_SCOPES
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import OPTIONS as USAGE_OPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    resource = LdapMapper(KeycloakSession(call.options, call.options["realm"]), call.options)
    result = reconcile(resource, call.check_mode)
    used_by = {"used_by": resource.used_by} if call.options["if_unused"] else {}
    return reconciled(resource, result, ldap_mapper=shown(resource, result.state), **used_by)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        ldap_provider={"type": "str", "required": True},
        name={"type": "str", "required": True},
        mapper_type={"type": "str", "default": "user-attribute-ldap-mapper"},
        user_model_attribute={"type": "str"},
        ldap_attribute={"type": "str"},
        read_only={"type": "bool"},
        always_read_value_from_ldap={"type": "bool"},
        mandatory_in_ldap={"type": "bool"},
        **group_argument_spec(),
        config={"type": "dict"},
        **USAGE_OPTIONS,
        apart_from_client_scopes=APART_FROM_SCOPES,
        take_over={"type": "bool", "default": False},
        provider_cache_policy={"type": "str", "choices": ["DEFAULT", "NO_CACHE"]},
    ),
    answer=answer,
)
