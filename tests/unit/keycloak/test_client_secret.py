# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret of a client: declared, made by Keycloak, rotated, returned on request, and never shown otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.client_script import (
    CLIENT_ID,
    COMPUTED,
    MODULE,
    SERVER_ATTRIBUTES,
    SERVER_SECRET,
    along,
    arguments,
    client,
    creates,
    reads,
    updates,
)
from support.keycloak.scripted import Script
from support.module import RunModule, assert_one_clear_line

OWN_SECRET = "standin-declared-secret-4a9e1c7d5b3f2086"
MASK = "**********"
TRIGGER = "cellsops.sso.rotate_secret_on"
UPDATE = f"update client {CLIENT_ID}"
ROTATE = f"rotate the secret of client {CLIENT_ID}"


def with_trigger(value: str, **own: Any) -> dict[str, Any]:
    """Return a client whose secret was made for a trigger value."""
    return client(attributes={**COMPUTED, **SERVER_ATTRIBUTES, TRIGGER: value}, **own)


def rotates(script: Script, before: dict[str, Any], value: str, after: dict[str, Any]) -> None:
    """Expect a new secret first, then the update that stores the trigger."""
    reads(script, before)
    script.post("clients/client-uuid/client-secret", None, status=200, json={"type": "secret", "value": OWN_SECRET})
    attributes = {**SERVER_ATTRIBUTES, TRIGGER: value}
    script.put("clients/client-uuid", {"attributes": attributes, "frontchannelLogout": True})
    reads(script, after)


def test_a_declared_secret_is_sent_for_a_new_client(keycloak: Script, run_module: RunModule) -> None:
    creates(keycloak, {"publicClient": False, "secret": OWN_SECRET}, client(secret=OWN_SECRET))

    outcome = run_module(MODULE, arguments(public_client=False, secret=OWN_SECRET))

    assert outcome["diff"]["after"] == {"clientId": CLIENT_ID, "publicClient": False, "secret": MASK}
    assert outcome["client"]["secret"] == MASK
    assert OWN_SECRET not in outcome.printed


def test_a_declared_secret_replaces_another_and_the_diff_shows_that_they_differ(
    keycloak: Script, run_module: RunModule
) -> None:
    updates(keycloak, client(), {"secret": OWN_SECRET})

    outcome = run_module(MODULE, arguments(secret=OWN_SECRET))

    assert outcome["actions"] == [f"{UPDATE}: secret"]
    assert outcome["diff"]["before"] == {"secret": MASK}
    assert outcome["diff"]["after"] != outcome["diff"]["before"]
    assert OWN_SECRET not in outcome.printed
    assert SERVER_SECRET not in outcome.printed


@pytest.mark.parametrize("empty", ["", "  "])
@pytest.mark.parametrize("check", [True, False])
def test_an_empty_secret_is_refused_before_any_call(
    empty: str, check: bool, keycloak: Script, run_module: RunModule
) -> None:
    """With one, anyone who names the client gets a token."""
    outcome = run_module(MODULE, arguments(public_client=False, secret=empty), check=check)

    assert_one_clear_line(outcome, "secret", "empty")


def test_a_secret_from_before_a_rotation_is_masked_and_not_sent_back(keycloak: Script, run_module: RunModule) -> None:
    """If a policy of the realm rotates secrets, Keycloak keeps the previous one for a while, as an attribute."""
    old = {"client.secret.rotated": OWN_SECRET, "client.secret.rotated.expiration.time": "1754000001"}
    before = client(attributes={**COMPUTED, **SERVER_ATTRIBUTES, **old})
    reads(keycloak, before)
    body = {"attributes": {**SERVER_ATTRIBUTES, "new": "1"}, "frontchannelLogout": True}
    keycloak.put("clients/client-uuid", body)
    reads(keycloak, client(attributes={**before["attributes"], "new": "1"}))

    outcome = run_module(MODULE, arguments(attributes={"new": 1}))

    assert outcome["client"]["attributes"]["client.secret.rotated"] == MASK
    assert OWN_SECRET not in outcome.printed


def test_an_equal_secret_is_not_sent(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(secret=OWN_SECRET))

    outcome = run_module(MODULE, arguments(secret=OWN_SECRET))

    assert outcome["changed"] is False
    assert OWN_SECRET not in outcome.printed


@pytest.mark.parametrize("check", [True, False])
def test_a_secret_that_keycloak_made_is_not_shown(check: bool, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(registrationAccessToken="standin-registration-token-91b3"))

    outcome = run_module(MODULE, arguments(), check=check)

    assert outcome["client"]["secret"] == MASK
    assert "client_secret" not in outcome.values
    assert SERVER_SECRET not in outcome.printed
    assert "standin-registration-token-91b3" not in outcome.printed


def test_a_secret_the_server_does_not_keep_is_an_error_without_the_secret(
    keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client())
    keycloak.put("clients/client-uuid", {**along(client()), "secret": OWN_SECRET})
    reads(keycloak, client())

    outcome = run_module(MODULE, arguments(secret=OWN_SECRET))

    assert_one_clear_line(outcome, f"client {CLIENT_ID}", "secret")
    assert OWN_SECRET not in outcome.printed
    assert SERVER_SECRET not in outcome.printed


@pytest.mark.parametrize("declared", [None, OWN_SECRET], ids=["made by Keycloak", "declared"])
@pytest.mark.parametrize("check", [True, False])
def test_return_secret_returns_the_secret_and_nothing_else_does(
    declared: str | None, check: bool, keycloak: Script, run_module: RunModule
) -> None:
    secret = declared or SERVER_SECRET
    reads(keycloak, client(secret=secret))

    outcome = run_module(MODULE, arguments(return_secret=True, secret=declared), check=check)

    assert outcome["client_secret"] == secret
    assert outcome.printed.count(secret) == 1
    assert outcome["client"]["secret"] == MASK


def test_return_secret_returns_that_of_a_new_client(keycloak: Script, run_module: RunModule) -> None:
    creates(keycloak, {"publicClient": False}, client())

    assert run_module(MODULE, arguments(public_client=False, return_secret=True))["client_secret"] == SERVER_SECRET


@pytest.mark.parametrize("before", [[], [client()]], ids=["new", "rotated"])
def test_return_secret_is_empty_if_check_mode_cannot_know_it(
    before: list[dict[str, Any]], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, *before)
    wish = arguments(public_client=False, return_secret=True, rotate_secret_on="2027")

    outcome = run_module(MODULE, wish, check=True)

    assert outcome["client_secret"] == ""
    assert SERVER_SECRET not in outcome.printed


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ({"public_client": True}, client()),
        ({"public_client": True}, None),
        ({}, client(publicClient=True)),
        ({}, None),
    ],
    ids=["declared public", "declared public and new", "public on the server", "new, which Keycloak makes public"],
)
@pytest.mark.parametrize("wish", [{"secret": OWN_SECRET}, {"rotate_secret_on": "2026-01"}], ids=["secret", "rotation"])
def test_a_secret_for_a_public_client_is_refused_before_a_write(
    wish: dict[str, str],
    declared: dict[str, bool],
    shown: dict[str, Any] | None,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    reads(keycloak, *([shown] if shown else []))

    outcome = run_module(MODULE, arguments(**declared, **wish))

    assert_one_clear_line(outcome, f"client {CLIENT_ID} is public", "Set public_client to false")
    assert OWN_SECRET not in outcome.printed


def test_a_secret_that_is_declared_and_rotated_is_refused_before_any_call(
    keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(MODULE, arguments(secret=OWN_SECRET, rotate_secret_on="2026-01"))

    assert_one_clear_line(outcome, "secret", "rotate_secret_on", "mutually exclusive")
    assert OWN_SECRET not in outcome.printed


@pytest.mark.parametrize("before", [client(), with_trigger("2025-12")], ids=["never rotated", "another value"])
def test_a_new_trigger_value_rotates_once_and_is_stored_after_it(
    before: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    after = with_trigger("2026-01", secret=OWN_SECRET)
    wish = arguments(rotate_secret_on="2026-01", return_secret=True)
    reads(keycloak, before)
    promised = run_module(MODULE, wish, check=True)
    rotates(keycloak, before, "2026-01", after)
    done = run_module(MODULE, wish)
    reads(keycloak, after)
    again = run_module(MODULE, wish)

    assert promised["actions"] == done["actions"] == [ROTATE, f"{UPDATE}: {TRIGGER}"]
    assert promised["diff"] == done["diff"]
    assert done["client_secret"] == OWN_SECRET
    assert again["changed"] is False


def test_a_rotation_whose_trigger_was_not_stored_is_made_again(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    keycloak.post("clients/client-uuid/client-secret", None, status=200, json={"value": OWN_SECRET})
    refusal = {"error": "unknown_error"}
    body = {"attributes": {**SERVER_ATTRIBUTES, TRIGGER: "a"}, "frontchannelLogout": True}
    keycloak.put("clients/client-uuid", body, status=500, json=refusal)
    failed = run_module(MODULE, arguments(rotate_secret_on="a"))
    rotates(keycloak, client(), "a", with_trigger("a"))
    done = run_module(MODULE, arguments(rotate_secret_on="a"))

    assert_one_clear_line(failed, "HTTP 500", "unknown_error")
    assert ROTATE in done["actions"]


def test_a_new_client_is_not_rotated_but_remembers_the_trigger(keycloak: Script, run_module: RunModule) -> None:
    creates(keycloak, {"publicClient": False, "attributes": {TRIGGER: "2026-01"}}, with_trigger("2026-01"))

    outcome = run_module(MODULE, arguments(public_client=False, rotate_secret_on="2026-01"))

    assert outcome["actions"] == [f"create client {CLIENT_ID}"]


PUBLIC = client(publicClient=True, secret=None)


@pytest.mark.parametrize(
    ("before", "body", "wish", "new"),
    [
        (None, {"publicClient": False}, {"public_client": False}, True),
        (None, {"publicClient": True}, {"public_client": True}, False),
        (None, {}, {}, False),
        (client(), {}, {}, False),
        (client(), {"name": "Cells"}, {"name": "Cells"}, False),
        (client(), {"secret": OWN_SECRET}, {"secret": OWN_SECRET}, True),
        (client(), {"publicClient": True}, {"public_client": True}, False),
        (PUBLIC, {"publicClient": False}, {"public_client": False}, True),
    ],
    ids=[
        "created",
        "created public",
        "public by default",
        "same",
        "renamed",
        "replaced",
        "to public",
        "to confidential",
    ],
)
def test_the_result_says_whether_the_secret_is_new(
    before: dict[str, Any] | None,
    body: dict[str, Any],
    wish: dict[str, Any],
    new: bool,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    reads(keycloak, *([before] if before else []))
    promised = run_module(MODULE, arguments(**wish), check=True)
    if before is None:
        creates(keycloak, body, {**client(publicClient=True), **body})
    elif body:
        updates(keycloak, before, body)
    else:
        reads(keycloak, before)
    done = run_module(MODULE, arguments(**wish))

    assert (promised["new_secret"], done["new_secret"]) == (new, new)


def test_the_result_says_that_a_rotated_secret_is_new(keycloak: Script, run_module: RunModule) -> None:
    wish = arguments(rotate_secret_on="2027-01")
    reads(keycloak, client())
    promised = run_module(MODULE, wish, check=True)
    rotates(keycloak, client(), "2027-01", with_trigger("2027-01"))
    done = run_module(MODULE, wish)
    reads(keycloak, with_trigger("2027-01"))
    again = run_module(MODULE, wish)

    assert (promised["new_secret"], done["new_secret"], again["new_secret"]) == (True, True, False)


def test_the_trigger_value_is_no_secret_and_stays_readable(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, with_trigger("2026-01"))

    outcome = run_module(MODULE, arguments(rotate_secret_on="2026-01"))

    assert outcome["client"]["attributes"][TRIGGER] == "2026-01"


@pytest.mark.parametrize("check", [True, False])
def test_a_masked_secret_is_an_error_and_no_result(check: bool, *, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(secret=MASK))

    outcome = run_module(MODULE, arguments(return_secret=True), check=check)

    assert_one_clear_line(outcome, "return_secret", "manage-clients", "realm-management")
