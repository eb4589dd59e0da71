# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine: its writes, predictions, results and errors, on resources in memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotKept,
    ServerError,
    Unreachable,
)
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Action, Result, Verb, reconcile, shown
from ansible_collections.cellsops.sso.plugins.module_utils.wire import (
    MASK,
    State,
    changed_keys,
    merged,
    without_absent,
)

NAME = {"name": "thing"}
OLD_SECRET, NEW_SECRET = "standin-old-secret-6b1f", "standin-new-secret-93c2"


def nothing(_store: dict[str, Any]) -> None:
    """Do nothing besides the write."""


@dataclass
class Server:
    """A server with room for one object; before and after every write it may do something of its own."""

    object: State | None = None
    before: Callable[[dict[str, Any]], None] = nothing
    extras: State = field(default_factory=dict)
    """The values that it adds to a new object."""
    ignores: tuple[str, ...] = ()
    """Keys of which it keeps no change."""
    lost_answer: Exception | None = None
    """The error of a create or a removal, once."""
    creates_all_the_same: bool = True
    writes: list[str] = field(default_factory=list)

    def create(self, body: State) -> None:
        """Make the object."""
        self.writes.append("create")
        answer, self.lost_answer = self.lost_answer, None
        if answer is None or self.creates_all_the_same:
            kept = {key: value for key, value in body.items() if key not in self.ignores}
            self.object = without_absent({"id": 1, **merged(kept, self.extras)})
        if answer is not None:
            raise answer

    def update(self, body: State) -> None:
        """Change the object."""
        self.writes.append("update")
        assert self.object is not None
        kept = {key: value for key, value in body.items() if key not in self.ignores}
        self.object = without_absent(merged(self.object, kept))

    def remove(self) -> None:
        """Remove the object."""
        self.writes.append("remove")
        answer, self.lost_answer = self.lost_answer, None
        if "remove" not in self.ignores:
            self.object = None
        if answer is not None:
            raise answer


@dataclass
class Thing:
    """A resource of that server. wish: the declared keys, or None for no object."""

    server: Server
    wish: State | None
    needs: list[str] = field(default_factory=list)
    title: str = "thing"
    identity: State = field(default_factory=lambda: NAME)
    secret_keys: frozenset[str] = frozenset({"secret"})
    warnings: list[str] = field(default_factory=list)

    def read(self) -> State | None:
        """Return the state of the server."""
        return self.server.object

    def desired(self, current: State | None) -> State | None:
        """Return the wish."""
        return self.wish

    def missing(self, current: State | None) -> list[str]:
        """Return the missing requirements."""
        return self.needs

    def actions(self, current: State | None, desired: State | None) -> list[Action]:
        """Return one write per changed key, as resources do whose servers want it so."""
        if desired is None:
            return [Action(Verb.REMOVE, "thing", self.server.remove)]
        if current is None:
            body = without_absent({**NAME, **desired})
            return [Action(Verb.CREATE, "thing", lambda: self.server.create(body))]
        return [self._change(key, desired[key]) for key in changed_keys(current, desired)]

    def _change(self, key: str, value: Any) -> Action:
        return Action(Verb.UPDATE, "thing", lambda: self.server.update({key: value}), (key,))


STATES: list[State | None] = [
    None,
    {"id": 1, **NAME},
    {"id": 1, **NAME, "flag": True, "list": ["a"], "other": "kept"},
    {"id": 1, **NAME, "flag": False, "map": {"a": "1", "b": "2"}, "secret": OLD_SECRET},
]
WISHES: list[State | None] = [
    None,
    {},
    {"flag": True},
    {"flag": False, "list": []},
    {"flag": True, "list": ["a", "b"]},
    {"map": {"a": "2", "c": ""}, "text": ""},
    {"map": {"a": {"deep": None}, "b": None}},
    {"secret": NEW_SECRET},
    {"secret": OLD_SECRET, "flag": True},
]
TABLE = list(itertools.product(STATES, WISHES))


def fresh(state: State | None) -> Server:
    """Return a server that holds a copy of the state."""
    return Server(None if state is None else dict(state))


def lines(result: Result) -> list[str]:
    """Return the actions as a module shows them."""
    return [action.line for action in result.actions]


def keys_of(result: Result) -> dict[str, Any]:
    """Return a module's answer for a result."""
    return {"changed": result.changed, "diff": result.diff, "actions": result.actions}


@pytest.mark.parametrize(("state", "wish"), TABLE)
def test_check_mode_predicts_the_run_and_writes_nothing(state: State | None, wish: State | None) -> None:
    untouched, changed = fresh(state), fresh(state)

    promised = reconcile(Thing(untouched, wish), check_mode=True)
    done = reconcile(Thing(changed, wish), check_mode=False)

    assert untouched.writes == []
    assert untouched.object == state
    assert keys_of(promised) == keys_of(done)
    assert len(done.actions) == len(changed.writes)


@pytest.mark.parametrize(("state", "wish"), TABLE)
def test_a_second_run_finds_nothing_to_do(state: State | None, wish: State | None) -> None:
    server = fresh(state)
    first = reconcile(Thing(server, wish), check_mode=False)
    server.writes.clear()

    second = reconcile(Thing(server, wish), check_mode=False)

    assert server.writes == []
    assert second.changed is False
    assert second.actions == []
    assert second.diff["before"] == second.diff["after"]
    assert second.state == first.state == server.object


@pytest.mark.parametrize(("state", "wish"), TABLE)
def test_a_change_is_reported_exactly_if_something_is_written(state: State | None, wish: State | None) -> None:
    server = fresh(state)

    result = reconcile(Thing(server, wish), check_mode=False)

    assert result.changed is bool(server.writes) is bool(result.actions)
    assert (result.diff["before"] != result.diff["after"]) is result.changed


@pytest.mark.parametrize(("state", "wish"), TABLE)
def test_a_diff_shows_declared_keys_only_and_no_secret(state: State | None, wish: State | None) -> None:
    diff = reconcile(Thing(fresh(state), wish), check_mode=True).diff

    assert {*diff["before"], *diff["after"]} <= {*NAME, *(wish or {})}
    assert OLD_SECRET not in str(diff)
    assert NEW_SECRET not in str(diff)
    assert diff["before_header"] == diff["after_header"] == "thing"


@pytest.mark.parametrize(("state", "wish"), TABLE)
def test_undeclared_values_stay(state: State | None, wish: State | None) -> None:
    server = fresh(state)

    reconcile(Thing(server, wish), check_mode=False)

    for key, value in (state or {}).items():
        if wish is not None and key not in wish:
            assert server.object is not None
            assert server.object[key] == value


def test_actions_are_named_in_the_order_in_which_they_are_done() -> None:
    server = fresh(STATES[1])

    result = reconcile(Thing(server, {"b": "1", "a": "2"}), check_mode=False)

    assert lines(result) == ["update thing: b", "update thing: a"]


def test_actions_are_equal_by_their_data_and_not_by_their_call() -> None:
    action = Action(Verb.UPDATE, "client {a}", list, ("name", "enabled"))

    assert action == Action(Verb.UPDATE, "client {a}", dict, ("name", "enabled"))
    assert action != Action(Verb.UPDATE, "client {a}", list, ("name",))
    assert action.line == "update client {a}: name, enabled"


@pytest.mark.parametrize(
    ("state", "wish", "words"),
    [
        (STATES[1], {"flag": True}, ["flag was written as True, but is False"]),
        (STATES[1], {"flag": True, "text": "x"}, ["flag"]),
        (STATES[3], {"map": {"flag": "x"}, "flag": True}, ["flag"]),
    ],
)
def test_a_write_that_is_not_kept_is_an_error_that_shows_both_values(
    state: State, wish: State, words: list[str]
) -> None:
    server = Server(dict(state), ignores=("flag",))

    with pytest.raises(NotKept) as error:
        reconcile(Thing(server, wish), check_mode=False)
    for word in ["The thing", *words]:
        assert word in str(error.value)


def test_a_new_object_that_never_becomes_as_declared_is_an_error_and_no_endless_loop() -> None:
    server = Server(ignores=("flag",))

    with pytest.raises(NotKept, match="flag"):
        reconcile(Thing(server, {"flag": True}), check_mode=False)
    assert server.writes == ["create", "update"]


def test_a_secret_that_is_not_kept_is_an_error_without_the_secret() -> None:
    server = Server({**NAME, "secret": OLD_SECRET}, ignores=("secret",))

    with pytest.raises(NotKept, match="secret") as error:
        reconcile(Thing(server, {"secret": NEW_SECRET}), check_mode=False)
    assert OLD_SECRET not in str(error.value)
    assert NEW_SECRET not in str(error.value)


def test_an_object_that_is_still_there_after_its_removal_is_an_error() -> None:
    with pytest.raises(NotKept, match="still exists"):
        reconcile(Thing(Server(dict(NAME), ignores=("remove",)), None), check_mode=False)


def test_an_object_that_is_not_there_after_its_creation_is_an_error() -> None:
    @dataclass
    class Forgetful(Thing):
        def read(self) -> None:
            return None

    with pytest.raises(NotKept, match="it does not exist"):
        reconcile(Forgetful(Server(), {}), check_mode=False)


LOST = [Conflict("POST", "https://sso", 409, "exists"), Unreachable("POST", "https://sso", "no answer in time")]


@pytest.mark.parametrize("lost", LOST, ids=["conflict", "time-out"])
@pytest.mark.parametrize("found", [{"flag": True}, {"flag": False}], ids=["as declared", "otherwise"])
def test_a_create_that_met_a_conflict_or_timed_out_goes_on_as_an_update(lost: Exception, found: State) -> None:
    server = Server(lost_answer=lost, extras=found)

    result = reconcile(Thing(server, {"flag": True}), check_mode=False)

    assert result.changed is True
    assert server.object == {"id": 1, **NAME, "flag": True}
    assert server.writes == (["create"] if found["flag"] else ["create", "update"])
    assert lines(result) == ["create thing"]


@pytest.mark.parametrize("lost", LOST, ids=["conflict", "time-out"])
def test_a_create_that_failed_and_made_nothing_is_the_error_it_was_and_is_not_repeated(lost: Exception) -> None:
    server = Server(lost_answer=lost, creates_all_the_same=False)

    with pytest.raises(type(lost)) as error:
        reconcile(Thing(server, {"flag": True}), check_mode=False)
    assert error.value is lost
    assert server.writes == ["create"]


@pytest.mark.parametrize("lost", LOST, ids=["conflict", "time-out"])
def test_an_update_that_failed_is_the_error_it_was(lost: Exception) -> None:
    @dataclass
    class Failing(Server):
        def update(self, body: State) -> None:
            raise lost

    with pytest.raises(type(lost)):
        reconcile(Thing(Failing(dict(NAME)), {"flag": True}), check_mode=False)


GONE = [NotFound("DELETE", "https://sso", 404, "no such thing"), ServerError("DELETE", "https://sso", 504, ""), LOST[1]]


@pytest.mark.parametrize("lost", GONE, ids=["not found", "gateway", "time-out"])
def test_a_removal_whose_answer_was_lost_succeeds_if_the_object_no_longer_exists(lost: Exception) -> None:
    server = Server(dict(NAME), lost_answer=lost)

    result = reconcile(Thing(server, None), check_mode=False)

    assert result.state is None
    assert lines(result) == ["remove thing"]
    assert server.writes == ["remove"]


@pytest.mark.parametrize("lost", GONE, ids=["not found", "gateway", "time-out"])
def test_a_removal_that_failed_is_the_error_it_was_and_is_not_repeated(lost: Exception) -> None:
    server = Server(dict(NAME), ignores=("remove",), lost_answer=lost)

    with pytest.raises(type(lost)) as error:
        reconcile(Thing(server, None), check_mode=False)
    assert error.value is lost
    assert server.writes == ["remove"]


def test_a_removal_that_was_refused_is_not_looked_into() -> None:
    server = Server(dict(NAME), lost_answer=ServerError("DELETE", "https://sso", 500, "no"))

    with pytest.raises(ServerError, match="HTTP 500"):
        reconcile(Thing(server, None), check_mode=False)


def test_a_part_that_cannot_be_removed_because_the_whole_no_longer_exists_is_an_error() -> None:
    lost = NotFound("DELETE", "https://sso/part", 404, "no such thing")

    @dataclass
    class Parts(Thing):
        def actions(self, current: State | None, desired: State | None) -> list[Action]:
            return [Action(Verb.REMOVE, "a part", self.server.remove)]

    server = Server(dict(NAME), lost_answer=lost)
    with pytest.raises(NotFound) as error:
        reconcile(Parts(server, {"flag": True}), check_mode=False)
    assert error.value is lost


@pytest.mark.parametrize(
    "extras",
    [{"list": ["a", "added"]}, {"flag": True, "list": []}, {"map": {"a": "1"}}],
    ids=["an item", "two keys", "a map"],
)
def test_additions_of_a_server_to_a_new_object_are_changed_to_the_declared_state(extras: State) -> None:
    wish = {"list": ["a"], "flag": False, "map": {"a": ""}}
    server = Server(extras=extras)

    promised = reconcile(Thing(Server(), wish), check_mode=True)
    result = reconcile(Thing(server, wish), check_mode=False)

    assert changed_keys(server.object or {}, wish) == []
    assert lines(promised) == lines(result) == ["create thing"]
    assert promised.diff == result.diff


def test_two_secrets_that_differ_do_not_look_alike_in_the_diff() -> None:
    diff = reconcile(Thing(fresh(STATES[3]), {"secret": NEW_SECRET}), check_mode=True).diff

    assert diff["before"] == {"secret": MASK}
    assert diff["after"]["secret"] != MASK
    assert diff["after"]["secret"].startswith(MASK)


def test_a_secret_that_stays_looks_alike_in_the_diff_of_another_change() -> None:
    diff = reconcile(Thing(fresh(STATES[3]), {"secret": OLD_SECRET, "flag": True}), check_mode=True).diff

    assert diff["before"] == {"secret": MASK, "flag": False}
    assert diff["after"] == {"secret": MASK, "flag": True}


def test_a_secret_that_differs_is_visible_next_to_another_change() -> None:
    diff = reconcile(Thing(fresh(STATES[3]), {"secret": NEW_SECRET, "flag": True}), check_mode=True).diff

    assert diff["before"]["secret"] != diff["after"]["secret"]


@pytest.mark.parametrize("check", [True, False])
def test_a_result_is_shown_without_its_secrets(check: bool) -> None:
    thing = Thing(fresh(STATES[3]), {"secret": NEW_SECRET})

    result = reconcile(thing, check_mode=check)

    assert result.state is not None
    assert result.state["secret"] == NEW_SECRET
    assert shown(thing, result.state)["secret"] == MASK
    assert shown(thing, None) == {}


def test_missing_requirements_stop_a_run_before_a_write_and_only_warn_in_check_mode() -> None:
    server = fresh(STATES[1])
    needy = Thing(server, {"flag": True}, needs=["There is no realm.", "There is no scope."])

    with pytest.raises(InvalidInput, match=r"There is no realm\. There is no scope\."):
        reconcile(needy, check_mode=False)
    promised = reconcile(needy, check_mode=True)

    assert server.writes == []
    assert promised.changed is True
    assert len(needy.warnings) == 2
    assert needy.warnings[0].startswith("There is no realm.")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("state", "wish"), [(STATES[2], {"flag": True}), (STATES[2], None), (None, None)], ids=["same", "removed", "absent"]
)
def test_missing_requirements_do_not_matter_if_nothing_needs_them(
    state: State | None, wish: State | None, check: bool
) -> None:
    needy = Thing(fresh(state), wish, needs=["There is no realm."])
    reconcile(needy, check_mode=check)

    assert needy.warnings == []
