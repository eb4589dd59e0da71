# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mappers of an LDAP provider (rows L1, L2). Of the provider itself, only the cache policy is written, on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.ldap_mapper_types import (
    ATTRIBUTE_MAPPER,
    CONFIG,
    GROUP_MAPPER,
    check_group_config,
    check_mapper_options,
    check_new,
    declared_config,
)
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.options import check_lengths
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession, make_once, only
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import (
    check_options,
    users_of_attribute,
    users_of_groups,
)
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    MASK,
    State,
    changed_keys,
    merged,
    text_lists,
)

PROVIDER_TYPE = "org.keycloak.storage.UserStorageProvider"
MAPPER_TYPE = "org.keycloak.storage.ldap.mappers.LDAPStorageMapper"
MODEL_ATTRIBUTE = CONFIG["user_model_attribute"]
PROVIDER = "provider"
"""The key in the state for the declared settings of the provider."""
CACHE_POLICY = "cachePolicy"


class LdapMapper:
    """A mapper by its provider and name, as the engine sees it."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_ldap_mapper. Raises InvalidInput for values that cannot be used."""
        self.session = session
        self.warnings = session.warnings
        self.options = options
        self.name: str = options["name"]
        self.title = f"LDAP mapper {self.name}"
        self.identity: State = {"name": self.name}
        self.used_by: list[str] = []
        """The clients that keep the mapper from being removed."""
        check_mapper_options(options)
        check_lengths(options, "name")
        check_options(options)
        if options["provider_cache_policy"] and options["state"] == "absent":
            raise InvalidInput("provider_cache_policy requires state present.")
        self._others: list[State] = []
        self._provider: State | None = None
        """The provider once it was looked for, {} if it is not there."""

    def read(self) -> State | None:
        """Return the component, or None. Raises NoProvider, Ambiguous."""
        mappers = self._mappers()
        current = only([c for c in mappers if c.get("name") == self.name], self.title)
        if current is None and self.options["take_over"]:
            current = only(_fill(mappers, self._declared_attribute()), f"LDAP mapper for {self._declared_attribute()}")
        self._others = [c for c in mappers if c is not current]
        if current is None or not self.options["provider_cache_policy"]:
            return current
        return {**current, PROVIDER: {CACHE_POLICY: self._cache_policy()}}

    def _cache_policy(self) -> str:
        return first_values(self._provider or {}).get(CACHE_POLICY, "DEFAULT")

    def _mappers(self) -> list[State]:
        """Return the mappers of the provider, none if there is no provider. Raises NoProvider, Ambiguous, SsoError."""
        if self._provider is None or self.options["provider_cache_policy"]:
            # The provider and its mappers by one request.
            components = self.session.get_list("components")
            self._provider = self._provider_among(components)
        elif self._provider:
            components = self.session.get_list("components", parent=self._provider["id"], type=MAPPER_TYPE)
        else:
            components = []
        # Keycloak does not always heed the query: the parent is compared here.
        return [c for c in components if self._provider and c.get("parentId") == self._provider["id"]]

    def _provider_among(self, components: list[State]) -> State:
        """Return the provider, {} if there is none from which a mapper would have to be removed.

        Raises NoProvider, Ambiguous.
        """
        try:
            return provider_among(components, self.session.realm, self.options["ldap_provider"])
        except NoProvider as error:
            if self.options["state"] == "present":
                raise
            # Keycloak removes a provider with its mappers. But the name may be wrong.
            self.warnings.append(f"{error} So there is nothing to remove.")
            return {}

    def desired(self, current: State | None) -> State | None:
        """Return the declared state. Raises InvalidInput for a mapper of another type."""
        options = self.options
        if current is not None and current.get("providerId") != options["mapper_type"]:
            own = current.get("providerId")
            advice = (
                f"give mapper_type {own} to remove it"
                if options["state"] == "absent"
                else "a mapper's type cannot be changed. Remove it first, or choose another name"
            )
            raise InvalidInput(f"The {self.title} exists with the type {own}, not {options['mapper_type']}: {advice}.")
        if options["state"] == "absent":
            return self._stays(current)
        if current is None:
            check_new(options, self.title)
        state: State = {"name": self.name, "providerId": options["mapper_type"]}
        config = declared_config(options)
        if config:
            state["config"] = text_lists(config)
        whole = merged(current or {}, state)
        self._check_binary(whole.get("config", {}))
        if options["mapper_type"] == ATTRIBUTE_MAPPER:
            self._check_duplicates(whole)
        if options["mapper_type"] == GROUP_MAPPER:
            edit_mode = first_values(self._provider or {}).get("editMode", "")
            check_group_config(first_values(whole), edit_mode, self.title)
        policy = self.options["provider_cache_policy"]
        return {**state, PROVIDER: {CACHE_POLICY: policy}} if policy else state

    def _stays(self, current: State | None) -> State | None:
        """Return None for a mapper that is to be removed, or {} for one that stays unchanged.

        It stays if it fills another attribute than the given one, or if others use its attribute or groups. Raises
        InvalidInput for if_unused with a mapper of another type, whose users are not known.
        """
        attribute = first_values(current or {}).get(MODEL_ATTRIBUTE, "")
        if current is not None and self._declared_attribute() not in ("", attribute):
            return {}
        if current is None or not self.options["if_unused"]:
            return None
        apart = (self.options["apart_from_clients"], self.options["apart_from_client_scopes"])
        if current.get("providerId") == GROUP_MAPPER:
            self.used_by = users_of_groups(self.session, *apart)
        elif current.get("providerId") == ATTRIBUTE_MAPPER and attribute:
            self.used_by = users_of_attribute(self.session, attribute, *apart)
        else:
            raise InvalidInput(f"if_unused: the {self.title} maps no user attribute, so it is not known what uses it.")
        return {} if self.used_by else None

    def _declared_attribute(self) -> str:
        return self.options["user_model_attribute"] or (self.options["config"] or {}).get(MODEL_ATTRIBUTE) or ""

    def _check_duplicates(self, mapper: State) -> None:
        """Refuse a second mapper for a user attribute, with which no user of the provider can log in (kc#32794).

        Raises InvalidInput.
        """
        attribute = first_values(mapper).get(MODEL_ATTRIBUTE, "")
        others = ", ".join(sorted(repr(other["name"]) for other in _fill(self._others, attribute)))
        if others:
            provider = self.options["ldap_provider"]
            raise InvalidInput(
                f"The LDAP provider {provider} already has the mapper {others} for the user attribute {attribute}. "
                f"With {self.name!r} as a second mapper, no user of this provider could log in. Remove the existing "
                "mapper, give its name, or set take_over."
            )

    def _check_binary(self, config: State) -> None:
        """Refuse settings that Keycloak would only refuse at the write. Raises InvalidInput."""
        if config.get("is.binary.attribute") == ["true"] and config.get("always.read.value.from.ldap") != ["true"]:
            raise InvalidInput(
                f"The {self.title} is for a binary attribute, which needs always_read_value_from_ldap true."
            )

    def missing(self, current: State | None) -> list[str]:
        """Return nothing: the provider has been found, and a mapper needs nothing else."""
        return []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the writes that are needed, of the provider and then of the mapper."""
        admin = self.session.admin
        if desired is None:
            remove = partial(admin.delete_component, (current or {})["id"])
            return [Action(Verb.REMOVE, self.title, lambda: self._write(remove))]
        names = {"name": self.name, "parentId": (self._provider or {})["id"], "providerType": MAPPER_TYPE}
        own = {key: value for key, value in desired.items() if key != PROVIDER}
        if current is None:
            payload = {**names, **own}
            return [*self._provider_actions(), Action(Verb.CREATE, self.title, lambda: self._create(payload))]
        config = _without_masks(merged(current.get("config", {}), desired.get("config", {})))
        payload = {**names, **own, "id": current["id"], "config": config}
        changed = changed_keys(current.get("config", {}), desired.get("config", {}))
        if current["name"] != self.name:
            changed.insert(0, f"name (was {current['name']})")
        write = partial(admin.update_component, current["id"], payload)
        update = Action(Verb.UPDATE, self.title, lambda: self._write(write), tuple(changed))
        return [*self._provider_actions(), *([update] if changed else [])]

    def _provider_actions(self) -> list[Action]:
        provider, policy = self._provider or {}, self.options["provider_cache_policy"]
        if not policy or policy == self._cache_policy():
            return []
        payload = {**provider, "config": {**_without_masks(provider.get("config") or {}), CACHE_POLICY: [policy]}}
        write = partial(self.session.admin.update_component, provider["id"], payload)
        title = f"LDAP provider {provider['name']}"
        return [Action(Verb.UPDATE, title, lambda: self._write(write), (CACHE_POLICY,))]

    def _create(self, payload: State) -> None:
        make = self.session.admin.create_component
        self._write(lambda: make_once(make, payload, payload["parentId"], lambda: self.read() is not None))

    def _write(self, write: Callable[[], object]) -> None:
        """Write, then clear Keycloak's cache of users: those in it keep the attributes that they had before.

        Clearing the cache needs the same right as the write, manage-realm. Raises SsoError.
        """
        write()
        self.session.admin.clear_user_cache()


def _without_masks(config: State) -> State:
    """Return a complete config to send back, without masks, so that the secrets stay unchanged."""
    return {key: value for key, value in config.items() if value != [MASK]}


def rivals(components: list[State], provider_id: str, name: str, attribute: str) -> list[str]:
    """Return the names of the other mappers of a provider that fill the attribute of the mapper of that name."""
    mappers = [c for c in components if c.get("parentId") == provider_id and c.get("name") != name]
    return sorted(mapper["name"] for mapper in _fill(mappers, attribute))


def _fill(mappers: list[State], attribute: str) -> list[State]:
    """Return the attribute mappers that fill a user attribute."""
    found = [m for m in mappers if m.get("providerId") == ATTRIBUTE_MAPPER]
    return [m for m in found if attribute and first_values(m).get(MODEL_ATTRIBUTE) == attribute]


def duplicates(mappers: list[State]) -> dict[str, list[str]]:
    """Return the user attributes that several attribute mappers of one provider fill, {attribute: names of mappers}.

    Keycloak then fails at each login of the provider's users ("Duplicate key", kc#32794), unless its user profile
    declares the attribute.
    """
    names: dict[str, list[str]] = {}
    for mapper in mappers:
        if mapper.get("providerId") == ATTRIBUTE_MAPPER:
            names.setdefault(first_values(mapper).get(MODEL_ATTRIBUTE, ""), []).append(mapper["name"])
    return {attribute: sorted(found) for attribute, found in names.items() if attribute and len(found) > 1}


def first_values(component: State) -> dict[str, str]:
    """Return a component's config, whose values are lists of one, as a dict of str."""
    return {key: values[0] for key, values in (component.get("config") or {}).items() if values}


class NoProvider(InvalidInput):
    """There is no such LDAP provider."""


def find_provider(session: KeycloakSession, name_or_id: str) -> State:
    """Return the LDAP provider of that name or id. Raises NoProvider that names those there are, Ambiguous."""
    return provider_among(session.get_list("components", type=PROVIDER_TYPE), session.realm, name_or_id)


def provider_among(components: list[State], realm: str, name_or_id: str) -> State:
    """Return the LDAP provider of that name or id from components of a realm. Raises as find_provider."""
    users = [c for c in components if c.get("providerType", PROVIDER_TYPE) == PROVIDER_TYPE]
    providers = [c for c in users if c.get("providerId") == "ldap"]
    found = [p for p in providers if p.get("id") == name_or_id] or [p for p in providers if p.get("name") == name_or_id]
    provider = only(found, f"LDAP provider {name_or_id}")
    if provider is None:
        there = ", ".join(sorted(p["name"] for p in providers)) or "none"
        raise NoProvider(f"Realm {realm} has no LDAP provider {name_or_id!r}. LDAP providers there: {there}.")
    return provider
