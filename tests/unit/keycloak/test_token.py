# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""keycloak_token: one login for a block of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from support.keycloak.scripted import BY_PASSWORD, BY_SECRET, PASSWORD, SECRET_FORM, TOKEN, URL, Script, jwt
from support.module import RunModule, assert_one_clear_line

MODULE = "keycloak_token"
REALM = {"id": "realm-id", "realm": "cells"}
LOGIN = {key: value for key, value in BY_PASSWORD.items() if key != "realm"}


@pytest.mark.parametrize("check", [True, False])
def test_a_login_returns_its_token_and_its_life(check: bool, keycloak: Script, run_module: RunModule) -> None:
    keycloak.login()

    outcome = run_module(MODULE, LOGIN, check=check)

    assert outcome["changed"] is False
    assert outcome["token"] == keycloak.token
    assert outcome["expires_in"] == 60
    assert PASSWORD not in outcome.printed
    assert "refresh" not in outcome.printed


def test_a_service_account_gets_a_token_too(keycloak: Script, run_module: RunModule) -> None:
    keycloak.login(SECRET_FORM, "operations")

    arguments = {key: value for key, value in BY_SECRET.items() if key != "realm"}

    assert run_module(MODULE, arguments)["token"] == keycloak.token


@pytest.mark.parametrize("credentials", [LOGIN, {"auth_keycloak_url": URL}], ids=["with credentials", "alone"])
def test_a_good_token_is_returned_without_a_login(
    credentials: dict[str, str], keycloak: Script, run_module: RunModule
) -> None:
    token = jwt(40)

    outcome = run_module(MODULE, {**credentials, "token": token})

    assert outcome["token"] == token
    assert 35 <= outcome["expires_in"] <= 40


@pytest.mark.parametrize("skew", [0, 90, -30])
def test_a_new_token_tells_the_clock_of_keycloak(skew: int, keycloak: Script, run_module: RunModule) -> None:
    keycloak.login(json={"access_token": jwt(60 + skew), "expires_in": 60})

    clock = run_module(MODULE, LOGIN)["clock_skew"]

    # The scripted token is older than the request, because loading the libraries takes time.
    assert abs(clock["skew_seconds"] - skew) <= clock["uncertainty_seconds"] + 10
    assert clock["source"] == f"iat of a token that {URL} issued"


def test_a_token_that_was_given_tells_no_clock(keycloak: Script, run_module: RunModule) -> None:
    assert "clock_skew" not in run_module(MODULE, {"auth_keycloak_url": URL, "token": jwt(40)}).values


def test_a_token_that_does_not_tell_its_life_is_returned(keycloak: Script, run_module: RunModule) -> None:
    outcome = run_module(MODULE, {"auth_keycloak_url": URL, "token": TOKEN})

    assert outcome["token"] == TOKEN
    assert outcome["expires_in"] > 0


@pytest.mark.parametrize("life", [5, -5])
def test_a_token_near_its_end_is_replaced(life: float, keycloak: Script, run_module: RunModule) -> None:
    old = jwt(life)
    keycloak.login()

    outcome = run_module(MODULE, {**LOGIN, "token": old})

    assert outcome["token"] == keycloak.token != old
    assert old not in outcome.printed


def test_a_realm_that_is_named_is_looked_at(keycloak: Script, run_module: RunModule) -> None:
    keycloak.login()
    keycloak.get("", REALM)

    assert run_module(MODULE, BY_PASSWORD)["token"] == keycloak.token


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 404, "json": {"error": "Realm not found."}}, ["HTTP 404", "Realm not found", "realm 'cells'"]),
        ({"status": 403, "json": {"error": "HTTP 403 Forbidden"}}, ["HTTP 403", "role", "realm-management"]),
    ],
    ids=["unknown realm", "no right to it"],
)
def test_a_realm_that_cannot_be_administered_fails_here(
    answer: dict[str, Any], words: list[str], keycloak: Script, run_module: RunModule
) -> None:
    keycloak.login()
    keycloak.call("GET", "", **answer)

    outcome = run_module(MODULE, BY_PASSWORD)

    assert_one_clear_line(outcome, f"{URL}/admin/realms/cells", *words)
    assert keycloak.token not in outcome.printed


def test_a_given_token_that_the_server_refuses_is_replaced_and_the_new_one_returned(
    keycloak: Script, run_module: RunModule
) -> None:
    """A session that ended on the server leaves a token that still looks good."""
    keycloak.token = old = jwt(40)
    keycloak.call("GET", "", status=401, json={"error": "HTTP 401 Unauthorized"})
    keycloak.login()
    keycloak.get("", REALM)

    outcome = run_module(MODULE, {**BY_PASSWORD, "token": old})

    assert outcome["token"] == keycloak.token


def test_without_credential_or_token_nothing_is_sent(keycloak: Script, run_module: RunModule) -> None:
    assert_one_clear_line(run_module(MODULE, {"auth_keycloak_url": URL}), "There are no credentials", "auth_password")
