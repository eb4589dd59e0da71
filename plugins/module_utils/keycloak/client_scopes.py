# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client scopes of a realm and their protocol mappers (rows S1, S2)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, NotAuthorized
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_lengths, check_once
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, make_once, only
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import check_options, users_of_scope
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    State,
    changed_keys,
    declared_part,
    merged,
    text_map,
)

FIELDS = ("name", "description", "protocol")
MAPPERS = "protocolMappers"


class ClientScope:
    """A client scope by its name, as the engine sees it. Its protocol mappers are a dict by name, not a list."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_client_scope. Raises InvalidInput for values that cannot be used."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.name: str = options["name"]
        self.title = f"client scope {self.name}"
        self.identity: State = {"name": self.name}
        self._known_id: str | None = None
        self._is_new = False
        """Whether this run has made the scope."""
        self.used_by: list[str] = []
        """The clients that keep the scope from being removed."""
        check_options(options)
        check_lengths(options, "name", "description")
        check_once("protocol_mappers", [mapper["name"] for mapper in options["protocol_mappers"] or []])

    def read(self) -> State | None:
        """Return the scope with its mappers by name, or None. Raises Ambiguous for two mappers of one name."""
        scopes = [scope for scope in self.session.get_list("client-scopes") if scope.get("name") == self.name]
        scope = only(scopes, self.title)
        self._known_id = None if scope is None else str(scope["id"])
        if scope is None:
            return None
        mappers: State = {}
        for mapper in scope.get(MAPPERS, []):
            only(
                [m for m in scope[MAPPERS] if m["name"] == mapper["name"]],
                f"protocol mapper {mapper['name']} of {self.title}",
            )
            mappers[mapper["name"]] = mapper
        return {**scope, MAPPERS: mappers}

    def desired(self, current: State | None) -> State | None:
        """Return the declared state. In mode exact, mappers that are not declared must be absent."""
        options = self.options
        if options["state"] == "absent":
            return self._stays(current)
        state: State = {key: options[key] for key in FIELDS if options[key] is not None}
        if options["attributes"] is not None:
            state["attributes"] = text_map(options["attributes"])
        if options["protocol_mappers"] is not None:
            protocol = options["protocol"] or (current or {}).get("protocol") or "openid-connect"
            have = (current or {}).get(MAPPERS, {})
            wanted = [mapper for mapper in options["protocol_mappers"] if mapper["state"] == "present"]
            self._check_protocols(wanted, have, protocol)
            state[MAPPERS] = {mapper["name"]: _mapper(mapper, protocol) for mapper in wanted}
            state[MAPPERS].update(dict.fromkeys(self._unwanted(have, state[MAPPERS])))
        return state

    def _unwanted(self, have: State, wanted: State) -> list[str]:
        """Return the names of the mappers that are to go: in mode exact all that are not wanted."""
        if self.options["protocol_mappers_mode"] == "exact":
            return [name for name in have if name not in wanted]
        absent = [mapper for mapper in self.options["protocol_mappers"] if mapper["state"] == "absent"]
        return [mapper["name"] for mapper in absent if _is(have.get(mapper["name"]), mapper)]

    def _stays(self, current: State | None) -> State | None:
        """Return None for a scope that is to be removed, or {} for one that others use, which stays unchanged."""
        if current is None or not self.options["if_unused"]:
            return None
        self.used_by = users_of_scope(self.session, self.name, self.options["apart_from_clients"])
        return {} if self.used_by else None

    def _check_protocols(self, wanted: list[Mapping[str, Any]], current: State, protocol: str) -> None:
        """Refuse to declare a mapper that exists for another protocol. Raises InvalidInput."""
        for mapper in wanted:
            have = current.get(mapper["name"], {}).get("protocol", protocol)
            if have != protocol:
                raise InvalidInput(
                    f"The protocol mapper {mapper['name']} of {self.title} exists for the protocol {have}, not "
                    f"{protocol}, and Keycloak cannot change this. Remove it first, or choose another name."
                )

    def missing(self, current: State | None) -> list[str]:
        """Return nothing: a scope needs nothing but its realm."""
        return []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the writes: the scope itself, then each mapper on its own, since PUT ignores mappers (kc#45294)."""
        admin = self.session.admin
        if desired is None:
            return [Action(Verb.REMOVE, self.title, lambda: admin.delete_client_scope(self._id()))]
        body = {key: value for key, value in desired.items() if key != MAPPERS}
        mappers = desired.get(MAPPERS, {})
        if current is None:
            payload = {"protocol": "openid-connect", **body}
            actions = [Action(Verb.CREATE, self.title, lambda: self._create(payload))]
            return [*actions, *(self._mapper_action(name, None, mapper) for name, mapper in mappers.items() if mapper)]
        actions = []
        changed = changed_keys(current, body)
        if changed:
            # The name and protocol go along: Keycloak refuses a scope without a name.
            payload = merged({key: current.get(key) for key in ("name", "protocol")}, body)
            if "attributes" in payload:
                payload["attributes"] = merged(current.get("attributes", {}), body["attributes"])
            update = partial(admin.update_client_scope, current["id"], payload)
            actions.append(Action(Verb.UPDATE, self.title, update, tuple(changed)))
        have = current.get(MAPPERS, {})
        before = declared_part(have, mappers)
        return actions + [
            self._mapper_action(name, have.get(name), mapper)
            for name, mapper in mappers.items()
            if before[name] != mapper
        ]

    def _mapper_action(self, name: str, current: State | None, mapper: State | None) -> Action:
        admin = self.session.admin
        what = f"protocol mapper {name} of {self.title}"
        if current is None:
            payload = {"name": name, **(mapper or {})}
            return Action(Verb.CREATE, what, lambda: self._create_mapper(payload))
        mapper_id = current["id"]
        if mapper is None:
            remove = partial(admin.delete_mapper_from_client_scope, self._id(), mapper_id)
            return Action(Verb.REMOVE, what, remove)
        payload = merged(current, mapper)
        update = partial(admin.update_mapper_in_client_scope, self._id(), mapper_id, payload)
        return Action(Verb.UPDATE, what, update, tuple(changed_keys(current, mapper)))

    def _create(self, payload: State) -> None:
        self.session.admin.create_client_scope(payload)
        self._is_new = True

    def _create_mapper(self, payload: State) -> None:
        """Make a mapper. A scope that this run has made goes again if the mapper is refused (26.8.2 and later)."""
        scope_id = self._id()
        try:
            make_once(
                lambda body: self.session.admin.add_mapper_to_client_scope(scope_id, body),
                payload,
                scope_id,
                lambda: payload["name"] in (self.read() or {}).get(MAPPERS, {}),
            )
        except NotAuthorized:
            if self._is_new:
                self.session.admin.delete_client_scope(scope_id)
            raise

    def _id(self) -> str:
        """Return the scope's id, which is read again if the scope has just been created."""
        if self._known_id is None:
            self.read()
        if self._known_id is None:
            raise InvalidInput(
                f"The {self.title} was removed by somebody else while the task was changing it. Run the task again."
            )
        return self._known_id


def _mapper(mapper: Mapping[str, Any], protocol: str) -> State:
    """Return a declared protocol mapper in wire form, without its name."""
    state: State = {"protocol": protocol, "protocolMapper": mapper["protocol_mapper"]}
    if mapper["config"] is not None:
        state["config"] = text_map(mapper["config"])
    return state


def _is(mapper: State | None, declared: Mapping[str, Any]) -> bool:
    """Return whether an existing mapper has the type and all the settings of a declared one."""
    if mapper is None or mapper.get("protocolMapper") != declared["protocol_mapper"]:
        return False
    config = text_map(declared["config"] or {})
    return declared_part(mapper.get("config") or {}, config) == config
