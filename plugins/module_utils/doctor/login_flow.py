# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does an authentication flow of Keycloak let a user in by name and password alone?

The rules are those of Keycloak's DefaultAuthenticationFlow: required and conditional steps count, and alternative ones
only if there are none of those. A conditional subflow runs if all of its conditions hold.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

PASSWORD = frozenset(
    {"auth-username-password-form", "auth-username-form", "auth-password-form", "allow-access-authenticator"}
)
"""Steps that a name and a password get through."""

SILENT = frozenset({"user-session-limits", "auth-conditional-otp-form"})
"""Steps that may ask for nothing: their settings, which are not read, decide."""

CONDITION = "conditional-"
"""How the names of conditions begin."""

CONFIGURED = "conditional-user-configured"
"""The condition that is true if the user has the credential for one of the other steps."""

CREDENTIALS = {
    "auth-otp-form": "otp",
    "auth-recovery-authn-code-form": "recovery-authn-codes",
    "webauthn-authenticator": "webauthn",
    "webauthn-authenticator-passwordless": "webauthn-passwordless",
}
"""Which type of credential a step asks for."""


class Step(NamedTuple):
    """An execution with those below it."""

    about: State
    below: list[Step]

    @property
    def requirement(self) -> str:
        """REQUIRED, ALTERNATIVE, CONDITIONAL or DISABLED."""
        return str(self.about.get("requirement"))

    @property
    def provider(self) -> str:
        """The id of the authenticator, empty for a subflow."""
        return "" if self.about.get("authenticationFlow") else str(self.about.get("providerId") or "")


def more_than_a_password(executions: list[State], credentials: Collection[str]) -> list[str]:
    """Return the steps of a browser flow that name and password do not get through, by their titles.

    executions: as authentication/flows/{alias}/executions lists them. credentials: the types of those that the user
    has, such as otp.
    """
    return _obstacles(_tree(executions), frozenset(credentials)) or []


def _tree(executions: list[State]) -> list[Step]:
    """Return the executions, which come as a flat list with levels, as a tree."""
    top: list[Step] = []
    lists = [top]
    for about in executions:
        level = int(about.get("level") or 0)
        step = Step(about, [])
        del lists[level + 1 :]
        lists[-1].append(step)
        lists.append(step.below)
    return top


def _obstacles(steps: list[Step], credentials: frozenset[str]) -> list[str] | None:
    """Return the obstacle for a user in one flow, or None if the flow does nothing for this user."""
    counting = [step for step in steps if not step.provider.startswith(CONDITION)]
    needed = [s for s in counting if s.requirement == "REQUIRED" or _is_held(s, credentials)]
    if needed:
        return [title for step in needed for title in _stops(step, credentials) or []]
    ways = [_stops(step, credentials) for step in counting if step.requirement == "ALTERNATIVE"]
    known = [way for way in ways if way is not None]
    return [] if [] in known else known[-1] if known else None


def _stops(step: Step, credentials: frozenset[str]) -> list[str] | None:
    """Return the obstacle for a user at one step, or None if it does nothing for this user."""
    if not step.provider:
        return _obstacles(step.below, credentials) if _alive(step) else [_title(step)]
    return [] if step.provider in PASSWORD | SILENT else [_title(step)]


def _is_held(step: Step, credentials: frozenset[str]) -> bool:
    """Return whether a step is a conditional subflow that runs."""
    return step.requirement == "CONDITIONAL" and _runs(step.below, credentials)


def _alive(step: Step) -> bool:
    """Return whether there is anything in a subflow that is not disabled."""
    return any(below.requirement != "DISABLED" for below in step.below)


def _runs(steps: list[Step], credentials: frozenset[str]) -> bool:
    """Return whether a conditional subflow runs. Conditions that are not known count as false."""
    conditions = [s for s in steps if s.provider.startswith(CONDITION) and s.requirement != "DISABLED"]
    held = [condition.provider == CONFIGURED and _configured(steps, credentials) for condition in conditions]
    return bool(held) and all(held)


def _configured(steps: list[Step], credentials: frozenset[str]) -> bool:
    others = [s for s in steps if s.requirement != "DISABLED" and not s.provider.startswith(CONDITION)]
    wanted = [CREDENTIALS.get(step.provider) for step in others]
    required = [CREDENTIALS.get(step.provider) for step in others if step.requirement == "REQUIRED"]
    if required:
        return all(kind in credentials for kind in required)
    return any(kind in credentials for kind in wanted)


def _title(step: Step) -> str:
    return str(step.about.get("displayName") or step.about.get("providerId") or "a step without a name")
