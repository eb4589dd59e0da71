# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret of a connector: when it is written, with servers that show, hide or mask it; and that nobody sees it."""

from __future__ import annotations

from typing import Any

import pytest

from support.cells.scripted import ISSUER, OTHER_SECRET, SECRET, TOKEN, ScriptedCells, SetConnector, connector
from support.module import Outcome, assert_one_clear_line

MODES = ["when_differs", "always", "on_create"]
NOTE = "Cells hides it, so it is written without a comparison"


def sent_secret(cells_server: ScriptedCells) -> Any:
    [(_method, _path, body)] = cells_server.writes
    return body["configoidc"].get("clientSecret")


def predicted_and_done(set_connector: SetConnector, cells_server: ScriptedCells, **options: Any) -> Outcome:
    """Run in check mode and for real; the prediction must hold and write nothing, and no output shows a secret."""
    predicted = set_connector(check=True, **options)
    assert cells_server.writes == []
    outcome = set_connector(**options)
    assert set(predicted.values) == set(outcome.values)
    for key in ("changed", "diff", "actions"):
        assert predicted[key] == outcome[key], key
    for result in (predicted, outcome):
        assert not [secret for secret in (SECRET, OTHER_SECRET, TOKEN) if secret in result.printed]
    return outcome


@pytest.mark.parametrize("update", MODES)
@pytest.mark.parametrize("shows", ["shown", "hidden", "masked"])
def test_a_new_connector_gets_the_secret(
    set_connector: SetConnector, cells_server: ScriptedCells, shows: str, update: str
) -> None:
    cells_server.secret = shows
    cells_server.discovery()
    options = {"name": "SSO", "issuer": ISSUER, "client_id": "demo", "client_secret": SECRET, "update_secret": update}

    assert predicted_and_done(set_connector, cells_server, **options)["changed"]

    assert sent_secret(cells_server) == SECRET
    assert set_connector(**options)["changed"] is (update == "always" and shows != "shown")


@pytest.mark.parametrize("update", MODES)
@pytest.mark.parametrize("there", [SECRET, OTHER_SECRET])
def test_a_shown_secret_is_written_if_it_differs(
    set_connector: SetConnector, cells_server: ScriptedCells, there: str, update: str
) -> None:
    cells_server.connectors.append(connector(there))
    written = there != SECRET and update != "on_create"

    outcome = predicted_and_done(set_connector, cells_server, client_secret=SECRET, update_secret=update)

    assert outcome["changed"] is written
    assert cells_server.connectors[1]["configoidc"]["clientSecret"] == (SECRET if written else there)
    if written:
        assert outcome["actions"] == ["update connector keycloak: clientSecret"]
        assert outcome["diff"]["before"] != outcome["diff"]["after"]
        assert not set_connector(client_secret=SECRET, update_secret=update)["changed"]


@pytest.mark.parametrize("shows", ["hidden", "masked"])
@pytest.mark.parametrize("update", MODES)
def test_a_secret_that_is_not_shown_is_written_alone_only_with_always(
    set_connector: SetConnector, cells_server: ScriptedCells, shows: str, update: str
) -> None:
    cells_server.secret = shows
    cells_server.connectors.append(connector(OTHER_SECRET))

    outcome = predicted_and_done(set_connector, cells_server, client_secret=SECRET, update_secret=update)

    assert outcome["changed"] is (update == "always")
    if update == "always":
        assert sent_secret(cells_server) == SECRET
        assert outcome["actions"] == [f"update connector keycloak: clientSecret ({NOTE})"]
        assert set_connector(client_secret=SECRET, update_secret=update)["changed"]
    else:
        assert cells_server.writes == []


@pytest.mark.parametrize("shows", ["hidden", "masked"])
@pytest.mark.parametrize("update", MODES)
def test_a_secret_that_is_not_shown_goes_along_with_another_change(
    set_connector: SetConnector, cells_server: ScriptedCells, shows: str, update: str
) -> None:
    cells_server.secret = shows
    cells_server.connectors.append(connector(OTHER_SECRET))
    options = {"name": "Keycloak", "client_secret": SECRET, "update_secret": update}

    outcome = predicted_and_done(set_connector, cells_server, **options)

    assert sent_secret(cells_server) == SECRET
    assert NOTE in outcome["actions"][0]
    if update != "always":
        assert not set_connector(**options)["changed"]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("shows", ["hidden", "masked"])
@pytest.mark.parametrize("update", MODES)
def test_another_change_without_the_secret_is_refused_if_cells_hides_it(
    set_connector: SetConnector, cells_server: ScriptedCells, shows: str, update: str, check: bool
) -> None:
    cells_server.secret = shows
    cells_server.connectors.append(connector(OTHER_SECRET))

    assert_one_clear_line(
        set_connector(check, name="Keycloak", update_secret=update), "hides the secret", "give client_secret"
    )
    assert cells_server.writes == []
    assert not set_connector(check, name="SSO with Keycloak", update_secret=update)["changed"]


def test_another_change_keeps_a_secret_that_is_shown(set_connector: SetConnector, cells_server: ScriptedCells) -> None:
    cells_server.connectors.append(connector(OTHER_SECRET))

    outcome = predicted_and_done(set_connector, cells_server, name="Keycloak")

    assert sent_secret(cells_server) == OTHER_SECRET
    assert outcome["connector"]["configoidc"]["clientSecret"] == "*" * 10


@pytest.mark.parametrize("secret", ["*", "**********", "••••••"])
def test_a_mask_is_never_sent(set_connector: SetConnector, cells_server: ScriptedCells, secret: str) -> None:
    cells_server.connectors.append(connector())

    outcome = set_connector(client_secret=secret, update_secret="always")

    assert_one_clear_line(outcome, "client_secret", "mask")
    assert cells_server.writes == []


@pytest.mark.parametrize("secret", ["********-client-secret", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"])
@pytest.mark.parametrize("check", [True, False])
def test_a_secret_that_ansible_has_hidden_a_part_of_is_never_sent(
    set_connector: SetConnector, cells_server: ScriptedCells, secret: str, *, check: bool
) -> None:
    outcome = set_connector(check, client_secret=secret)

    assert_one_clear_line(outcome, "client_secret", "Ansible", "password")
    assert cells_server.writes == []


def test_a_server_that_loses_the_secret_shows_no_secret_in_the_error(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    cells_server.connectors.append(connector(OTHER_SECRET))
    cells_server.loses = frozenset({"name"})

    outcome = set_connector(name="Keycloak", client_secret=SECRET)

    assert outcome.failed
    assert not [secret for secret in (SECRET, OTHER_SECRET, TOKEN) if secret in outcome.printed]


def test_a_server_that_says_the_secret_back_does_not_show_it(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    url = f"{cells_server.url}/a/config/oauth2connectors"
    cells_server.http.replace(
        "GET", cells_server.http.registered()[0].url, status=500, json={"Title": f"cannot read {SECRET} with {TOKEN}"}
    )

    outcome = set_connector(client_secret=SECRET)

    assert_one_clear_line(outcome, f"GET {url}: HTTP 500, cannot read")
    assert not [secret for secret in (SECRET, TOKEN) if secret in outcome.printed]
