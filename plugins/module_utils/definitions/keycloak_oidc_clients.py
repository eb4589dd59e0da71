# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_oidc_clients: its options and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, Outcome
from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_client_scope import (
    OPTIONS as SCOPE_OPTIONS,
)
from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_client_scope import (
    bring_about as bring_scope_about,
)
from ansible_collections.cellsops.sso.plugins.module_utils.definitions.keycloak_oidc_client import OPTIONS, bring_about
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_scopes import ClientScope
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.many_clients import check_wishes, for_each
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_once, keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession

NOTHING = {"changed": False, "actions": [], "client": {}, "new_secret": False}
"""The values of a client that failed."""

PRESENT = {"state": "present", "if_unused": False, "apart_from_clients": []}
"""The options of keycloak_client_scope that its removal needs."""


def answer(call: Call) -> Answer:
    """Return the module's return values; it fails after the last client if one failed. Raises SsoError."""
    session = KeycloakSession(call.options, call.options["realm"])
    check_wishes(call.options["clients"], call.options["parallel"])
    scopes = _client_scopes(session, call)
    names = [scope["name"] for scope in scopes]
    wishes: list[Mapping[str, Any]] = [
        {**wish, "predicted_client_scopes": [*(wish["predicted_client_scopes"] or []), *names]}
        for wish in call.options["clients"]
    ]
    outcomes = for_each(
        session, wishes, call.options["parallel"], lambda client, _wish: bring_about(client, call.check_mode)
    )
    clients = [_shown(wish, outcome) for wish, outcome in zip(wishes, outcomes)]
    secrets = {
        wish["client_id"]: outcome.answer.values["client_secret"]
        for wish, outcome in zip(wishes, outcomes)
        if "client_secret" in outcome.answer.values
    }
    values = {
        "changed": any(part["changed"] for part in scopes + clients),
        "clients": clients,
        "actions": [line for part in scopes + clients for line in part["actions"]],
        "diff": [part["diff"] for part in scopes + clients if part["changed"]],
    }
    if scopes:
        values["client_scopes"] = scopes
    if any(wish["return_secret"] for wish in wishes):
        values["client_secrets"] = secrets
    return Answer(values, session.warnings, frozenset(secrets.values()), _failures(clients))


def _client_scopes(session: KeycloakSession, call: Call) -> list[dict[str, Any]]:
    """Bring the client scopes about, one after the other, and return what to show of each. Raises SsoError."""
    wishes = call.options["client_scopes"]
    check_once("client_scopes", [wish["name"] for wish in wishes])
    scopes = [ClientScope(session, {**wish, **PRESENT}) for wish in wishes]
    return [{"name": scope.name, **bring_scope_about(scope, call.check_mode).values} for scope in scopes]


def _shown(wish: Mapping[str, Any], outcome: Outcome) -> dict[str, Any]:
    values = {key: value for key, value in outcome.answer.values.items() if key != "client_secret"}
    return {"client_id": wish["client_id"], **(NOTHING if outcome.failed else {}), **values}


def _failures(clients: list[dict[str, Any]]) -> str:
    """Return what to say of the clients that failed, empty for none."""
    failed = [f"{client['client_id']}: {client['msg']}" for client in clients if "msg" in client]
    if len(clients) == 1:
        return failed[0] if failed else ""
    return f"{len(failed)} of {len(clients)} clients failed. {' '.join(failed)}" if failed else ""


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(
        realm={"type": "str", "required": True},
        client_scopes={"type": "list", "elements": "dict", "default": [], "options": SCOPE_OPTIONS},
        clients={"type": "list", "elements": "dict", "required": True, "options": OPTIONS},
        parallel={"type": "int", "default": 4},
    ),
    answer=answer,
)
