# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module keycloak_oidc_client: its options and what it does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotKept
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import Client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import keycloak_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import management_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Verb, reconcile, shown
from ansible_collections.cellsops.sso.plugins.module_utils.wire import MASK

OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "client_id": {"type": "str", "required": True},
    "name": {"type": "str"},
    "description": {"type": "str"},
    "enabled": {"type": "bool"},
    "root_url": {"type": "str"},
    "base_url": {"type": "str"},
    "redirect_uris": {"type": "list", "elements": "str"},
    "post_logout_redirect_uris": {"type": "list", "elements": "str"},
    "web_origins": {"type": "list", "elements": "str"},
    "public_client": {"type": "bool"},
    "authorization_services_enabled": {"type": "bool"},
    "standard_flow_enabled": {"type": "bool"},
    "implicit_flow_enabled": {"type": "bool"},
    "direct_access_grants_enabled": {"type": "bool"},
    "service_accounts_enabled": {"type": "bool"},
    "bearer_only": {"type": "bool"},
    "consent_required": {"type": "bool"},
    "client_authenticator_type": {"type": "str", "no_log": False},
    "pkce_method": {"type": "str", "choices": ["", "S256", "plain"]},
    "attributes": {"type": "dict"},
    "secret": {"type": "str", "no_log": True},
    "rotate_secret_on": {"type": "str", "no_log": False},
    "default_client_scopes": {"type": "list", "elements": "str"},
    "default_client_scopes_if_present": {"type": "list", "elements": "str"},
    "optional_client_scopes": {"type": "list", "elements": "str"},
    "client_scopes_mode": {"type": "str", "choices": ["add", "exact"], "default": "add"},
    "predicted_client_scopes": {"type": "list", "elements": "str"},
    "return_secret": {"type": "bool", "default": False, "no_log": False},
}
"""The options of one client, also of each client of keycloak_oidc_clients."""


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    session = KeycloakSession(call.options, call.options["realm"])
    return bring_about(Client(session, call.options), call.check_mode)


def bring_about(client: Client, check_mode: bool) -> Answer:
    """Bring a client to the state that its options declare. Raises SsoError."""
    client.predicted_scopes = client.options["predicted_client_scopes"] or [] if check_mode else []
    try:
        result = reconcile(client, check_mode)
    except NotKept as error:
        raise NotKept(
            f"{error} Look for a client policy of the realm that sets it (Realm settings, Client policies)."
        ) from None
    own = {"client": shown(client, result.state), "new_secret": client.has_new_secret(result)}
    if not client.options["return_secret"]:
        return reconciled(client, result, **own)
    to_come = check_mode and any(action.verb is Verb.ROTATE_SECRET for action in result.actions)
    secret = "" if to_come else (result.state or {}).get("secret", "")
    if secret == MASK:
        raise InvalidInput(
            f"return_secret: Keycloak masks the secret of the {client.title}. The account lacks the role "
            f"manage-clients of the client {management_client(client.session.realm)}."
        )
    return replace(reconciled(client, result, **own, client_secret=secret), revealed=frozenset([secret]))


DEFINITION = Definition(
    argument_spec=keycloak_argument_spec(realm={"type": "str", "required": True}, **OPTIONS),
    answer=answer,
)
