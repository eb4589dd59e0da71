# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: brings one object on a server to its declared state, with the same code in check mode and in a real run.

The order is always: read, derive the declared state from the options, compare, write the differences, read again.
States are dicts in the server's own form (wire form). Only declared keys are compared, sent and shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotKept,
    ServerError,
    Unreachable,
)
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    MASK,
    State,
    declared_part,
    differing,
    holds_mask,
    masked,
    merged,
    without_absent,
)

GATEWAY_STATUSES = (502, 503, 504)
"""With these a gateway says that it has no answer, not that nothing was done."""


class Verb(Enum):
    """The kind of a write. The value is the text of an action's line."""

    CREATE = "create {target}"
    UPDATE = "update {target}: {detail}"
    REMOVE = "remove {target}"
    ROTATE_SECRET = "rotate the secret of {target}"  # noqa: S105 - a sentence, not a secret
    ASSIGN = "assign {detail} to {target}"
    UNASSIGN = "remove {detail} from {target}"
    CLEAN_UP = "{detail}"


CREATING = (Verb.CREATE,)
"""Verbs that create something: after a conflict or a lost answer, the engine checks whether it exists."""

REMOVING = (Verb.REMOVE, Verb.UNASSIGN)
"""Verbs that remove something: if it does not exist, or the answer was lost, the engine checks that it is gone."""


@dataclass(frozen=True)
class Action:
    """One write. Two actions are equal if they do the same to the same object."""

    verb: Verb
    target: str
    """The object, such as "client demo.cells.pydio"."""
    do: Callable[[], object] = field(compare=False)
    """The call that does it. Raises SsoError."""
    detail: tuple[str, ...] = ()
    """The keys that change, or what is assigned."""

    @property
    def line(self) -> str:
        """The action in words, for people to read; nothing may depend on it."""
        return self.verb.value.format(target=self.target, detail=", ".join(self.detail))


class Resource(Protocol):
    """One object that the engine can bring to a declared state."""

    title: str
    """The object's name in messages, such as "client demo.cells.pydio"."""
    identity: State
    """The keys that name the object, shown in diffs when it is made or removed."""
    secret_keys: frozenset[str]
    """The keys, at any depth, whose values are masked in diffs and results."""
    warnings: list[str]
    """Warnings for the user, one line each."""

    def read(self) -> State | None:
        """Return the object as the server shows it, in wire form; None if there is none."""

    def desired(self, current: State | None) -> State | None:
        """Return the declared keys in wire form (a value of None: that key must be absent), or None for no object."""

    def missing(self, current: State | None) -> list[str]:
        """Return the missing requirements of the object, one sentence each."""

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return the writes that lead from one state to the other; called only if the two differ."""


@dataclass(frozen=True)
class Result:
    """The outcome, with the same keys in check mode and in a real run."""

    changed: bool
    state: State | None
    """The object after it, as the server shows it; in check mode as it would be. Secrets are in it: see shown()."""
    diff: dict[str, Any]
    actions: list[Action]
    """The changes that were made, or would be, in order."""


def reconcile(resource: Resource, check_mode: bool) -> Result:
    """Bring the object to its declared state, or predict the changes.

    Raises SsoError: from the resource's own calls, InvalidInput if a requirement is missing, NotKept if the server does
    not show the written state afterwards.
    """
    current = resource.read()
    desired = resource.desired(current)
    if holds_mask(desired):
        raise InvalidInput(f"{resource.title}: {MASK} is the mask that servers show for a secret, not a secret.")
    if _same(current, desired):
        return Result(False, current, _diff(resource, current, desired), [])

    missing = resource.missing(current) if desired is not None else []
    if missing and not check_mode:
        raise InvalidInput(" ".join(missing))
    for sentence in missing:
        resource.warnings.append(f"{sentence} Unless an earlier task changes this, a real run fails here.")

    actions = resource.actions(current, desired)
    if check_mode:
        state = None if desired is None else without_absent(merged(current or resource.identity, desired))
    else:
        state = _write(resource, current, actions)
    return Result(True, state, _diff(resource, current, desired), actions)


def shown(resource: Resource, state: State | None) -> State:
    """Return the state as a result may show it: secrets masked, and {} for no object."""
    return dict(masked(state or {}, resource.secret_keys))


def _same(current: State | None, desired: State | None) -> bool:
    if current is None or desired is None:
        return current is None and desired is None
    return declared_part(current, desired) == desired


def _write(resource: Resource, current: State | None, actions: list[Action]) -> State | None:
    """Do the actions and read back until a further run would find nothing to do."""
    met: tuple[Action, Unreachable | ServerError] | None = None
    for action in actions:
        try:
            action.do()
        except (Unreachable, ServerError) as error:
            if not _may_be_done(action, error):
                raise
            met = action, error
            break
    after = resource.read()
    desired = resource.desired(after)
    if _same(after, desired):
        return after
    if met or (current is None and after is not None):
        left = resource.actions(after, desired)
        if met and (after is None or met[0] in left):
            raise met[1]
        # Somebody else has made the change, or the answer was lost. Or the server has added its own values to a new
        # object, such as a realm's default client scopes. In both cases, continue with an update.
        return _write(resource, after, left)
    raise NotKept(_not_kept(resource, after, desired))


def _may_be_done(action: Action, error: Unreachable | ServerError) -> bool:
    """Return whether an action may have succeeded in spite of its error."""
    if action.verb not in (*CREATING, *REMOVING):
        return False
    by_now: type[ServerError] = Conflict if action.verb in CREATING else NotFound
    return isinstance(error, (Unreachable, by_now)) or error.status in GATEWAY_STATUSES


def _not_kept(resource: Resource, after: State | None, desired: State | None) -> str:
    if desired is None:
        return f"The {resource.title} was removed without an error, but it still exists."
    if after is None:
        return f"The {resource.title} was written without an error, but it does not exist."
    shows = masked(declared_part(after, desired), resource.secret_keys)
    asked = masked(desired, resource.secret_keys)
    details = "; ".join(
        f"{key} was written as {want!r}, but is {have!r}" for key, want, have in differing(asked, shows)
    )
    return (
        f"The {resource.title} was written without an error, but the server kept something else: {details or 'secret'}."
    )


def _diff(resource: Resource, current: State | None, desired: State | None) -> dict[str, Any]:
    """Return the diff in Ansible's form: declared keys only, secrets masked."""
    before: State = {}
    after: State = {}
    if current is None and desired is None:
        pass
    elif desired is None:
        before = dict(resource.identity)
    elif current is None:
        after = without_absent({**resource.identity, **desired})
    else:
        before, after = without_absent(declared_part(current, desired)), without_absent(desired)
    return {
        "before_header": resource.title,
        "after_header": resource.title,
        "before": masked(before, resource.secret_keys),
        "after": masked(after, resource.secret_keys, before),
    }
