# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module sso_preflight_info: its options and what it does."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import MAPPING_RULES, cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, read
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import SOURCES
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.preflight.preflight import Preflight

STEPS = ["client", "connector", "ldap", "scope", "mapping", "audience", "time", "verify"]


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    preflight = Preflight(call.options)
    values = preflight.values()
    revealed = frozenset(values.get(name, "") for name in ("token", "client_secret"))
    return replace(read(preflight.warnings, **values), revealed=revealed)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        **cells_argument_spec(
            realm={"type": "str", "required": True},
            state={"type": "str", "choices": ["present", "absent"], "default": "present"},
            steps={"type": "list", "elements": "str", "choices": STEPS, "default": STEPS},
            client_id={"type": "str", "required": True},
            client_scopes={"type": "list", "elements": "str", "default": []},
            rotate_secret_on={"type": "str", "no_log": False},
            return_secret={"type": "bool", "default": False, "no_log": False},
            connector_id={"type": "str", "default": "keycloak"},
            issuer={"type": "str", "default": ""},
            groups_source={"type": "list", "elements": "str", "choices": list(SOURCES), "default": []},
            groups_client={"type": "str", "default": ""},
            user_profile_attribute={"type": "bool", "default": False},
            ldap_provider={"type": "str", "default": ""},
            ldap_groups={"type": "bool", "default": False},
            ldap_mapper={"type": "str", "default": ""},
            groups_attribute={"type": "str", "default": ""},
            mapping_rules={**MAPPING_RULES, "default": []},
            roles={"type": "dict", "default": {}},
            roles_mode={"type": "str", "choices": ["add", "exact"], "default": "add"},
            username={"type": "str", "default": ""},
            audience={"type": "list", "elements": "str", "default": []},
            audience_method={"type": "str", "choices": ["file", "cli", "api", "none"], "default": "file"},
            cells_host_problems={"type": "list", "elements": "str", "default": []},
            lists={"type": "dict", "default": {}},
        )
    ),
    answer=answer,
)
