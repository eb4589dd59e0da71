# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenID Connect connectors of Pydio Cells Enterprise (rows C1-C9, M1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import check_issuer
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import RULE_KEYS, regex_error
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.cells.urls import callback_url
from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    Ambiguous,
    InvalidInput,
    MissingLibrary,
    ServerError,
)
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.transport import base_url
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    State,
    as_set,
    declared_part,
    differing,
    is_mask,
    masked,
    merged,
)

COLLECTION = ("config", "oauth2connectors")
SECRET_KEYS = frozenset({"clientSecret"})
SECRET_NAME = re.compile("secret|passw|bindpw|private|credential", re.IGNORECASE)
RULES = "mappingRules"
OIDC = "configoidc"

FIELDS = {
    "issuer": "issuer",
    "client_id": "clientID",
    "redirect_uri": "redirectURI",
    "insecure_skip_email_verified": "insecureSkipEmailVerified",
    "get_user_info": "getUserInfo",
    "basic_auth_unsupported": "basicAuthUnsupported",
    "user_id_key": "userIDKey",
    "user_name_key": "userNameKey",
}
"""Options whose values go as they are: option to key of configoidc."""

SETS = {"scopes": "scopes", "hosted_domains": "hostedDomains"}
"""Options of configoidc that are lists without an order."""

UNCOMPARED = "clientSecret (Cells hides it, so it is written without a comparison)"
"""The text in an action for a secret that is written together with other changes."""

RULE_DEFAULTS: State = {"RuleString": "", "LeftSplit": "", "RightValueTemplate": "", "NoUpdate": False}


class Connector:
    """A connector by its id, as the engine sees it."""

    secret_keys = SECRET_KEYS

    def __init__(self, session: CellsSession, options: Mapping[str, Any]) -> None:
        """Take the options of cells_connector. Raises InvalidInput for values that cannot be used, MissingLibrary."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.connector_id: str = options["connector_id"]
        self.title = f"connector {self.connector_id}"
        self.identity: State = {"id": self.connector_id}
        self._secret_sent = False
        self._others: list[State] = []
        if not self.connector_id or self.connector_id == "pydio":
            raise InvalidInput("connector_id: must not be empty or pydio, which is Cells' own login.")
        if options["state"] == "present":
            _check(options)
        self._issuer = options["issuer"] if options["state"] == "present" else None
        """The issuer that is still to be compared with its discovery document."""

    @property
    def callback_url(self) -> str:
        """The URL to which Keycloak sends users back (row C3)."""
        return callback_url(self.session.url, self.connector_id)

    def read(self) -> State | None:
        """Return the connector with its lists sorted, or None. Raises Ambiguous, InvalidInput, SsoError."""
        if self._issuer:
            self.warnings += check_issuer(self._issuer, self.options)
            self._issuer = None
        connectors = list_connectors(self.session)
        self._others = [c for c in connectors if c.get("id") != self.connector_id]
        found = [c for c in connectors if c.get("id") == self.connector_id]
        if len(found) > 1:
            raise Ambiguous(self.title, [str(connector.get("name")) for connector in found])
        return found[0] if found else None

    def desired(self, current: State | None) -> State | None:
        """Return the declared state. Raises InvalidInput if a connector of another type has the id."""
        options = self.options
        if current is not None and current.get("type") != options["type"]:
            raise InvalidInput(
                f"The {self.title} exists with the type {current.get('type')}, not {options['type']}: choose another "
                "id."
            )
        if options["state"] == "absent":
            return None
        state: State = {"type": options["type"]}
        if options["name"] is not None:
            state["name"] = options["name"]
        if options["sites"] is not None:
            state["sites"] = as_set(options["sites"])
        if options["mapping_rules"] is not None:
            state[RULES] = self._rules((current or {}).get(RULES, []))
        config: State = {key: options[option] for option, key in FIELDS.items() if options[option] is not None}
        config.update({key: as_set(options[option]) for option, key in SETS.items() if options[option] is not None})
        if current is None and "redirectURI" not in config:
            config["redirectURI"] = self.callback_url
        secret = self._secret(current)
        if secret is not None:
            config["clientSecret"] = secret
        if config:
            state[OIDC] = config
        if current is None:
            self._refuse_another_id(state)
        return state

    def _refuse_another_id(self, state: State) -> None:
        """Raise InvalidInput if a new connector would be another one under a new id: same issuer, client and sites."""
        config, sites = state.get(OIDC, {}), set(state.get("sites") or [])
        for other in self._others:
            same = all(
                config.get(key) and config[key] == other.get(OIDC, {}).get(key) for key in ("issuer", "clientID")
            )
            apart = sites and other.get("sites") and sites.isdisjoint(other["sites"])
            if same and not apart:
                raise InvalidInput(
                    f"connector_id: Cells has the connector {other['id']} with the same issuer and client_id. The id of"
                    " a connector never changes: it is part of the callback URL, and Cells keeps the users in a group"
                    f" of that name. Use connector_id {other['id']}, or remove that connector first."
                )

    def missing(self, current: State | None) -> list[str]:
        """Return the options that a new connector lacks: a task that declares only rules expects the connector to
        exist."""
        lacking = [option for option in ("name", "issuer", "client_id", "client_secret") if not self.options[option]]
        if current is not None or not lacking:
            return []
        return [f"Cells has no {self.title}. To create it, give {', '.join(lacking)}."]

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the one write that is needed; a PUT carries the whole connector."""
        if desired is None:
            remove = partial(self.session.delete, *COLLECTION, self.connector_id)
            return [Action(Verb.REMOVE, self.title, remove)]
        body = merged(current or {"sites": [], RULES: []}, {"id": self.connector_id, **desired})
        if current is None:
            return [Action(Verb.CREATE, self.title, lambda: self._put(body))]
        names = [key.split(".")[-1] for key, _want, _have in differing(desired, declared_part(current, desired))]
        if not shows_secret(current):
            self._send_secret_along(body)
            names = [*(name for name in names if name != "clientSecret"), UNCOMPARED]
        return [Action(Verb.UPDATE, self.title, lambda: self._put(body), tuple(names))]

    def _put(self, body: State) -> None:
        self.session.put(*COLLECTION, self.connector_id, body=body)
        self._secret_sent = True

    def _secret(self, current: State | None) -> str | None:
        """Return the declared secret for the comparison; None if it is not compared.

        It is not known whether Cells shows secrets. A hidden secret cannot differ, unless it is always written.
        """
        secret: str | None = self.options["client_secret"]
        update = self.options["update_secret"]
        if current is None:
            return secret
        if update == "on_create":
            return None
        if not shows_secret(current):
            return secret if update == "always" and not self._secret_sent else None
        return secret

    def _send_secret_along(self, body: State) -> None:
        """Put the secret, which Cells hides, into a body that is written anyway. Raises InvalidInput without one."""
        secret = self.options["client_secret"]
        if not secret:
            raise InvalidInput(
                f"Cells hides the secret of {self.title}, and may lose it if a write leaves it out: give client_secret."
            )
        body[OIDC] = {**body.get(OIDC, {}), "clientSecret": secret}

    def _rules(self, current: list[State]) -> list[State]:
        """Return the mapping rules in wire form. In mode add, existing rules for other attributes keep their places.

        In mode add, a declared rule replaces one with the same left and right attribute.
        """
        declared = [_rule(rule) for rule in self.options["mapping_rules"]]
        others = list(current)
        placed: list[tuple[State | None, State]] = []
        for rule in declared:
            there = next((other for other in others if _pair(other) == _pair(rule)), None)
            if there is not None:
                others.remove(there)
            # Other keys of a rule, such as a name, stay.
            placed.append((there, {**(there or {}), **rule}))
        if self.options["mapping_rules_mode"] == "exact":
            return [rule for _there, rule in placed]
        kept = [next((new for there, new in placed if there is old), old) for old in current]
        return [*kept, *(rule for there, rule in placed if there is None)]


def list_connectors(session: CellsSession, connector_id: str | None = None) -> list[State]:
    """Return the connectors in comparable form, all or those of one id. Secrets are in them. Raises SsoError."""
    answer = session.get(*COLLECTION)
    connectors = answer.get("connectors") if isinstance(answer, dict) else None
    if connectors is None and answer == {}:
        connectors = []
    if not isinstance(connectors, list) or not all(isinstance(connector, dict) for connector in connectors):
        raise ServerError("GET", f"{session.url}/a/{'/'.join(COLLECTION)}", 200, "no list of connectors in the answer")
    return [_comparable(c) for c in connectors if connector_id is None or c.get("id") == connector_id]


def without_secrets(connectors: list[State]) -> list[State]:
    """Return connectors with everything masked that sounds like a secret: other types than OIDC have their own."""
    keys = frozenset(key for connector in connectors for key in _keys(connector) if SECRET_NAME.search(key))
    masked_connectors: list[State] = masked(connectors, keys | SECRET_KEYS)
    return masked_connectors


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _keys(item)
    elif isinstance(value, list):
        for item in value:
            yield from _keys(item)


def login_connectors(session: CellsSession) -> list[State]:
    """Return the connectors on the login page (row C9): dicts with Id, Name and Type. Raises SsoError."""
    answer = session.get_public("frontend", "login", "connectors")
    connectors = answer.get("Connectors") if isinstance(answer, dict) else None
    return connectors if isinstance(connectors, list) else []


def _comparable(connector: State) -> State:
    state = dict(connector)
    state["sites"] = as_set(state.get("sites") or [])
    state[RULES] = [{**RULE_DEFAULTS, **rule} for rule in state.get(RULES) or []]
    if isinstance(state.get(OIDC), dict):
        config = dict(state[OIDC])
        config.update({key: as_set(config[key]) for key in SETS.values() if config.get(key)})
        state[OIDC] = config
    return state


def _rule(rule: Mapping[str, Any]) -> State:
    """Return a declared mapping rule in wire form, what is not given as Cells has it in a new rule."""
    return {
        **RULE_DEFAULTS,
        **{key: rule[option] for option, key in RULE_KEYS.items() if rule.get(option) is not None},
    }


def _pair(rule: State) -> tuple[Any, Any]:
    return rule.get("LeftAttribute"), rule.get("RightAttribute")


def shows_secret(connector: State) -> bool:
    """Return whether Cells shows the connector's secret: not left out, not empty, not a mask."""
    secret = connector.get(OIDC, {}).get("clientSecret") or ""
    return bool(secret) and not is_mask(secret)


def _check(options: Mapping[str, Any]) -> None:
    """Refuse values that Cells would take and that can only be mistakes. Raises InvalidInput, MissingLibrary."""
    if options["client_secret"] is not None and (not options["client_secret"] or is_mask(options["client_secret"])):
        raise InvalidInput(
            "client_secret: this is empty or the mask that servers show for a secret. Give the secret itself."
        )
    for option in ("issuer", "redirect_uri"):
        if options[option] is not None:
            base_url(options[option], option)
    for rule in options["mapping_rules"] or []:
        try:
            error = regex_error(rule.get("rule_string") or "")
        except MissingLibrary:
            # Only a check that spares a mistake; the rule is written without it.
            continue
        if error:
            raise InvalidInput(
                "mapping_rules: RE2, and so Cells, does not support the regular expression "
                f"{rule['rule_string']!r}: {error}"
            )
