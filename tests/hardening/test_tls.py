# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with a real Keycloak, and with the stand-in behind a front: which servers modules trust, and their messages about
others.

Keycloak asks for a client's certificate on its https port, and lets nobody in without.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from lab.cells_server import Cells
from lab.keycloak_server import Keycloak, Tls
from lab.tls_front import TlsFront
from support.module import assert_one_clear_line, call_module, predict_and_run

MODULES = Path(__file__).parents[2] / "plugins/modules"
OPTIONS: dict[str, dict[str, Any]] = {
    "keycloak_token": {},
    "keycloak_oidc_client": {"client_id": "tls-test"},
    "keycloak_oidc_client_info": {},
    "keycloak_client_scope": {"name": "tls-test"},
    "keycloak_ldap_mapper": {"ldap_provider": "ldap", "name": "tls-test", "state": "absent"},
    "keycloak_ldap_sync": {"ldap_provider": "ldap"},
    "keycloak_user_profile_attribute": {"name": "tls-test"},
    "keycloak_token_preview": {"client_id": "tls-test", "username": "nobody"},
    "keycloak_service_account_roles": {"client_id": "tls-test", "roles": ["view-users"]},
    "cells_connector": {"connector_id": "tls-test", "state": "absent"},
    "cells_connector_info": {},
    "cells_role": {"role_id": "tls-test", "state": "absent"},
    "cells_role_info": {},
    "cells_config_audience": {"method": "api", "audience": ["https://cells.example.org"]},
    "clock_skew_info": {},
    "sso_export_info": {"connector_id": "tls-test"},
}
"""Each module, with the options that it needs besides its connection."""
ELSEWHERE = {
    "cells_host_info",
    "keycloak_oidc_clients",
    "sso_preflight_info",
    "sso_verification_info",
    "cells_config_info",
    "cells_conformance",
    "cells_session_check",
    "doctor_info",
    "keycloak_reachable_info",
}
"""One reads a file. Check mode logs nobody in, and the others answer by findings: all have tests of their own."""
WORKING = {
    "keycloak_token": "expires_in",
    "keycloak_oidc_client_info": "clients",
    "cells_connector_info": "connectors",
    "cells_role": "role",
    "cells_role_info": "roles",
    "clock_skew_info": "skew_seconds",
}
"""Modules that succeed on a new server, and what they then return."""


@dataclass
class Servers:
    """A Keycloak and a Cells on plain ports, Keycloak's own https port, and fronts with certificates of many kinds."""

    keycloak: Keycloak
    cells: Cells
    folder: Path
    authority: trustme.CA
    stack: ExitStack
    fronts: dict[tuple[int, str], TlsFront] = field(default_factory=dict)

    def front(self, module: str, kind: str) -> TlsFront:
        """Return a front for the module's server: its certificate is ``good``, of ``another host`` or ``expired``."""
        port = self.keycloak.port if module.startswith("keycloak") else self.cells.port
        if (port, kind) in self.fronts:
            return self.fronts[port, kind]
        host = "another.example.org" if kind == "another host" else "localhost"
        ends = datetime.now(UTC) + timedelta(days=-1 if kind == "expired" else 30)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(host, not_after=ends).configure_cert(context)
        self.fronts[port, kind] = self.stack.enter_context(TlsFront(context, port))
        return self.fronts[port, kind]

    def options(self, module: str, url: str, **own: Any) -> dict[str, Any]:
        """Return a module's options for a server under that URL."""
        if module == "clock_skew_info":
            connection = {"url": url}
        elif module.startswith("cells"):
            connection = {"cells_url": url, "cells_token": self.cells.token}
        else:
            account = self.keycloak
            connection = {
                "auth_keycloak_url": url,
                "auth_username": account.admin_username,
                "auth_password": account.admin_password,
            }
            connection |= {} if module == "keycloak_token" else {"realm": "master"}
        return {**connection, **OPTIONS[module], **own}

    def doctor(self, cells_url: str, ca_path: str | None = None, **environment: str) -> dict[str, Any]:
        """Return the doctor's report on a Cells under that URL; Keycloak is asked without TLS."""
        keycloak = self.options("keycloak_oidc_client_info", self.keycloak.url)
        cells = self.options("cells_connector_info", cells_url, ca_path=ca_path)
        report: dict[str, Any] = call_module(
            "doctor_info", {**keycloak, **cells, "client_id": "account"}, **environment
        )["report"]
        return report


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Start them, once: Keycloak with a certificate for localhost, and for clients of the same authority only."""
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    stranger.cert_pem.write_to_path(folder / "other-ca.pem")
    own = authority.issue_cert("localhost")
    own.private_key_pem.write_to_path(folder / "server.key")
    own.cert_chain_pems[0].write_to_path(folder / "server.pem")
    for name, issuer in (("client", authority), ("stranger", stranger)):
        issued = issuer.issue_cert(f"{name}@example.org")
        issued.private_key_pem.write_to_path(folder / f"{name}.key")
        issued.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
        issued.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}-both.pem")
    tls = Tls(folder / "server.pem", folder / "server.key", folder / "ca.pem", "required")
    with Keycloak(tls=tls) as keycloak, Cells() as cells, ExitStack() as stack:
        yield Servers(keycloak, cells, folder, authority, stack)


def test_every_module_that_talks_to_a_server_is_in_the_table() -> None:
    assert {*OPTIONS, *ELSEWHERE} == {path.stem for path in MODULES.glob("*.py") if path.stem != "__init__"}


@pytest.mark.parametrize("kind", ["another host", "expired"])
def test_the_doctor_names_the_certificate_and_not_its_consequences(servers: Servers, kind: str) -> None:
    url = f"https://localhost:{servers.front('cells_connector', kind).port}"
    report = servers.doctor(url, ca_path=str(servers.folder / "ca.pem"))
    verdicts = {finding["id"]: finding["verdict"] for finding in report["findings"]}
    assert verdicts["tls.cells"] == "broken"
    assert verdicts["cells.reachable"] == "not checked"
    assert verdicts["keycloak.reachable"] == "ok"


@pytest.mark.parametrize("kind", ["another host", "expired"])
def test_nobody_is_logged_in_if_the_certificate_is_not_trusted(servers: Servers, kind: str) -> None:
    url = f"https://localhost:{servers.front('cells_connector', kind).port}"
    account = {"username": "nobody", "password": "password-of-nobody-0123456789"}
    options = {"cells_url": url, "keycloak_url": url, "ca_path": str(servers.folder / "ca.pem"), **account}
    assert_one_clear_line(call_module("cells_session_check", options), "TLS failed")


def test_the_doctor_counts_the_days_of_a_good_certificate(servers: Servers) -> None:
    url = f"https://localhost:{servers.front('cells_connector', 'good').port}"
    report = servers.doctor(url, ca_path=str(servers.folder / "ca.pem"))
    assert [entry["url"] for entry in report["tls"]] == [url]
    assert report["tls"][0]["days_left"] in (29, 30)


def test_the_doctor_counts_to_the_end_of_the_first_certificate_of_the_chain(servers: Servers) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    middle = trustme.CA(parent_cert=servers.authority)
    _end_in_days(middle, servers.authority, 10)
    middle.issue_cert("localhost", not_after=datetime.now(UTC) + timedelta(days=30)).configure_cert(context)
    front = servers.stack.enter_context(TlsFront(context, servers.cells.port))
    report = servers.doctor(f"https://localhost:{front.port}", ca_path=str(servers.folder / "ca.pem"))
    # Older Pythons see the server's own certificate only.
    seen = 10 if hasattr(ssl.SSLSocket, "get_verified_chain") else 30
    assert report["tls"][0]["days_left"] in (seen - 1, seen)
    verdicts = {finding["id"]: finding["verdict"] for finding in report["findings"]}
    assert verdicts["tls.cells"] == ("warning" if seen == 10 else "ok")


def _end_in_days(authority: trustme.CA, issuer: trustme.CA, days: int) -> None:
    """Issue an authority's certificate again, with another end."""
    old = authority._certificate
    builder = (
        x509.CertificateBuilder()
        .subject_name(old.subject)
        .issuer_name(old.issuer)
        .public_key(old.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(old.not_valid_before_utc)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
    )
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    authority._certificate = builder.sign(issuer._private_key, hashes.SHA256())


@pytest.mark.parametrize(
    ("variable", "verdict"),
    [("REQUESTS_CA_BUNDLE", "ok"), ("CURL_CA_BUNDLE", "ok"), ("SSL_CERT_FILE", "broken")],
)
def test_the_doctor_trusts_the_same_certificates_as_the_calls(servers: Servers, variable: str, verdict: str) -> None:
    url = f"https://localhost:{servers.front('cells_connector', 'good').port}"
    nothing = dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"), "")
    report = servers.doctor(url, **{**nothing, variable: str(servers.folder / "ca.pem")})
    verdicts = {finding["id"]: finding["verdict"] for finding in report["findings"]}
    assert verdicts["tls.cells"] == verdict
    assert verdicts["cells.reachable"] == ("ok" if verdict == "ok" else "not checked")


@pytest.mark.parametrize("module", OPTIONS)
@pytest.mark.parametrize(
    ("kind", "ca", "words"),
    [
        ("another host", "ca.pem", ["Hostname mismatch", "Give a URL with the name that is in the certificate"]),
        ("expired", "ca.pem", ["certificate has expired", "The server needs a new certificate"]),
        ("good", "other-ca.pem", ["certificate verify failed", "give that CA in ca_path"]),
        ("good", None, ["certificate verify failed", "give that CA in ca_path"]),
    ],
    ids=["another host", "expired", "another authority", "an authority that the system does not know"],
)
def test_a_certificate_that_is_not_to_be_trusted_is_refused_in_one_line_and_nothing_is_sent(
    *,
    servers: Servers,
    module: str,
    kind: str,
    ca: str | None,
    words: list[str],
    tally: Callable[[str, int], None],
) -> None:
    front = servers.front(module, kind)
    passed_on = front.passed_on
    trusted = {"ca_path": str(servers.folder / ca)} if ca else {}

    for check in (True, False):
        url = f"https://localhost:{front.port}"
        result = call_module(module, servers.options(module, url, **trusted), check=check)

        assert_one_clear_line(result, f" {url}", "TLS failed", *words)
        assert front.passed_on == passed_on
        tally("servers not to be trusted", 1)


@pytest.mark.parametrize("module", WORKING)
def test_the_authority_in_ca_path_is_trusted(servers: Servers, module: str) -> None:
    front = servers.front(module, "good")
    passed_on = front.passed_on
    url = f"https://localhost:{front.port}"

    result = call_module(module, servers.options(module, url, ca_path=str(servers.folder / "ca.pem")))

    assert WORKING[module] in result, result
    assert not result.get("warnings")
    assert front.passed_on > passed_on


@pytest.mark.parametrize("module", WORKING)
def test_a_certificate_that_is_not_checked_is_warned_about_in_one_line(servers: Servers, module: str) -> None:
    url = f"https://localhost:{servers.front(module, 'expired').port}"

    result = call_module(module, servers.options(module, url, validate_certs=False))

    assert WORKING[module] in result, result
    assert_one_warning(result, f"the certificate of {url} is not verified")


@pytest.mark.parametrize("module", WORKING)
def test_plain_http_to_another_machine_is_warned_about_in_one_line(
    servers: Servers, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = servers.keycloak.port if module.startswith("keycloak") else servers.cells.port
    url = f"http://server.example.org:{port}"
    look_up = socket.getaddrinfo

    def here(host: Any, *arguments: Any, **settings: Any) -> Any:
        return look_up("127.0.0.1" if host == "server.example.org" else host, *arguments, **settings)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    result = call_module(module, servers.options(module, url))

    assert WORKING[module] in result, result
    assert_one_warning(result, f"{url} is not encrypted")
    local = call_module(module, servers.options(module, f"http://localhost:{port}"))
    assert WORKING[module] in local, local
    assert not local.get("warnings")


def test_keycloaks_own_https_port_refuses_a_wrong_host_name_too(servers: Servers) -> None:
    url = f"https://127.0.0.1:{servers.keycloak.https_port}"
    options = servers.options("keycloak_token", url, ca_path=str(servers.folder / "ca.pem"))

    assert_one_clear_line(call_module("keycloak_token", options), "TLS failed", "mismatch", "Give a URL with the name")


@pytest.mark.parametrize("name", [name for name in OPTIONS if name.startswith("keycloak")])
@pytest.mark.parametrize("client", [None, "stranger"], ids=["no certificate", "a stranger's"])
def test_keycloak_refuses_a_client_without_a_certificate_that_it_trusts(
    servers: Servers, name: str, client: str | None, tally: Callable[[str, int], None]
) -> None:
    url = f"https://localhost:{servers.keycloak.https_port}"
    own = {"ca_path": str(servers.folder / "ca.pem")}
    if client:
        own |= {
            "client_cert": str(servers.folder / f"{client}.pem"),
            "client_key": str(servers.folder / f"{client}.key"),
        }

    result = call_module(name, servers.options(name, url, **own))

    # TLS 1.3 has shaken hands by then: the server's reason may go down with the connection.
    assert_one_clear_line(result, f"POST {url}/realms/master/protocol/openid-connect/token: ")
    assert "client_cert" in result["msg"] or "no answer" in result["msg"] or "TLS failed" in result["msg"]
    tally("clients not to be trusted", 1)


@pytest.mark.parametrize("together", [True, False], ids=["in one file", "with its key"])
def test_keycloak_lets_a_client_with_a_certificate_in(servers: Servers, together: bool) -> None:
    url = f"https://localhost:{servers.keycloak.https_port}"
    own = {"ca_path": str(servers.folder / "ca.pem")}
    if together:
        own["client_cert"] = str(servers.folder / "client-both.pem")
    else:
        own |= {"client_cert": str(servers.folder / "client.pem"), "client_key": str(servers.folder / "client.key")}

    token = call_module("keycloak_token", servers.options("keycloak_token", url, **own))
    assert token["expires_in"] > 0, token
    client_id = f"tls-{'one' if together else 'two'}"
    predict_and_run("keycloak_oidc_client", servers.options("keycloak_oidc_client", url, **own, client_id=client_id))
    options = servers.options("keycloak_oidc_client_info", url, **own, client_id=client_id)
    assert [client["clientId"] for client in call_module("keycloak_oidc_client_info", options)["clients"]] == [
        client_id
    ]


def assert_one_warning(result: dict[str, Any], words: str) -> None:
    """Assert that a module has one warning, of one line, with these words."""
    assert not result.get("failed"), result
    [warning] = result["warnings"]
    text = warning if isinstance(warning, str) else str(warning.get("event", {}).get("msg") or warning["details"][0])
    assert words in text, text
    assert "\n" not in text.strip()
