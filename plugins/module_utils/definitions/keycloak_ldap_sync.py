# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_ldap_sync: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_sync import ACTIONS, DIRECTIONS, LdapSync
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    # Keycloak answers when all is done.
    patient = {**call.options, "connection_timeout": max(call.options["timeout"], call.options["connection_timeout"])}
    session = KeycloakSession(patient, call.options["realm"])
    sync = LdapSync(session, call.options)
    action = {"actions": [f"synchronize the {sync.what}"]}
    if call.check_mode:
        sync.path()
        return Answer({"changed": False, **action}, session.warnings)
    counts = sync.run()
    failure = f"Keycloak could not synchronize {counts['failed']} of the {sync.what}: see its log." * bool(
        counts["failed"]
    )
    changed = counts["added"] + counts["removed"] > 0
    return Answer({"changed": changed, **action, **counts}, session.warnings, failure=failure)


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        ldap_provider={"type": "str", "required": True},
        mapper={"type": "str", "default": ""},
        mode={"type": "str", "choices": list(ACTIONS)},
        direction={"type": "str", "choices": list(DIRECTIONS)},
        timeout={"type": "int", "default": 600},
    ),
    answer=answer,
)
