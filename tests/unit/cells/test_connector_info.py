# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_connector_info: the connectors, secrets masked, and what the login page offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.cells.scripted import OTHER_SECRET, SECRET, TOKEN, URL, ScriptedCells, connector, pydio_connector, rule
from support.module import Outcome, RunModule, assert_one_clear_line

LOGIN = f"{URL}/a/frontend/login/connectors"
OFFERED = [{"Id": "keycloak", "Name": "SSO with Keycloak", "Type": "oidc"}]
Read = Callable[..., Outcome]


@pytest.fixture
def read(run_module: RunModule, cells_server: ScriptedCells) -> Read:
    """Return a function that reads two connectors besides Cells' own."""
    cells_server.connectors.extend([connector(mappingRules=[rule("a")]), connector(OTHER_SECRET, id="other")])

    def run(check: bool = False, **options: Any) -> Outcome:
        return run_module("cells_connector_info", {"cells_url": URL, "cells_token": TOKEN, **options}, check)

    return run


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["pydio", "keycloak", "other"]),
        ({"connector_id": "keycloak"}, ["keycloak"]),
        ({"connector_id": "pydio"}, ["pydio"]),
        ({"connector_id": "Keycloak"}, []),
        ({"connector_id": "none"}, []),
    ],
)
def test_connectors_are_read_by_their_id(
    read: Read, cells_server: ScriptedCells, options: dict[str, Any], ids: list[str], check: bool
) -> None:
    cells_server.http.get(LOGIN, json={"Connectors": OFFERED})

    outcome = read(check, **options)

    assert [found["id"] for found in outcome["connectors"]] == ids
    assert outcome["login_connectors"] == OFFERED
    assert not outcome["changed"]
    assert cells_server.writes == []


def test_no_secret_is_shown(read: Read, cells_server: ScriptedCells) -> None:
    cells_server.http.get(LOGIN, json={"Connectors": OFFERED})

    outcome = read()

    assert [found.get("configoidc", {}).get("clientSecret") for found in outcome["connectors"]] == [
        None,
        "*" * 10,
        "*" * 10,
    ]
    assert not [secret for secret in (SECRET, OTHER_SECRET, TOKEN) if secret in outcome.printed]


def test_a_connector_is_shown_with_the_fields_that_the_server_leaves_out(
    read: Read, cells_server: ScriptedCells
) -> None:
    cells_server.http.get(LOGIN, json={})
    cells_server.connectors[:] = [{"id": "keycloak", "type": "oidc", "mappingRules": [{"LeftAttribute": "a"}]}]

    outcome = read()

    assert outcome["connectors"][0]["sites"] == []
    assert outcome["connectors"][0]["mappingRules"] == [
        {"LeftAttribute": "a", "RuleString": "", "LeftSplit": "", "RightValueTemplate": "", "NoUpdate": False}
    ]


@pytest.mark.parametrize("answer", [{}, {"Connectors": None}, [], {"Connectors": {}}])
def test_a_login_page_that_offers_nothing_is_an_empty_list(
    read: Read, cells_server: ScriptedCells, answer: Any
) -> None:
    cells_server.http.get(LOGIN, json=answer)

    assert read()["login_connectors"] == []


def test_a_login_page_that_does_not_answer_is_one_line(read: Read, cells_server: ScriptedCells) -> None:
    cells_server.http.get(LOGIN, status=500, json={"Title": "boom"})

    assert_one_clear_line(read(), f"GET {LOGIN}: HTTP 500, boom")


def test_a_server_without_connectors_is_an_empty_list(read: Read, cells_server: ScriptedCells) -> None:
    cells_server.http.get(LOGIN, json={"Connectors": []})
    cells_server.connectors.clear()

    assert read()["connectors"] == []


def test_cells_own_connector_keeps_its_shape(read: Read, cells_server: ScriptedCells) -> None:
    cells_server.http.get(LOGIN, json={"Connectors": []})

    assert read(connector_id="pydio")["connectors"] == [{**pydio_connector(), "sites": [], "mappingRules": []}]
