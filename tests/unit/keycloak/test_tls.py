# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS: which servers are trusted, and certificate files that cannot be used."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from pytest_httpserver import HTTPServer

from support.module import RunModule, assert_one_clear_line

TOKEN = "standin-access-token-77aa51c0ffee4bd2"
PATH = "/admin/realms/cells/clients"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return a certificate authority that no machine trusts."""
    return trustme.CA()


@pytest.fixture(scope="module")
def secure_server(authority: trustme.CA) -> Iterator[HTTPServer]:
    """Yield a TLS server with a certificate of that authority for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(host="127.0.0.1", port=0, ssl_context=context) as running:
        running.expect_request(PATH).respond_with_json([])
        yield running


def secure(server: HTTPServer, **own: Any) -> dict[str, Any]:
    """Return the arguments of a task for a TLS server."""
    return {"auth_keycloak_url": server.url_for(""), "token": TOKEN, "realm": "cells", **own}


def test_a_certificate_of_an_unknown_authority_is_refused(secure_server: HTTPServer, run_module: RunModule) -> None:
    secure_server.clear_log()

    outcome = run_module("keycloak_oidc_client_info", secure(secure_server))

    assert_one_clear_line(outcome, "GET https://127.0.0.1:", "TLS failed", "certificate verify failed")
    assert secure_server.log == []


# httpx complains of a path only if it reads the certificates itself, for a client that nothing uses.
@pytest.mark.filterwarnings("error:.*verify:DeprecationWarning")
def test_an_authority_in_ca_path_is_trusted_and_read_by_one_client_only(
    authority: trustme.CA, secure_server: HTTPServer, run_module: RunModule, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    outcome = run_module("keycloak_oidc_client_info", secure(secure_server, ca_path=str(tmp_path / "ca.pem")))

    assert outcome["clients"] == []


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_a_certificate_is_not_verified_on_request(secure_server: HTTPServer, run_module: RunModule) -> None:
    assert run_module("keycloak_oidc_client_info", secure(secure_server, validate_certs=False))["clients"] == []


@pytest.mark.parametrize("option", ["ca_path", "client_cert"])
def test_a_certificate_file_that_is_not_there_is_named(
    option: str, secure_server: HTTPServer, run_module: RunModule
) -> None:
    outcome = run_module("keycloak_oidc_client_info", secure(secure_server, **{option: "/nonexistent/file.pem"}))

    assert_one_clear_line(outcome, option, "/nonexistent/file.pem")


@pytest.mark.parametrize("option", ["ca_path", "client_cert"])
@pytest.mark.parametrize(
    "content",
    ["no certificate\n", "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n"],
    ids=["something else", "a broken one"],
)
def test_a_certificate_file_that_cannot_be_used_is_named(
    content: str, option: str, secure_server: HTTPServer, run_module: RunModule, tmp_path: Path
) -> None:
    (tmp_path / "file.pem").write_text(content)

    outcome = run_module("keycloak_oidc_client_info", secure(secure_server, **{option: str(tmp_path / "file.pem")}))

    assert_one_clear_line(outcome, option, "file.pem")


def test_a_client_certificate_without_its_key_is_named(
    authority: trustme.CA, secure_server: HTTPServer, run_module: RunModule, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "cert.pem")

    outcome = run_module("keycloak_oidc_client_info", secure(secure_server, client_cert=str(tmp_path / "cert.pem")))

    assert_one_clear_line(outcome, "client_cert", "cert.pem")
