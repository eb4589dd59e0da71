# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Method api: the audience through the REST API, with every field that Cells shows; refused if it hides some."""

from __future__ import annotations

from typing import Any

import pytest

from support.cells.pydio_json import CLIENT_SECRET, OTHER_URL, URL, EditAudience, clients
from support.cells.scripted import CLIENTS, TOKEN, ScriptedCells
from support.module import Outcome, RunModule, assert_one_clear_line

LIST = f"{URL}/a/config/{CLIENTS}"
PATH = f"{CLIENTS}/cells-frontend"
DOCUMENTED = {
    "client_id",
    "client_name",
    "client_secret",
    "redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "audience",
}
UNDOCUMENTED = frozenset({"post_logout_redirect_uris", "revokeRefreshTokenAfterInactivity"})


@pytest.fixture
def by_api(run_module: RunModule, cells_server: ScriptedCells) -> EditAudience:
    """Return a function that runs cells_config_audience on the scripted server."""

    def run(check: bool = False, **options: Any) -> Outcome:
        arguments = {"method": "api", "cells_url": URL, "cells_token": TOKEN, "audience": [URL], **options}
        return run_module("cells_config_audience", arguments, check)

    return run


@pytest.mark.parametrize(
    ("before", "options", "audience"),
    [
        ({}, {}, [URL]),
        ({"audience": None}, {}, [URL]),
        ({"audience": [OTHER_URL]}, {}, [OTHER_URL, URL]),
        ({"audience": [OTHER_URL]}, {"mode": "exact"}, [URL]),
        ({"audience": [URL, OTHER_URL]}, {"state": "absent"}, [OTHER_URL]),
        ({"audience": [URL]}, {"state": "absent"}, []),
        ({"audience": [URL]}, {"mode": "exact", "audience": []}, []),
    ],
)
def test_the_write_carries_every_field_and_the_new_audience(
    by_api: EditAudience,
    cells_server: ScriptedCells,
    before: dict[str, Any],
    options: dict[str, Any],
    audience: list[str],
) -> None:
    cells_server.collections[CLIENTS] = clients(**before, client_secret=CLIENT_SECRET)

    predicted = by_api(check=True, **options)
    assert cells_server.writes == []
    outcome = by_api(**options)

    assert cells_server.writes == [("PUT", PATH, clients(client_secret=CLIENT_SECRET, audience=audience)[0])]
    assert outcome["audience"] == audience
    assert outcome["backup_file"] == ""
    assert outcome["actions"] == ["update static client cells-frontend: audience, through the REST API"]
    assert predicted.values == outcome.values
    for result in (predicted, outcome):
        assert not [secret for secret in (TOKEN, CLIENT_SECRET) if secret in result.printed]

    assert not by_api(**options)["changed"]
    assert len(cells_server.writes) == 1


@pytest.mark.parametrize("check", [True, False])
def test_a_server_that_shows_only_documented_fields_is_refused_before_a_write(
    by_api: EditAudience, cells_server: ScriptedCells, check: bool
) -> None:
    cells_server.hides = UNDOCUMENTED

    assert_one_clear_line(
        by_api(check), "could lose other fields of cells-frontend", "Nothing was written", "use method file or cli"
    )
    assert cells_server.writes == []


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("mask", ["**********", "***", "••••••"])
def test_a_secret_that_is_masked_is_never_written_back(
    by_api: EditAudience, cells_server: ScriptedCells, mask: str, check: bool
) -> None:
    cells_server.collections[CLIENTS] = clients(client_secret=mask)

    assert_one_clear_line(by_api(check), "mask", "secret of static client cells-frontend", "Nothing was written")
    assert cells_server.writes == []


def test_a_secret_that_is_masked_does_not_matter_where_nothing_is_written(
    by_api: EditAudience, cells_server: ScriptedCells
) -> None:
    cells_server.collections[CLIENTS] = clients(client_secret="**********", audience=[URL])

    assert not by_api()["changed"]


def test_a_server_that_shows_only_documented_fields_may_be_read(
    by_api: EditAudience, cells_server: ScriptedCells
) -> None:
    cells_server.hides = UNDOCUMENTED
    cells_server.collections[CLIENTS] = clients(audience=[URL])

    assert not by_api()["changed"]


@pytest.mark.parametrize("client", ["cells-sync", "cells-mobile"])
def test_a_client_without_other_fields_is_written_if_the_server_shows_those_of_others(
    by_api: EditAudience, cells_server: ScriptedCells, client: str
) -> None:
    assert set(clients()[1]) <= DOCUMENTED

    assert by_api(oauth_client_id=client)["changed"]

    [(method, path, body)] = cells_server.writes
    assert (method, path, body["audience"]) == ("PUT", f"{CLIENTS}/{client}", [URL])


@pytest.mark.parametrize("lost", [UNDOCUMENTED, frozenset({"scope"}), frozenset({"client_secret"})])
def test_a_field_that_the_server_does_not_keep_is_named(
    by_api: EditAudience, cells_server: ScriptedCells, lost: frozenset[str]
) -> None:
    cells_server.collections[CLIENTS] = clients(client_secret=CLIENT_SECRET)
    cells_server.loses = lost

    outcome = by_api()

    assert_one_clear_line(outcome, "did not keep", ", ".join(sorted(lost)), "cells-frontend")
    assert CLIENT_SECRET not in outcome.printed


def test_an_audience_that_the_server_does_not_keep_is_named(by_api: EditAudience, cells_server: ScriptedCells) -> None:
    cells_server.loses = frozenset({"audience"})

    assert_one_clear_line(by_api(), "static client cells-frontend", "kept something else", "audience")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 401, "json": {"Title": "no"}}, ["HTTP 401, no", "The token is valid"]),
        ({"status": 403, "json": {"Title": "no"}}, ["HTTP 403, no", "Only Cells Enterprise"]),
        ({"status": 404, "json": {}}, ["HTTP 404", "Pydio Cells Home Edition", "Only Cells Enterprise"]),
        ({"status": 200, "body": "<html>", "content_type": "text/html"}, ["text/html instead of JSON", "Home"]),
        ({"json": {"staticClients": None}}, ["no list of static clients"]),
        ({"json": []}, ["no list of static clients"]),
        ({"json": {"staticClients": clients()[1:]}}, ["no static client 'cells-frontend'", "cells-sync, cells-mobile"]),
        ({"json": {"staticClients": clients() * 2}}, ["2 static clients 'cells-frontend'", "0, 3"]),
        ({"json": {"staticClients": clients(audience="x")}}, ["not a list of strings"]),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_an_answer_that_cannot_be_used_is_one_line(
    run_module: RunModule, http: Any, answer: dict[str, Any], words: list[str], check: bool
) -> None:
    http.get(LIST, **answer)
    home = {"backend": {"PackageType": "PydioHome", "PackageLabel": "Pydio Cells Home Edition"}}
    http.get(f"{URL}/a/frontend/bootconf", json=home)
    arguments = {"method": "api", "cells_url": URL, "cells_token": TOKEN, "audience": [URL]}

    assert_one_clear_line(run_module("cells_config_audience", arguments, check), *words)


@pytest.mark.parametrize("lacking", ["cells_url", "cells_token"])
def test_method_api_without_url_or_token_is_one_line(by_api: EditAudience, lacking: str) -> None:
    assert_one_clear_line(by_api(**{lacking: None}), f"{lacking} is missing")


def test_a_token_in_clear_on_the_way_is_a_warning(
    run_module: RunModule, cells_server: ScriptedCells, http: Any
) -> None:
    url = "http://cells.example.org"
    ScriptedCells(http, cells_server.collections, url=url)
    arguments = {"method": "api", "cells_url": url, "cells_token": TOKEN, "audience": [URL]}

    [warning] = run_module("cells_config_audience", arguments).warnings

    assert "not encrypted" in warning
