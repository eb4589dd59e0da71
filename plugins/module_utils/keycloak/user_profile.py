# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An attribute of a realm's user profile: since version 24, Keycloak drops attributes that the profile does not
define."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.group_sources import version_number
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.usage import check_options, users_of_attribute
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Verb
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

PATH = "users/profile"
IN_EVERY_REALM = (24, 0)
"""The first version in which every realm uses its user profile."""
POLICIES = frozenset({"ENABLED", "ADMIN_EDIT", "ADMIN_VIEW"})
"""The unmanaged attribute policies with which Keycloak keeps attributes that the profile does not define."""

MARK = {"cellsops.sso": "made by keycloak_user_profile_attribute"}
"""The annotation of an attribute that the module has added. Only such an attribute is removed."""


def read_profile(session: KeycloakSession) -> State:
    """Return the user profile of a realm, {} if it is not in use. Raises SsoError.

    Version 22 shows a profile even if the realm does not use it, and does not keep new values in it (22.0.5).
    """
    profile: State = session.get(PATH)
    if any("multivalued" in entry for entry in profile.get("attributes") or []):
        return profile
    # Without that key, the version is older than 25, and shows its number to everybody.
    if version_number(session.version()) >= IN_EVERY_REALM:
        return profile
    in_use = (session.get("").get("attributes") or {}).get("userProfileEnabled") == "true"
    return profile if in_use else {}


def lets_through(profile: State, name: str) -> bool:
    """Return whether a user profile, as the admin REST API shows it, keeps an attribute of that name.

    Without a profile, a realm keeps everything.
    """
    attributes = profile.get("attributes") or []
    known = any(entry.get("name") == name for entry in attributes)
    return not attributes or known or profile.get("unmanagedAttributePolicy") in POLICIES


class UserProfileAttribute:
    """One attribute of the user profile by its name, as the engine sees it."""

    secret_keys: frozenset[str] = frozenset()

    def __init__(self, session: KeycloakSession, options: Mapping[str, Any]) -> None:
        """Take the options of keycloak_user_profile_attribute. Raises InvalidInput for values that cannot be used."""
        self.session = session
        self.warnings = session.warnings
        self.name: str = options["name"]
        self.title = f"attribute {self.name} of the user profile"
        self.identity: State = {"name": self.name}
        self.options = options
        self.used_by: list[str] = []
        """The clients that keep the attribute from being removed."""
        self._profile: State = {}
        check_options(options)

    def read(self) -> State | None:
        """Return the attribute as the user profile defines it, or None. Raises SsoError."""
        self._profile = read_profile(self.session)
        return next((entry for entry in self._attributes() if entry.get("name") == self.name), None)

    def desired(self, current: State | None) -> State | None:
        """Return the attribute to add, {} for one that stays as it is, None for none."""
        if self.options["state"] == "absent":
            return self._stays(current)
        if current is not None:
            return {}
        return None if lets_through(self._profile, self.name) else self._new()

    def _stays(self, current: State | None) -> State | None:
        """Return None for an attribute that is to be removed, {} for one of somebody else's or that clients use."""
        if current is None:
            return None
        if not (current.get("annotations") or {}).items() >= MARK.items():
            return {}
        if self.options["if_unused"]:
            self.used_by = users_of_attribute(self.session, self.name, self.options["apart_from_clients"])
        return {} if self.used_by else None

    def missing(self, current: State | None) -> list[str]:
        """Return nothing: an attribute needs nothing but its realm."""
        return []

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the one write: the user profile as it was read, with or without the attribute."""
        others = [entry for entry in self._attributes() if entry.get("name") != self.name]
        profile = {**self._profile, "attributes": others if desired is None else [*others, desired]}
        write = partial(self.session.send, "put", PATH, profile)
        return [Action(Verb.REMOVE if desired is None else Verb.CREATE, self.title, write)]

    def _attributes(self) -> list[State]:
        found: list[State] = self._profile.get("attributes") or []
        return found

    def _new(self) -> State:
        """Return an attribute that only administrators see and edit. Versions before 25 do not know multivalued."""
        knows_multivalued = any("multivalued" in entry for entry in self._attributes())
        permissions = {"view": ["admin"], "edit": ["admin"]}
        entry: State = {"name": self.name, "permissions": permissions, "annotations": dict(MARK)}
        return {**entry, "multivalued": True} if knows_multivalued else entry
