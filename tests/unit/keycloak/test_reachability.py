# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""keycloak_reachable_info against real servers: reasons why a Cells host does not get the discovery document."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from pytest_httpserver import HTTPServer

from lab.process import free_port
from support.module import RunModule, assert_one_clear_line

PATH = "/realms/demo/.well-known/openid-configuration"


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """Return a server on a free port."""
    with HTTPServer(port=0) as started:
        yield started


def issuer_of(server: HTTPServer) -> str:
    return server.url_for("/realms/demo")


def test_the_document_exists(run_module: RunModule, server: HTTPServer) -> None:
    server.expect_oneshot_request(PATH).respond_with_json({"issuer": issuer_of(server)})

    outcome = run_module("keycloak_reachable_info", {"issuer": issuer_of(server)})

    assert (outcome["reachable"], outcome["problem"], outcome["message"]) == (True, "", "")
    assert outcome["url"] == f"{issuer_of(server)}/.well-known/openid-configuration"
    assert abs(outcome["skew_seconds"]) < 60


@pytest.mark.parametrize(
    ("answer", "problem", "words"),
    [
        ({"response_data": "gone", "status": 404}, "status", "HTTP 404"),
        ({"response_data": "<html>"}, "no_document", "not a discovery document"),
        ({"response_data": "[]"}, "no_document", "not a discovery document"),
        ({"response_data": '{"issuer": "https://other.example.org"}'}, "issuer", "https://other.example.org"),
    ],
)
def test_an_answer_that_is_not_the_document(
    run_module: RunModule, server: HTTPServer, answer: dict[str, Any], problem: str, words: str
) -> None:
    server.expect_oneshot_request(PATH).respond_with_data(**answer)

    outcome = run_module("keycloak_reachable_info", {"issuer": issuer_of(server)})

    assert (outcome["reachable"], outcome["problem"]) == (False, problem)
    assert words in outcome["message"]


def test_a_certificate_counts_if_the_host_trusts_it(
    run_module: RunModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with HTTPServer(host="localhost", port=0, ssl_context=context) as server:
        server.expect_request(PATH).respond_with_json({"issuer": issuer_of(server)})

        refused = run_module("keycloak_reachable_info", {"issuer": issuer_of(server)})
        # OpenSSL takes this file for the store of the host.
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        trusted = run_module("keycloak_reachable_info", {"issuer": issuer_of(server)})

    assert (refused["reachable"], refused["problem"]) == (False, "certificate")
    assert "not trusted on this host" in refused["message"]
    assert trusted["reachable"]


def test_nobody_answers(run_module: RunModule) -> None:
    outcome = run_module("keycloak_reachable_info", {"issuer": f"http://localhost:{free_port()}/realms/demo"})

    assert (outcome["reachable"], outcome["problem"], outcome["skew_seconds"]) == (False, "no_answer", None)
    assert "Connection refused" in outcome["message"]


@pytest.mark.parametrize("issuer", ["sso.example.org", "file:///etc/hostname", "http://[::1"])
def test_an_issuer_that_is_no_url(run_module: RunModule, issuer: str) -> None:
    assert_one_clear_line(run_module("keycloak_reachable_info", {"issuer": issuer}), "issuer", issuer, "not a URL")
