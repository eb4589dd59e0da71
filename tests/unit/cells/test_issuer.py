# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The issuer of a connector is compared with its discovery document before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ansible_collections.cellsops.sso.plugins.module_utils.cells.issuer import check_issuer
from support.cells.scripted import DISCOVERY, ISSUER, TOKEN, ScriptedCells, SetConnector, connector
from support.module import assert_one_clear_line


def test_the_issuer_that_the_document_names_is_written(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    cells_server.connectors.append(connector(configoidc={"issuer": "https://old.example.org"}))
    cells_server.discovery()

    outcome = set_connector(issuer=ISSUER)

    assert outcome["changed"]
    assert outcome.warnings == []
    [asked] = [call.request for call in cells_server.http.calls if call.request.url == DISCOVERY]
    assert TOKEN not in str(asked.headers)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "named",
    [
        ISSUER + "/",
        ISSUER.replace("https", "http"),
        ISSUER.replace("cells", "Cells"),
        ISSUER.replace("example.org", "example.org:443"),
        "https://sso.example.org/auth/realms/cells",
    ],
)
def test_an_issuer_that_differs_is_refused_before_a_write(
    set_connector: SetConnector, cells_server: ScriptedCells, named: str, check: bool
) -> None:
    cells_server.connectors.append(connector())
    cells_server.discovery(json={"issuer": named})

    assert_one_clear_line(set_connector(check, issuer=ISSUER, name="Mine"), f"you gave {ISSUER}", named)
    assert cells_server.writes == []


def test_an_extra_slash_in_the_option_is_refused(set_connector: SetConnector, cells_server: ScriptedCells) -> None:
    cells_server.discovery()

    assert_one_clear_line(set_connector(issuer=f"{ISSUER}/"), f"you gave {ISSUER}/", f"names {ISSUER}.")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "json": {"error": "Realm does not exist"}},
        {"status": 401, "json": {}},
        {"status": 200, "body": "<html>Keycloak</html>"},
        {"status": 200, "json": {"realm": "cells"}},
        {"status": 200, "json": ["issuer"]},
        {"status": 302, "body": "", "headers": {"Location": "https://elsewhere.example.org/"}},
    ],
)
def test_an_answer_that_is_no_discovery_document_is_refused(
    set_connector: SetConnector, cells_server: ScriptedCells, answer: dict[str, Any]
) -> None:
    cells_server.connectors.append(connector())
    cells_server.discovery(**answer)

    outcome = set_connector(issuer=ISSUER, name="Mine")

    assert_one_clear_line(
        outcome, DISCOVERY, "not a discovery document", f"HTTP {answer['status']}", "name of the realm"
    )
    assert cells_server.writes == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"body": requests.ConnectionError("Name or service not known")}, "Name or service not known"),
        ({"body": requests.ConnectTimeout()}, "no answer in time"),
        ({"body": requests.exceptions.SSLError("self-signed certificate")}, "TLS failed: self-signed certificate"),
        ({"status": 503, "body": "<html>busy</html>"}, "HTTP 503"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_document_out_of_reach_is_a_warning(
    set_connector: SetConnector, cells_server: ScriptedCells, answer: dict[str, Any], words: str, check: bool
) -> None:
    cells_server.connectors.append(connector())
    cells_server.discovery(**answer)

    outcome = set_connector(check, issuer=ISSUER, name="Mine")

    assert outcome["changed"]
    [warning] = outcome.warnings
    assert DISCOVERY in warning
    assert words in warning
    assert "not compared" in warning
    assert "\n" not in warning


@pytest.mark.parametrize("options", [{"name": "Mine"}, {"state": "absent", "issuer": "https://nowhere.example.org"}])
def test_no_document_is_asked_for_without_need(
    set_connector: SetConnector, cells_server: ScriptedCells, options: dict[str, Any]
) -> None:
    cells_server.connectors.append(connector())

    assert set_connector(**options).warnings == []


@pytest.mark.parametrize(
    ("options", "verify"),
    [({}, True), ({"validate_certs": False}, False), ({"ca_path": "own"}, "own")],
)
def test_tls_options_hold_for_the_document(
    cells_server: ScriptedCells, options: dict[str, Any], verify: Any, ca_file: str
) -> None:
    if verify == "own":
        options, verify = {"ca_path": ca_file}, ca_file
    cells_server.discovery()
    shared = {"validate_certs": True, "ca_path": None, "connection_timeout": 3, **options}

    assert check_issuer(ISSUER, shared) == []

    [call] = cells_server.http.calls
    assert call.request.req_kwargs["verify"] == verify  # type: ignore[attr-defined]
    assert call.request.req_kwargs["timeout"] == 3  # type: ignore[attr-defined]
