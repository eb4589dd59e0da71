# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds client policies of a realm that refuse requests of Cells. Keycloak applies them to each request of a client.

A policy is read together with its profiles. Its conditions are applied to the client, if they only depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

REFUSING = {
    "dpop-bind-enforcer": "a DPoP proof",
    "holder-of-key-enforcer": "a client certificate",
    "intent-client-bind-checker": "an intent that belongs to the client",
    "pkce-enforcer": "PKCE",
    "reject-request": "something impossible, because it rejects every request",
    "secure-client-authenticator": "another proof than a client secret",
    "secure-par-content": "pushed authorization requests",
    "secure-request-object": "a request object",
    "use-lightweight-access-token": "access tokens without claims, to which userinfo answers 401",
}
"""Executors that refuse a login from Cells, and the requirements that they check."""

PROOFS, BY_SECRET = "secure-client-authenticator", "client-secret"
"""The executor that allows some client authenticators only, and the one of Cells."""


class Refusal(NamedTuple):
    """An executor that refuses a login."""

    policy: str
    asks_for: str
    certain: bool
    """Whether the policy is known to be for the client."""


def refusals(policies: State, profiles: State, client: State) -> list[Refusal]:
    """Return the refusals of the policies.

    policies and profiles: as client-policies/policies and client-policies/profiles give them, with the global ones.
    client: ClientRepresentation.
    """
    by_name = {p.get("name"): p for p in [*_list(profiles, "globalProfiles"), *_list(profiles, "profiles")]}
    enabled = [p for p in [*_list(policies, "globalPolicies"), *_list(policies, "policies")] if p.get("enabled")]
    judged = [(policy, _applies(policy, client)) for policy in enabled]
    return [
        Refusal(str(policy.get("name")), REFUSING[executor], applies is True)
        for policy, applies in judged
        if applies is not False
        for executor in _executors(policy, by_name)
    ]


def _executors(policy: State, profiles: dict[Any, State]) -> Iterator[str]:
    """Yield the executors of a policy that refuse a login."""
    for name in policy.get("profiles") or []:
        for executor in (profiles.get(name) or {}).get("executors") or []:
            allowed = (executor.get("configuration") or {}).get("allowed-client-authenticators") or [BY_SECRET]
            if executor.get("executor") in REFUSING and (executor["executor"] != PROOFS or BY_SECRET not in allowed):
                yield str(executor["executor"])


def _applies(policy: State, client: State) -> bool | None:
    """Return whether all conditions hold, None if that is not known; without a condition a policy never applies."""
    held = [_holds(condition, client) for condition in policy.get("conditions") or []]
    if not held or False in held:
        return False
    return None if None in held else True


def _holds(condition: State, client: State) -> bool | None:
    config = condition.get("configuration") or {}
    holds = _plainly(str(condition.get("condition")), config, client)
    negated = str(config.get("is-negative-logic", "false")).lower() == "true"
    return not holds if negated and holds is not None else holds


def _plainly(kind: str, config: State, client: State) -> bool | None:
    # Those of an update are about who changes a client, and not about logins.
    if kind == "any-client" or kind.startswith("client-updater-"):
        return kind == "any-client"
    known: dict[str, Callable[[], bool | None]] = {
        "client-access-type": lambda: _access_type(client) in (config.get("type") or []),
        "client-scopes": lambda: _has_scopes(config, client),
        "grant-type": lambda: "authorization_code" in (config.get("grant_types") or []),
        "client-attributes": lambda: _has_attributes(config.get("attributes"), client.get("attributes") or {}),
    }
    return known[kind]() if kind in known else None


def _access_type(client: State) -> str:
    return "bearer-only" if client.get("bearerOnly") else "public" if client.get("publicClient") else "confidential"


def _has_scopes(config: State, client: State) -> bool | None:
    """Return whether the client has one of the scopes; an optional one counts only if the login asks for it."""
    optional = config.get("type") == "Optional"
    assigned = client.get("optionalClientScopes" if optional else "defaultClientScopes") or []
    common = {*(config.get("scopes") or [])} & {*assigned}
    return None if optional and common else bool(common)


def _has_attributes(wanted: Any, attributes: State) -> bool | None:
    try:
        pairs = json.loads(wanted) if isinstance(wanted, str) else wanted
        return all(attributes.get(pair["key"]) == pair["value"] for pair in pairs)
    except (ValueError, TypeError, KeyError):
        return None


def _list(answer: State, key: str) -> list[State]:
    return list(answer.get(key) or [])
