# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session check (row A3) on real servers: the broken case, the fixed one, and logins that end elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.site import Site, make_site
from support.changes.catalogue import dora_with
from support.changes.change import client_with, connector_with, realm_with
from support.doctor import PLAYBOOK, doctor_variables
from support.module import assert_one_clear_line, call_module
from support.playbook import run_playbook
from support.role import run_role

LIFE = 3
"""Seconds that the access token of a session lives."""


@pytest.fixture(scope="module")
def site(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on which the step audience is still to come."""
    for made in make_site(lab, tmp_path_factory.mktemp("site"), access_token_life=LIFE):
        run = run_role(made, "--skip-tags", "audience")
        assert run.exit_code == 0, run.output
        yield made


def check(site: Site, user: str = "dora", *, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    asked = {
        "cells_url": site.cells.url,
        "keycloak_url": site.lab.keycloak.url,
        "username": user,
        "password": site.lab.ldap.users.get(user, ""),
        **options,
    }
    return call_module("cells_session_check", asked, check=check_mode)


@pytest.mark.thorough
def test_without_an_audience_the_refresh_answers_401_and_with_it_200(site: Site, tmp_path: Path) -> None:
    broken = check(site)
    roles = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]
    assert broken["login"] == {"username": "dora", "login": "dora@example.org", "roles": roles}
    (refresh,) = broken["refreshes"]
    assert (refresh["status"], refresh["ok"], refresh["cause"]) == (401, False, "audience")

    session = {
        "doctor_session_username": "dora",
        "doctor_session_password": site.lab.ldap.users["dora"],
        "doctor_session_wait": LIFE + 1,
    }
    run = run_playbook(PLAYBOOK, doctor_variables(site, **session), tmp_path / "broken")
    assert run.exit_code == 2
    # The broken audience is named, and not the refresh, which only follows from it.
    assert "BROKEN   audience.match" in run.output
    assert "BROKEN   session.refresh" not in run.output
    assert f"with this pause in seconds: {LIFE + 1}" in run.output
    assert site.lab.ldap.users["dora"] not in run.output

    assert run_role(site).exit_code == 0
    fixed = check(site, wait=LIFE + 1)
    assert [(refresh["status"], refresh["ok"]) for refresh in fixed["refreshes"]] == [(200, True)] * 2
    assert fixed["refreshes"][1]["after_seconds"] > LIFE
    run = run_playbook(PLAYBOOK, doctor_variables(site, **session), tmp_path / "fixed")
    assert run.exit_code == 0, run.output


def test_check_mode_logs_nobody_in(site: Site) -> None:
    mark = site.lab.keycloak.mark()
    assert check(site, check_mode=True)["skipped"]
    assert site.lab.keycloak.requests_since(mark) == []


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (client_with(redirectUris=[]), ["ended at Keycloak", "redirect_uri"]),
        (client_with(enabled=False), ["ended at Keycloak"]),
        (connector_with(clientSecret="wrong-secret-of-the-connector-0123456789"), ["ended at Cells", "HTTP 401"]),
    ],
)
def test_a_login_that_ends_elsewhere_is_one_line(site: Site, break_it: Any, words: list[str]) -> None:
    with break_it(site):
        result = check(site)
    assert_one_clear_line(result, *words)
    assert words[0].endswith(result["refused"]["by"])


def test_a_wrong_password_is_one_line_and_tried_once(site: Site, tmp_path: Path) -> None:
    mark = site.lab.keycloak.mark()
    password = "wrong-password-of-dora-0123456789"
    result = check(site, password=password)
    assert_one_clear_line(result, "ended at Keycloak", "Invalid username or password")
    assert result["refused"] == {"by": "Keycloak", "words": "Invalid username or password."}
    assert password not in str(result)
    posts = [request for request in site.lab.keycloak.requests_since(mark) if request.method == "POST"]
    assert len(posts) == 1
    session = {"doctor_session_username": "dora", "doctor_session_password": password}
    run = run_playbook(PLAYBOOK, doctor_variables(site, **session), tmp_path)
    assert "BROKEN   session.login" in run.output
    assert "To do: Fix the cause that Keycloak gives: Invalid username or password." in run.output
    assert password not in run.output


def test_a_keycloak_that_asks_for_the_name_first(site: Site) -> None:
    with realm_with(organizationsEnabled=True)(site):
        organizations = f"{site.lab.keycloak.url}/admin/realms/{site.realm}/organizations"
        example = {"name": "example", "domains": [{"name": "example.org"}]}
        site.admin.connection.raw_post(organizations, json.dumps(example)).raise_for_status()
        assert check(site)["login"]["login"] == "dora@example.org"


def test_other_questions_of_keycloak_are_named(site: Site) -> None:
    with dora_with(requiredActions=["CONFIGURE_TOTP"])(site):
        result = check(site)
    words = "You need to set up Mobile Authenticator to activate your account."
    assert_one_clear_line(result, "ended at Keycloak", words)
    assert result["refused"] == {"by": "Keycloak", "words": words}


def test_the_password_goes_to_the_named_keycloak_only(site: Site) -> None:
    result = check(site, keycloak_url="https://sso.example.org")
    assert_one_clear_line(result, "leads to", "neither")
    assert "refused" not in result


@pytest.mark.parametrize(
    ("options", "word"),
    [({"wait": -1}, "wait"), ({"keycloak_url": "sso"}, "keycloak_url"), ({"connector_id": "none"}, "connector none")],
)
def test_bad_input_is_one_line(site: Site, options: dict[str, Any], word: str) -> None:
    assert_one_clear_line(check(site, **options), word)
