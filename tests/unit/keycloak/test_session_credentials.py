# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of the Keycloak modules: which of them log in, how often, and with which request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.keycloak.scripted import (
    BY_PASSWORD,
    BY_SECRET,
    CLIENT_SECRET,
    PASSWORD,
    PASSWORD_FORM,
    REALM,
    SECRET_FORM,
    TOKEN,
    URL,
    Script,
    jwt,
)
from support.module import RunModule, assert_one_clear_line

INFO = "keycloak_oidc_client_info"
REFUSED = {"error": "invalid_grant", "error_description": "Invalid user credentials"}
EXPIRED = {"error": "HTTP 401 Unauthorized"}


def without(arguments: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return arguments without some of them."""
    return {key: value for key, value in arguments.items() if key not in keys}


def test_without_any_credential_nothing_is_sent(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(INFO, {"auth_keycloak_url": URL, "realm": REALM})

    assert_one_clear_line(outcome, "token", "auth_username", "auth_password", "auth_client_id", "auth_client_secret")


@pytest.mark.parametrize("missing", ["auth_username", "auth_password"])
def test_half_a_credential_is_refused_by_the_name_of_the_other_half(
    missing: str, keycloak: Script, run_module: RunModule
) -> None:
    outcome = run_module(INFO, without(BY_PASSWORD, missing))

    assert_one_clear_line(outcome, f"{missing} is missing")
    assert PASSWORD not in outcome.printed


@pytest.mark.parametrize(
    ("arguments", "form", "realm"),
    [
        (BY_PASSWORD, None, "master"),
        ({**BY_PASSWORD, "auth_realm": "ops"}, None, "ops"),
        (BY_SECRET, SECRET_FORM, "operations"),
    ],
    ids=["password in master", "password in another realm", "service account"],
)
def test_credentials_log_in_once_and_the_token_serves_all_calls(
    arguments: dict[str, str], form: dict[str, str] | None, realm: str, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.login(form, realm)
    keycloak.get("clients", [], clientId="demo")
    keycloak.post("clients", {"clientId": "demo", "protocol": "openid-connect"})
    keycloak.get("clients", [{"id": "uuid", "clientId": "demo"}], clientId="demo")

    outcome = run_module("keycloak_oidc_client", {**arguments, "client_id": "demo"})

    assert outcome["changed"] is True
    for secret in (PASSWORD, CLIENT_SECRET, keycloak.token):
        assert secret not in outcome.printed


def test_a_password_with_a_client_secret_logs_the_user_in(keycloak: Script, run_module: RunModule) -> None:
    keycloak.login({**PASSWORD_FORM, "client_id": "deployer", "client_secret": CLIENT_SECRET})
    keycloak.get("clients", [])

    arguments = {**BY_PASSWORD, "auth_client_id": "deployer", "auth_client_secret": CLIENT_SECRET}

    assert run_module(INFO, arguments)["clients"] == []


@pytest.mark.parametrize("life", [None, 5, -5], ids=["opaque", "near its end", "over"])
def test_a_token_alone_is_used_as_it_is(life: float | None, keycloak: Script, run_module: RunModule) -> None:
    keycloak.token = token = TOKEN if life is None else jwt(life)
    keycloak.get("clients", [])

    assert run_module(INFO, {"auth_keycloak_url": URL, "realm": REALM, "token": token})["clients"] == []


@pytest.mark.parametrize("life", [9, 0.5, -30], ids=["near its end", "last second", "over"])
def test_a_token_near_its_end_is_replaced_by_one_login(life: float, keycloak: Script, run_module: RunModule) -> None:
    keycloak.login()
    keycloak.get("clients", [])

    assert run_module(INFO, {**BY_PASSWORD, "token": jwt(life)})["clients"] == []


@pytest.mark.parametrize(
    ("life", "whole"),
    [(30, 60), (250, 300), (None, None), (3000, 60), (30, 10)],
    ids=["30 s left", "250 s left", "opaque", "a clock behind by far", "longer than its whole life"],
)
@pytest.mark.parametrize("half", [(), ("auth_password",)], ids=["credentials", "half of them"])
def test_a_good_token_spares_the_login(
    half: tuple[str], life: float | None, whole: float, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.token = token = TOKEN if life is None else jwt(life, whole)
    keycloak.get("clients", [])

    assert run_module(INFO, {**without(BY_PASSWORD, *half), "token": token})["clients"] == []


def test_a_refused_token_is_replaced_with_one_login_if_there_are_credentials(
    keycloak: Script, run_module: RunModule
) -> None:
    keycloak.token = jwt(50)
    arguments = {**BY_PASSWORD, "token": keycloak.token}
    keycloak.call("GET", "clients", status=401, json=EXPIRED)
    keycloak.login()
    keycloak.get("clients", [])

    assert run_module(INFO, arguments)["clients"] == []


def test_a_token_that_ends_during_a_task_is_replaced_by_a_login_and_not_by_its_refresh_token(
    keycloak: Script, run_module: RunModule
) -> None:
    keycloak.login()
    keycloak.get("clients", [], clientId="demo")
    body = {"clientId": "demo", "protocol": "openid-connect"}
    keycloak.post("clients", body, status=401, json=EXPIRED)
    keycloak.login()
    keycloak.post("clients", body)
    keycloak.get("clients", [{"id": "uuid", "clientId": "demo"}], clientId="demo")

    assert run_module("keycloak_oidc_client", {**BY_PASSWORD, "client_id": "demo"})["changed"] is True


def test_a_refused_token_without_credentials_is_one_clear_line(keycloak: Script, run_module: RunModule) -> None:
    arguments = {"auth_keycloak_url": URL, "realm": REALM, "token": TOKEN}
    keycloak.call("GET", "clients", status=401, json=EXPIRED)
    # python-keycloak asks once more, which changes nothing on the server.
    keycloak.call("GET", "clients", status=401, json=EXPIRED)

    outcome = run_module(INFO, arguments)

    assert_one_clear_line(outcome, "GET", "HTTP 401", "token has expired", "Give credentials")
    assert TOKEN not in outcome.printed


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("arguments", "form", "realm"),
    [(BY_PASSWORD, None, "master"), (BY_SECRET, SECRET_FORM, "operations")],
    ids=["password", "client secret"],
)
def test_refused_credentials_are_tried_once(
    arguments: dict[str, str],
    form: dict[str, str] | None,
    realm: str,
    status: int,
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    keycloak.login(form, realm, status=status, json=REFUSED)

    outcome = run_module(INFO, arguments)

    assert_one_clear_line(
        outcome, f"HTTP {status}", "invalid_grant", "Invalid user credentials", f"realms/{realm}/", "was not repeated"
    )
    assert len(keycloak.mock.calls) == 1
    assert PASSWORD not in outcome.printed
    assert CLIENT_SECRET not in outcome.printed


def test_an_unknown_login_realm_is_named(keycloak: Script, run_module: RunModule) -> None:
    keycloak.login(realm="mastre", status=404, json={"error": "Realm does not exist"})

    outcome = run_module(INFO, {**BY_PASSWORD, "auth_realm": "mastre"})

    assert_one_clear_line(outcome, "HTTP 404", "Realm does not exist", "auth_realm 'mastre'")


def test_a_wrong_path_of_the_url_is_named_since_every_server_has_the_realm_master(
    keycloak: Script, run_module: RunModule
) -> None:
    keycloak.login(status=404, json={"error": "Unable to find matching target resource method"})

    outcome = run_module(INFO, BY_PASSWORD)

    assert_one_clear_line(outcome, "HTTP 404", "path of auth_keycloak_url", "/auth")
    assert "auth_realm" not in outcome.msg


@pytest.mark.parametrize(
    ("arguments", "form", "realm", "advice"),
    [
        (BY_PASSWORD, None, "master", ["required action", "second factor", "service account", "auth_client_secret"]),
        (BY_SECRET, SECRET_FORM, "operations", ["client", "service account", "secret"]),
    ],
    ids=["password", "client secret"],
)
def test_refused_credentials_come_with_other_possible_causes(
    arguments: dict[str, str],
    form: dict[str, str] | None,
    realm: str,
    advice: list[str],
    *,
    keycloak: Script,
    run_module: RunModule,
) -> None:
    words = {"error": "invalid_grant", "error_description": "Account is not fully set up"}
    keycloak.login(form, realm, status=400, json=words)

    outcome = run_module(INFO, arguments)

    assert_one_clear_line(outcome, "Account is not fully set up", *advice)
    assert ("second factor" in outcome.msg) is (form is None)


def test_a_realm_that_asks_for_https_is_told_so(keycloak: Script, run_module: RunModule) -> None:
    url = "http://sso.example.org"
    answer = {"error": "invalid_request", "error_description": "HTTPS required"}
    keycloak.mock.post(f"{url}/realms/master/protocol/openid-connect/token", status=403, json=answer)

    outcome = run_module(INFO, {**BY_PASSWORD, "auth_keycloak_url": url})

    assert_one_clear_line(outcome, "HTTPS required", "auth_keycloak_url with https")
    assert "Check the account" not in outcome.msg


def test_a_new_token_that_is_refused_is_not_called_expired(keycloak: Script, run_module: RunModule) -> None:
    for _try in range(2):
        # python-keycloak logs in and asks once more.
        token = jwt(50)
        keycloak.login(SECRET_FORM, "operations", json={"access_token": token, "expires_in": 50})
        keycloak.token = token
        keycloak.call("GET", "clients", status=401, json=EXPIRED)

    outcome = run_module(INFO, BY_SECRET)

    assert_one_clear_line(outcome, "HTTP 401", "client deployer", "kc-admin-api", "cellsops.sso.service_account")
    assert "expired" not in outcome.msg


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 502, "body": "<html><body>Bad Gateway</body></html>", "content_type": "text/html"},
        {"status": 200, "body": "<html><body>Welcome</body></html>", "content_type": "text/html"},
        {"status": 200, "json": {"hello": "world"}},
        {"status": 200, "json": ["hello"]},
        {"status": 204},
    ],
    ids=["HTML 502", "HTML 200", "JSON without a token", "JSON list", "empty"],
)
def test_a_login_answered_by_something_else_is_one_clear_line(
    answer: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    keycloak.login(**answer)

    outcome = run_module(INFO, BY_PASSWORD)

    assert_one_clear_line(outcome, "POST", f"{URL}/realms/master/protocol/openid-connect/token")
    assert PASSWORD not in outcome.printed


@pytest.mark.parametrize("url", ["sso.example.org", "ftp://sso.example.org", "https://", "https://a b", "https://h:x"])
def test_an_invalid_url_is_refused(url: str, keycloak: Script, run_module: RunModule) -> None:
    assert_one_clear_line(run_module(INFO, {**BY_PASSWORD, "auth_keycloak_url": url}), "auth_keycloak_url", repr(url))


def test_a_password_in_the_url_is_refused_and_not_repeated(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(
        INFO, {**BY_PASSWORD, "auth_keycloak_url": "https://admin:standin-url-pw-55aa@sso.example.org"}
    )

    assert_one_clear_line(outcome, "auth_keycloak_url", "must not contain an account")
    assert "standin-url-pw-55aa" not in outcome.msg


@pytest.mark.parametrize(
    ("url", "warned"),
    [("http://sso.example.org", True), ("http://127.0.0.1:8080", False), ("http://localhost:8080", False)],
)
def test_plain_http_over_a_network_is_warned_of(
    url: str, warned: bool, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.realm_url = f"{url}/admin/realms/cells"
    keycloak.get("clients", [])

    outcome = run_module(INFO, {"auth_keycloak_url": url, "realm": REALM, "token": TOKEN})

    assert bool(outcome["clients"]) is False
    assert any("not encrypted" in warning for warning in outcome.warnings) is warned


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}/auth", f"{URL}/auth/"])
def test_a_relative_path_and_a_trailing_slash_of_the_url_are_kept_right(
    url: str, keycloak: Script, run_module: RunModule
) -> None:
    keycloak.realm_url = f"{url.rstrip('/')}/admin/realms/cells"
    keycloak.get("clients", [])

    assert run_module(INFO, {"auth_keycloak_url": url, "realm": REALM, "token": TOKEN})["clients"] == []


def test_a_key_without_its_certificate_is_refused(keycloak: Script, run_module: RunModule, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")

    outcome = run_module(INFO, {**BY_PASSWORD, "client_key": str(tmp_path / "key.pem")})

    assert_one_clear_line(outcome, "client_key", "client_cert")


def test_options_come_from_the_environment_where_they_are_not_given(
    keycloak: Script, run_module: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "URL": URL,
        "REALM": "operations",
        "CLIENT_ID": "deployer",
        "CLIENT_SECRET": CLIENT_SECRET,
    }.items():
        monkeypatch.setenv(f"KEYCLOAK_{name}", value)
    keycloak.login(SECRET_FORM, "operations")
    keycloak.get("clients", [])

    assert run_module(INFO, {"realm": REALM})["clients"] == []


def test_explicit_credentials_win_over_those_of_the_environment(
    keycloak: Script, run_module: RunModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"USERNAME": "admin", "PASSWORD": PASSWORD, "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"KEYCLOAK_{name}", value)
    keycloak.login(SECRET_FORM, "operations")
    keycloak.get("clients", [])

    assert run_module(INFO, BY_SECRET)["clients"] == []


def test_the_agent_is_named_in_every_request(keycloak: Script, run_module: RunModule) -> None:
    keycloak.login()
    keycloak.get("clients", [])

    assert run_module(INFO, {**BY_PASSWORD, "http_agent": "standin agent"})["clients"] == []
    assert {call.request.headers["User-Agent"] for call in keycloak.mock.calls} == {"standin agent"}
