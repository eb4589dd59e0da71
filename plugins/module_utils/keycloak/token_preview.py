# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Previews a user's tokens (rows T1, D2) with Keycloak's own evaluation, without a login or a password."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, MissingLibrary, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.clients import find_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, only
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

IMPORT_TIME = 1.0
"""Seconds after which the module looks again for a user that Keycloak does not show."""


def preview(session: KeycloakSession, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a user's tokens, and which expectations fail, by the names of the module's return values.

    options: those of keycloak_token_preview. Raises InvalidInput for an unknown client or user, Unmet (with the same
    values) if an expectation fails, SsoError.
    """
    client_id, username = options["client_id"], options["username"]
    client = find_client(session, client_id)
    if client is None:
        raise InvalidInput(
            f"Realm {session.realm} has no client {client_id!r} that this account can see (role view-clients)."
        )
    _check_scopes(client, options["scope"])
    user = find_user(session, username)
    if user is None:
        raise InvalidInput(
            f"Realm {session.realm} has no user {username!r}, either of its own or from an LDAP provider."
        )
    tokens = example_tokens(session, client["id"], user["id"], options["scope"])
    values = {
        **tokens,
        "missing_claims": missing_claims(tokens["id_token"], options["expect_claims"]),
        "failed_expectations": failed_expectations(tokens["id_token"], options["expect"]),
    }
    unmet = [f"the claim {name} is missing" for name in values["missing_claims"]]
    unmet += [f"{expression} does not hold" for expression in values["failed_expectations"]]
    if unmet:
        raise Unmet(f"In the ID token of {username} for client {client_id}: {'; '.join(unmet)}.", values)
    return values


def _check_scopes(client: State, scope: str) -> None:
    """Refuse scopes that a login could not ask for: Keycloak's preview just leaves them out. Raises InvalidInput."""
    has = {"openid", *client.get("defaultClientScopes", []), *client.get("optionalClientScopes", [])}
    lacking = ", ".join(name for name in scope.split() if name not in has)
    if lacking:
        raise InvalidInput(
            f"scope: client {client['clientId']} does not have the client scope {lacking}, so Keycloak would refuse "
            f"the login (invalid_scope). Assign it to the client. The client has {', '.join(sorted(has))}."
        )


def example_tokens(session: KeycloakSession, client_uuid: str, user_id: str, scope: str) -> dict[str, State]:
    """Return the claims that id_token, access_token and userinfo would have. scope: names, parted by spaces.

    Raises SsoError.
    """
    example = f"clients/{client_uuid}/evaluate-scopes/generate-example-"
    query = {"scope": scope, "userId": user_id}
    kinds = {"id_token": "id-token", "access_token": "access-token", "userinfo": "userinfo"}
    return {name: session.get(f"{example}{kind}", **query) for name, kind in kinds.items()}


def find_user(session: KeycloakSession, username: str) -> State | None:
    """Return the user of that name, or None. Raises Ambiguous, SsoError."""
    user = _user_shown(session, username)
    if user is None:
        # While one session imports a user from LDAP, Keycloak shows another one nobody of that name.
        time.sleep(IMPORT_TIME)
        user = _user_shown(session, username)
    return user


def _user_shown(session: KeycloakSession, username: str) -> State | None:
    users = session.get_list("users", username=username, exact="true")
    # Keycloak keeps user names in lower case.
    return only([user for user in users if user.get("username", "").lower() == username.lower()], f"user {username}")


def missing_claims(claims: State, names: list[str]) -> list[str]:
    """Return the names that claims lacks; an empty list or string counts as there."""
    return [name for name in names if claims.get(name) is None]


def failed_expectations(claims: State, expressions: list[str]) -> list[str]:
    """Return the JMESPath expressions that do not hold over the claims: whose result is false as JMESPath has it.

    Raises MissingLibrary, and InvalidInput for an expression that cannot be read or evaluated.
    """
    if not expressions:
        return []
    try:
        import jmespath
    except ImportError as error:
        raise MissingLibrary("jmespath", "where the module runs, for the option expect") from error
    failed = []
    for expression in expressions:
        try:
            value: Any = jmespath.search(expression, claims)
        except jmespath.exceptions.JMESPathError as error:
            if getattr(error, "actual_type", "") == "null":
                # A function was called on a missing claim: report the missing claim.
                failed.append(expression)
                continue
            raise InvalidInput(f"expect: {expression!r} cannot be evaluated: {str(error).splitlines()[0]}") from error
        # JMESPath: false, null and what is empty are false; the number 0 is true.
        if value is None or value is False or (isinstance(value, (str, list, dict)) and not value):
            failed.append(expression)
    return failed
