# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenID Connect clients of a realm (rows G1-G7, and the assignment of client scopes, S1)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.client_representation import (
    FIELDS,
    IF_PRESENT,
    SCOPES,
    SECRET_KEYS,
    SETS,
    TRIGGER,
    changed_names,
    check_options,
    comparable,
    declared_attributes,
    update_body,
    without_off,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.realm_scopes import PROTOCOL, RealmScopes, is_oidc
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.rights import management_client
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, only
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session_limits import above_realm
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Result, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import MASK, State, as_set, changed_keys, masked, merged

DEFAULT_AND_OPTIONAL = ("defaultClientScopes", "optionalClientScopes")

SERVICE_ACCOUNT_SCOPE = "service_account"
"""If the realm has it, Keycloak assigns it when service accounts are enabled, and removes it again (26.7.3)."""


class Client:
    """A client by its client id, as the engine sees it."""

    secret_keys = SECRET_KEYS

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any], scopes: RealmScopes | None = None) -> None:
        """Take the options of keycloak_oidc_client, and the scopes if several clients share them.

        Raises InvalidInput for values that cannot be used.
        """
        self.session = session
        self.scopes = scopes or RealmScopes(session)
        self.warnings = session.warnings
        self.options = options
        self.client_id: str = options["client_id"]
        self.title = f"client {self.client_id}"
        self.identity: State = {"clientId": self.client_id}
        self.predicted_scopes: list[str] = []
        """Client scopes that earlier tasks would have made, in check mode."""
        check_options(options)

    def read(self) -> State | None:
        """Return the client with its lists sorted, post-logout URIs included, or None."""
        return find_client(self.session, self.client_id)

    def desired(self, current: State | None) -> State | None:
        """Return the declared state. Raises InvalidInput if a SAML client has the client id."""
        options = self.options
        if current is not None and not is_oidc(current):
            raise InvalidInput(
                f"The {self.title} exists for the protocol {current['protocol']}, not {PROTOCOL}. Choose another "
                "client_id."
            )
        if options["state"] == "absent":
            return None
        state: State = {key: options[option] for option, key in FIELDS.items() if options[option] is not None}
        state.update({key: as_set(options[option]) for option, key in SETS.items() if options[option] is not None})
        attributes = declared_attributes(options)
        if current is not None:
            attributes = without_off(attributes, current.get("attributes") or {})
        if attributes:
            state["attributes"] = attributes
        self._check_together(current or {}, state)
        state.update(self._scopes(current, state))
        return state

    def _check_together(self, before: State, declared: State) -> None:
        """Refuse values that do not go together with others that the client has. Raises InvalidInput."""
        after = merged(before, declared)
        public = after.get("publicClient", True)
        if public and ("secret" in declared or self.options["rotate_secret_on"] is not None):
            # Keycloak takes a secret for a public client, and drops it.
            raise InvalidInput(
                f"The {self.title} is public, and a public client has no secret. Set public_client to false."
            )
        if not declared.get("authorizationServicesEnabled"):
            return
        new = not before.get("authorizationServicesEnabled")
        if public or (new and not after.get("serviceAccountsEnabled")):
            # Keycloak answers with a status of 500 and no reason.
            raise InvalidInput(
                f"authorization_services_enabled: the {self.title} needs public_client false and "
                "service_accounts_enabled true for this."
            )

    def _scopes(self, current: State | None, declared: State) -> State:
        """Return the declared assignments; a scope that is declared as default leaves the optional ones, and back."""
        options = self.options
        scopes: dict[str, list[str]] = {key: options[o] for o, key in SCOPES.items() if options[o] is not None}
        if not scopes and not options[IF_PRESENT]:
            return {}
        given = self._given(current, declared)
        present = self._present(given["defaultClientScopes"])
        if present:
            scopes["defaultClientScopes"] = [*scopes.get("defaultClientScopes", []), *present]
        add = self.options["client_scopes_mode"] == "add"
        state = {key: as_set([*names, *(given.get(key, []) if add else [])]) for key, names in scopes.items()}
        for key, other in (DEFAULT_AND_OPTIONAL, DEFAULT_AND_OPTIONAL[::-1]):
            taken = set(scopes.get(key, []))
            names = state.get(other) or given.get(other) or []
            if taken & set(names):
                state[other] = [name for name in names if name not in taken]
        return state

    def _present(self, given: list[str]) -> list[str]:
        """Return the scopes to assign only if the realm has them; it is asked only if the client lacks one."""
        wanted: list[str] = self.options[IF_PRESENT] or []
        if set(wanted) <= set(given):
            return wanted
        return [name for name in wanted if name in self.scopes.ids]

    def _given(self, current: State | None, declared: State) -> dict[str, list[str]]:
        """Return the assignments as they are once the client itself is written: Keycloak changes some along with it."""
        given = {key: list(current.get(key, [])) for key in SCOPES.values()} if current else dict(self.scopes.defaults)
        before = bool((current or {}).get("serviceAccountsEnabled"))
        after = declared.get("serviceAccountsEnabled", before)
        names = [name for name in given["defaultClientScopes"] if name != SERVICE_ACCOUNT_SCOPE]
        if after and not before and SERVICE_ACCOUNT_SCOPE in self.scopes.ids:
            given["defaultClientScopes"] = as_set([*names, SERVICE_ACCOUNT_SCOPE])
        elif before and not after:
            given["defaultClientScopes"] = names
        return given

    def missing(self, current: State | None) -> list[str]:
        """Return which client scopes the realm lacks, and which session timeouts are above those of the realm."""
        before = (current or {}).get("attributes") or {}
        declared = declared_attributes(self.options)
        changing = {name: value for name, value in declared.items() if before.get(name) != value}
        return [*self._missing_scopes(current), *above_realm(self.session, changing)]

    def _missing_scopes(self, current: State | None) -> list[str]:
        """Return which declared client scopes the realm does not have, and no earlier task would have made."""
        unknown = [
            name
            for option, key in SCOPES.items()
            for name in self.options[option] or []
            if name not in (current or {}).get(key, []) and name not in self.predicted_scopes
            if name not in self.scopes.ids
        ]
        if not unknown:
            return []
        if not self.scopes.ids:
            right = f"the role view-clients of the client {management_client(self.session.realm)}"
            return [f"Keycloak shows no client scopes to this account, which lacks {right}."]
        there = ", ".join(sorted(self.scopes.ids))
        return [f"Realm {self.session.realm} has no client scope {', '.join(unknown)} for {PROTOCOL} (it has {there})."]

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the writes: the client itself, its secret, and each scope on its own."""
        admin = self.session.admin
        if desired is None:
            return [Action(Verb.REMOVE, self.title, lambda: admin.delete_client(_id(current)))]
        scopes = {key: desired[key] for key in SCOPES.values() if key in desired}
        body = {key: value for key, value in desired.items() if key not in scopes}
        if current is None:
            payload = {**body, "clientId": self.client_id, "protocol": PROTOCOL}
            if "attributes" in body:
                # An empty one clears. On a new client there is nothing to clear, and older servers would keep it.
                payload["attributes"] = {key: value for key, value in body["attributes"].items() if value}
            made = Action(Verb.CREATE, self.title, lambda: admin.create_client(payload))
            return [made, *self._assign(None, body, scopes)]
        actions = []
        changed = changed_keys(current, body)
        if changed:
            payload = update_body(current, body, changed)
            update = partial(admin.update_client, current["id"], payload)
            actions.append(Action(Verb.UPDATE, self.title, update, changed_names(current, body, changed)))
        if self._rotates(current):
            # Before the update, which stores the trigger: if the update fails, the next run rotates again.
            rotate = partial(admin.generate_client_secrets, current["id"])
            actions.insert(0, Action(Verb.ROTATE_SECRET, self.title, rotate))
        return [*actions, *self._assign(current, body, scopes)]

    def has_new_secret(self, result: Result) -> bool:
        """Return whether the client has another secret after this result than before it; result: of this resource."""
        if not result.state or result.state.get("publicClient", True):
            return False
        own = [action for action in result.actions if action.target == self.title]
        return any(
            action.verb in (Verb.CREATE, Verb.ROTATE_SECRET) or {"secret", "publicClient"} & set(action.detail)
            for action in own
        )

    def _rotates(self, current: State) -> bool:
        return rotates(current, self.options["rotate_secret_on"])

    def _assign(self, current: State | None, body: State, scopes: State) -> list[Action]:
        """Return the changes of assignments, removals first: a scope is not both default and optional."""
        if not scopes:
            return []
        given = self._given(current, body)
        removals, additions = [], []
        for key, wanted in scopes.items():
            kind = "default" if key == "defaultClientScopes" else "optional"
            present = given[key]
            for name in (name for name in present if name not in wanted):
                take = self._scope_call(f"delete_client_{kind}_client_scope", current, name)
                removals.append(Action(Verb.UNASSIGN, self.title, take, (f"{kind} client scope {name}",)))
            for name in (name for name in wanted if name not in present):
                # The path says all that counts; Keycloak wants a body, and ignores it.
                assign = self._scope_call(f"add_client_{kind}_client_scope", current, name, {})
                additions.append(Action(Verb.ASSIGN, self.title, assign, (f"{kind} client scope {name}",)))
        return [*removals, *additions]

    def _scope_call(self, verb: str, current: State | None, name: str, *body: State) -> Callable[[], object]:
        return lambda: getattr(self.session.admin, verb)(_id(current or self.read()), self.scopes.id_of(name), *body)


def rotates(client: State, trigger: str | None) -> bool:
    """Return whether a client gets a new secret for a value of rotate_secret_on, None for no value."""
    return trigger is not None and client.get("attributes", {}).get(TRIGGER, "") != trigger


def secret_of(client: State) -> str:
    """Return the secret that Keycloak shows of a client; empty for a public client, or if the account sees a mask."""
    secret = "" if client.get("publicClient", True) else str(client.get("secret") or "")
    return "" if secret == MASK else secret


def find_client(session: KeycloakSession, client_id: str) -> State | None:
    """Return the client of that very id in comparable form, or None. Raises Ambiguous, SsoError."""
    found = [
        client for client in session.get_list("clients", clientId=client_id) if client.get("clientId") == client_id
    ]
    client = only(found, f"client {client_id}")
    return None if client is None else comparable(client)


def list_clients(session: KeycloakSession, client_id: str | None) -> list[State]:
    """Return the OpenID Connect clients of the realm, or of one client id, secrets masked. Raises SsoError."""
    if client_id is None:
        found = [comparable(client) for client in session.get_list("clients")]
    else:
        found = [client for client in [find_client(session, client_id)] if client is not None]
    clients = sorted(filter(is_oidc, found), key=lambda client: str(client["clientId"]))
    return [masked(client, SECRET_KEYS) for client in clients]


def _id(client: State | None) -> str:
    if client is None:
        raise InvalidInput(
            "The client was removed by somebody else while the task was changing it. Run the task again."
        )
    return str(client["id"])
