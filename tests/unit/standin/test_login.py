# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in through a connector: the code flow, what it checks, and the roles that it gives."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from unit.standin.conftest import EXTERNAL, Cells
from unit.standin.provider import CLIENT_ID, ISSUER

ROLES = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


def roles_of(cells: Cells, login: str = "ada@example.org") -> list[str]:
    """Return the roles of a user, as an administrator reads them."""
    return [role["Label"] for role in cells.admin.get(f"/a/user/{login}").json()["Roles"]]


def test_the_login_page_offers_the_connector_by_name(cells: Cells) -> None:
    page = cells.browser().get("/login").text
    assert '<a class="button" href="/auth/login/keycloak">SSO with Keycloak</a>' in page


def test_names_are_escaped_on_the_page(cells: Cells) -> None:
    cells.site.config.connectors()[1]["name"] = "<script>"
    assert "<script>" not in cells.browser().get("/login").text


def test_a_login_asks_the_provider_as_the_connector_says(cells: Cells) -> None:
    asked = cells.begin(cells.browser())
    assert {name: asked[name] for name in ("client_id", "redirect_uri", "response_type", "scope")} == {
        "client_id": CLIENT_ID,
        "redirect_uri": f"{EXTERNAL}/auth/login/keycloak/callback",
        "response_type": "code",
        "scope": "openid profile email",
    }
    assert asked["state"] != asked["nonce"]


def test_a_login_gives_the_roles_of_the_groups(cells: Cells) -> None:
    browser = cells.browser()
    answer = cells.log_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    page = browser.get("/").text
    assert "ada@example.org" in page
    assert all(f"<li>{role}</li>" in page for role in ROLES)
    assert roles_of(cells) == ROLES
    assert cells.provider.credentials == ["post"]


def test_the_next_login_takes_roles_away(cells: Cells) -> None:
    cells.log_in(cells.browser())
    cells.provider.nonce, cells.provider.id_token = "", {"cellsgroups": "cn=Test_Etrange_Gov,ou=groups"}
    cells.log_in(cells.browser())
    assert roles_of(cells) == ["Test_Etrange_Gov"]
    cells.provider.nonce, cells.provider.id_token = "", {"cellsgroups": None}
    cells.log_in(cells.browser())
    assert roles_of(cells) == []


def test_claims_can_come_from_the_user_information(cells: Cells) -> None:
    cells.connect(rules=[{"LeftAttribute": "phone", "RightAttribute": "Roles"}])
    cells.log_in(cells.browser())
    assert roles_of(cells) == ["from-userinfo"]
    cells.connect(rules=[{"LeftAttribute": "phone", "RightAttribute": "Roles"}], getUserInfo=False)
    cells.provider.nonce = ""
    cells.log_in(cells.browser())
    assert roles_of(cells) == []


def test_the_client_secret_goes_as_basic_authentication_where_it_can(cells: Cells) -> None:
    cells.connect(basicAuthUnsupported=False)
    assert cells.log_in(cells.browser()).status_code == 303
    assert cells.provider.credentials == ["basic"]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"exp": int(time.time()) - 1}, "exp"),
        ({"iat": int(time.time()) + 3600}, "issued in the future"),
        ({"email": None}, "The claim email is missing"),
    ],
)
def test_a_wrong_id_token_is_refused(cells: Cells, claims: dict[str, Any], words: str) -> None:
    cells.provider.id_token = claims
    browser = cells.browser()
    answer = cells.log_in(browser)
    assert answer.status_code == 401
    assert words in answer.text
    assert browser.get("/").headers["location"] == "/login"


def test_a_signature_by_another_key_is_refused(cells: Cells) -> None:
    cells.provider.published_key = RSAKey.generate_key(2048, {"kid": "key-1"})
    assert cells.log_in(cells.browser()).status_code == 401


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_email_that_is_not_verified_is_refused_unless_the_connector_skips_that(cells: Cells, verified: Any) -> None:
    cells.provider.id_token = {"email_verified": verified}
    assert cells.log_in(cells.browser()).status_code == 303
    cells.connect(insecureSkipEmailVerified=False)
    cells.provider.nonce = ""
    answer = cells.log_in(cells.browser())
    assert (answer.status_code, "not verified" in answer.text) == (401, True)


@pytest.mark.parametrize(("domain", "status"), [("example.org", 303), ("example.com", 401), (None, 401)])
def test_hosted_domains_are_those_of_the_claim_hd(cells: Cells, domain: str | None, status: int) -> None:
    cells.connect(hostedDomains=["example.org"])
    cells.provider.id_token = {"hd": domain}
    assert cells.log_in(cells.browser()).status_code == status


def test_an_issuer_must_be_named_to_the_letter(cells: Cells) -> None:
    cells.provider.named_issuer = f"{ISSUER}/"
    answer = cells.browser().get("/auth/login/keycloak")
    assert answer.status_code == 500
    assert f"configured as {ISSUER} but" in answer.text


def test_user_information_of_another_subject_is_refused(cells: Cells) -> None:
    cells.provider.info = {"sub": "somebody-else"}
    assert cells.log_in(cells.browser()).status_code == 401


def test_a_state_is_good_once_and_in_one_browser(cells: Cells) -> None:
    browser = cells.browser()
    asked = cells.begin(browser)
    assert cells.come_back(cells.browser(), asked).status_code == 401
    asked = cells.begin(browser)
    assert cells.come_back(browser, asked, state="another").status_code == 401
    cells.provider.nonce = ""
    assert cells.come_back(browser, asked).status_code == 303
    assert cells.come_back(browser, asked).status_code == 401


def test_what_the_provider_says_is_shown(cells: Cells) -> None:
    browser = cells.browser()
    answer = cells.come_back(browser, cells.begin(browser), error="access_denied", error_description="<b>No</b>")
    assert "access_denied: &lt;b&gt;No&lt;/b&gt;" in answer.text
    cells.provider.refusal = {"error": "invalid_grant", "error_description": "Code not valid"}
    cells.provider.nonce = ""
    assert "invalid_grant, Code not valid" in cells.log_in(browser).text


def test_a_wrong_client_secret_is_told_and_not_shown(cells: Cells) -> None:
    cells.connect(clientSecret="standin-wrong-secret-61d2")
    answer = cells.log_in(cells.browser())
    assert "unauthorized_client" in answer.text
    assert "standin-wrong-secret" not in answer.text


def test_programs_get_an_error_as_json(cells: Cells) -> None:
    answer = cells.browser().get("/auth/login/nothing", headers={"Accept": "application/json"})
    assert answer.json()["Title"] == "There is no connector nothing."


def test_a_login_cannot_become_the_local_administrator(cells: Cells) -> None:
    cells.provider.id_token = {"email": "admin"}
    answer = cells.log_in(cells.browser())
    assert (answer.status_code, "another user" in answer.text) == (401, True)
    assert roles_of(cells, "admin") == ["Administrators"]


def test_a_rule_whose_outcome_is_not_known_fails_the_login(cells: Cells) -> None:
    cells.connect(rules=[{"LeftAttribute": "a", "RightAttribute": "Roles", "RightValueTemplate": "x"}])
    assert "right_value_template" in cells.log_in(cells.browser()).text


@pytest.mark.parametrize(("level", "shown"), [("debug", True), ("info", False)])
def test_the_debug_log_holds_full_id_tokens(start: Any, level: str, shown: bool) -> None:
    cells = start(log=level)
    cells.connect()
    cells.log_in(cells.browser())
    log = cells.file.parent.joinpath("logs/pydio.log").read_text("utf-8")
    assert ("id_token from" in log) is shown
    assert "login of ada@example.org" in log
    assert "standin-client-secret" not in log


def test_a_user_with_a_password_logs_in_by_the_form(cells: Cells) -> None:
    browser = cells.browser()
    assert browser.post("/login", data={"login": "admin", "password": "wrong"}).status_code == 401
    password = cells.site.settings.admin_password
    assert browser.post("/login", data={"login": "admin", "password": password}).status_code == 303
    assert "ADMINS" in browser.get("/").text
    browser.post("/logout")
    assert browser.get("/").headers["location"] == "/login"
