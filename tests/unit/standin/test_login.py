# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in through a connector: the code flow, what it checks, and the roles that it gives."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from standin.settings import SettingsError
from support.oidc_provider import CLIENT_ID, ISSUER
from support.standin_app import EXTERNAL, Cells

ROLES = ["Test_DEM_WebUsers", "Test_Etrange_Gov"]


def roles_of(cells: Cells, login: str = "ada@example.org") -> list[str]:
    """Return the roles of a user, as an administrator reads them."""
    roles = cells.admin.get(f"/a/user/{login}").json()["Roles"]
    return [role["Label"] for role in roles if not role.get("GroupRole") and not role.get("UserRole")]


@pytest.mark.parametrize("path", ["/", "/login", "/login/callback?code=x", "/auth/login/unknown", "/not/there"])
def test_every_path_that_is_unknown_gives_the_page_of_the_web_interface(cells: Cells, path: str) -> None:
    answer = cells.browser().get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text == cells.browser().post("/any/path").text


def test_a_host_that_the_site_does_not_serve_gets_nothing(cells: Cells) -> None:
    answer = cells.browser().get("/login", headers={"Host": "other.example"})
    assert (answer.status_code, answer.content) == (200, b"")


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
    assert (answer.status_code, answer.headers["location"][:21]) == (302, "/login/callback?code=")
    assert roles_of(cells) == ROLES
    assert cells.admin.get("/a/user/ada@example.org").json()["GroupPath"] == "/keycloak"
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


def test_the_client_secret_is_sent_as_basic_authentication_if_possible(cells: Cells) -> None:
    cells.connect(basicAuthUnsupported=False)
    assert cells.log_in(cells.browser()).status_code == 302
    assert cells.provider.credentials == ["basic"]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"iss": f"{ISSUER}/"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"exp": int(time.time()) - 1}, "exp"),
        ({"nbf": int(time.time()) + 3600}, "not yet valid"),
        ({"email": None}, "The claim email is missing"),
    ],
)
def test_a_wrong_id_token_is_refused(cells: Cells, claims: dict[str, Any], words: str) -> None:
    cells.provider.id_token = claims
    browser = cells.browser()
    answer = cells.log_in(browser)
    assert answer.status_code == 401
    assert words in answer.text
    assert cells.site.state.sessions == {}


def test_a_provider_whose_clock_is_ahead_breaks_nothing(cells: Cells) -> None:
    now = int(time.time())
    cells.provider.id_token = {"iat": now + 3600, "nbf": now + 240}
    assert cells.log_in(cells.browser()).status_code == 302


def test_a_signature_by_another_key_is_refused(cells: Cells) -> None:
    cells.provider.published_key = RSAKey.generate_key(2048, {"kid": "key-1"})
    assert cells.log_in(cells.browser()).status_code == 401


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_email_that_is_not_verified_is_refused_unless_the_connector_skips_that(cells: Cells, verified: Any) -> None:
    cells.provider.id_token = {"email_verified": verified}
    assert cells.log_in(cells.browser()).status_code == 302
    cells.connect(insecureSkipEmailVerified=False)
    cells.provider.nonce = ""
    answer = cells.log_in(cells.browser())
    assert (answer.status_code, "not verified" in answer.text) == (401, True)


@pytest.mark.parametrize(("domain", "status"), [("example.org", 302), ("example.com", 401), (None, 401)])
def test_hosted_domains_are_those_of_the_claim_hd(cells: Cells, domain: str | None, status: int) -> None:
    cells.connect(hostedDomains=["example.org"])
    cells.provider.id_token = {"hd": domain}
    assert cells.log_in(cells.browser()).status_code == status


def test_an_issuer_must_match_exactly(cells: Cells) -> None:
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
    assert cells.come_back(browser, asked).status_code == 302
    assert cells.come_back(browser, asked).status_code == 401


def test_the_words_of_the_provider_are_shown(cells: Cells) -> None:
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


def settings_for(start: Any, **chosen: str) -> Cells:
    """Return a stand-in with answers to questions, and the guide's connector."""
    cells: Cells = start(chosen=chosen)
    cells.connect()
    return cells


@pytest.mark.parametrize(
    ("answer", "end"), [("login_callback", "/login/callback"), ("auth_callback", "/auth/callback")]
)
def test_the_end_of_a_login_is_an_assumption(start: Any, answer: str, end: str) -> None:
    cells = settings_for(start, login_end=answer)
    assert cells.log_in(cells.browser()).headers["location"].startswith(f"{end}?code=")


def test_a_login_can_begin_with_a_challenge_only(start: Any) -> None:
    cells = settings_for(start, login_begin="challenge")
    browser = cells.browser()
    assert "<script>" in browser.get("/auth/login/keycloak").text
    query = {"client_id": "cells-frontend", "response_type": "code", "state": "standin-state-1"}
    challenge = browser.get("/oidc/oauth2/auth", params=query).headers["location"].partition("?")[2]
    assert browser.get(f"/auth/login/keycloak?{challenge}").headers["location"].startswith(f"{ISSUER}/auth")


def test_a_failure_can_be_a_redirect_to_the_login_page(start: Any) -> None:
    cells = settings_for(start, login_failure="redirect")
    cells.provider.id_token = {"email": None}
    answer = cells.log_in(cells.browser())
    assert (answer.status_code, answer.headers["location"][:19]) == (303, "/login?error=access")


@pytest.mark.parametrize(
    ("answer", "path"),
    [("connector", "/auth/login/keycloak/callback"), ("login", "/auth/login/callback"), ("dex", "/auth/dex/callback")],
)
def test_the_callback_path_is_assumed(start: Any, answer: str, path: str) -> None:
    cells = start(chosen={"callback_path": answer})
    cells.connect(redirectURI="")
    browser = cells.browser()
    asked = cells.begin(browser)
    assert asked["redirect_uri"] == EXTERNAL + path
    cells.provider.nonce = asked["nonce"]
    answered = browser.get(path, params={"code": "standin-code-77aa01", "state": asked["state"]})
    assert answered.headers["location"].startswith("/login/callback?code=")


@pytest.mark.parametrize(
    ("answer", "listed", "login"),
    [
        ("email", "", "ada@example.org"),
        ("email", "other,keycloak", "ada"),
        ("name_key", "", "ada"),
    ],
)
def test_which_claim_is_the_login_is_assumed(start: Any, answer: str, listed: str, login: str) -> None:
    cells = start(chosen={"login_name": answer}, username_as_login=listed)
    cells.connect(userNameKey="preferred_username")
    cells.provider.id_token = {"preferred_username": "ada"}
    cells.log_in(cells.browser())
    assert set(cells.site.state.users) == {"admin", login}


@pytest.mark.parametrize(
    ("answer", "title"), [("granted", "rpc error: code = Unknown desc = invalid_request"), ("none", None)]
)
def test_the_audience_of_a_session_is_assumed(start: Any, answer: str, title: str | None) -> None:
    cells = settings_for(start, sso_audience=answer)
    browser = cells.browser()
    cells.log_in(browser)
    assert cells.refresh(browser).json().get("Title") == title


def test_an_audience_that_is_asked_for_fails_the_login(start: Any) -> None:
    cells = settings_for(start, sso_audience="asked")
    assert "invalid_request" in cells.browser().get("/auth/login/keycloak").text
    cells.set_audience([EXTERNAL])
    assert cells.browser().get("/auth/login/keycloak").status_code == 302


def test_the_status_of_a_refused_refresh_is_assumed(start: Any) -> None:
    cells = settings_for(start, refused_refresh="500")
    browser = cells.browser()
    assert cells.refresh(browser).status_code == 401
    cells.log_in(browser)
    assert cells.refresh(browser).status_code == 500


@pytest.mark.parametrize(
    ("answer", "rule", "roles"),
    [
        ("list", "Test_Etrange_Gov,other", ["Test_Etrange_Gov"]),
        ("list", "Test_(.*)", []),
        ("regex", "Test_(.*)", ROLES),
        ("regex", "preg:Etrange", ["Test_Etrange_Gov"]),
        ("list", "preg:Etrange", ["Test_Etrange_Gov"]),
    ],
)
def test_the_reading_of_a_rule_string_is_assumed(start: Any, answer: str, rule: str, roles: list[str]) -> None:
    cells = start(chosen={"rule_string": answer})
    cells.connect(rules=[{"LeftAttribute": "cellsgroups", "RightAttribute": "Roles", "RuleString": rule}])
    cells.log_in(cells.browser())
    assert roles_of(cells) == roles


def test_names_of_groups_are_assumed_to_be_cut_from_their_dn(start: Any) -> None:
    cells = settings_for(start, dn_to_name="no")
    cells.log_in(cells.browser())
    assert roles_of(cells)[0] == "cn=Test_DEM_WebUsers,ou=groups,dc=example"


def test_roles_that_are_missing_are_made_or_ignored(start: Any) -> None:
    cells = settings_for(start, missing_roles="ignored")
    cells.admin.put("/a/role/Test_Etrange_Gov", json={"Label": "Gouvernement"})
    cells.log_in(cells.browser())
    assert roles_of(cells) == ["Gouvernement"]


@pytest.mark.parametrize(("answer", "roles"), [("empties", []), ("keeps", ROLES)])
def test_the_effect_of_a_missing_claim_is_an_assumption(start: Any, answer: str, roles: list[str]) -> None:
    cells = settings_for(start, missing_claim=answer)
    cells.log_in(cells.browser())
    cells.provider.nonce, cells.provider.id_token = "", {"cellsgroups": None}
    cells.log_in(cells.browser())
    assert roles_of(cells) == roles


@pytest.mark.parametrize(("answer", "status"), [("respected", 200), ("ignored", 302)])
def test_a_connector_for_other_sites_is_not_offered(start: Any, answer: str, status: int) -> None:
    cells = settings_for(start, sites=answer)
    connector = {**cells.on_disk()["connectors"][1], "sites": ["https://other.example"]}
    cells.admin.put("/a/config/oauth2connectors/keycloak", json=connector)
    assert cells.browser().get("/auth/login/keycloak").status_code == status


@pytest.mark.parametrize(
    ("answer", "verified", "status"), [("refused", False, 401), ("passed", False, 302), ("passed", None, 401)]
)
def test_an_email_that_is_not_verified_is_assumed_to_be_refused(
    start: Any, answer: str, verified: Any, status: int
) -> None:
    cells = start(chosen={"email_verified_false": answer})
    cells.connect(insecureSkipEmailVerified=False)
    cells.provider.id_token = {"email_verified": verified}
    assert cells.log_in(cells.browser()).status_code == status


def test_a_change_through_the_rest_api_can_need_a_restart(start: Any) -> None:
    cells = settings_for(start, reload="restart")
    assert "<script>" in cells.browser().get("/auth/login/keycloak").text
    again = start(chosen={"reload": "restart"})
    assert again.browser().get("/auth/login/keycloak").status_code == 302


def test_the_debug_log_can_be_without_id_tokens(start: Any) -> None:
    cells = start(log="debug", chosen={"debug_id_token": "no"})
    cells.connect()
    cells.log_in(cells.browser())
    assert "id_token from" not in cells.file.parent.joinpath("logs/pydio.log").read_text("utf-8")


def test_an_answer_that_no_question_has_is_refused_in_one_line(start: Any) -> None:
    with pytest.raises(SettingsError, match=r"^STANDIN_DN_TO_NAME is 'maybe', but it must be one of yes, no\.$"):
        start(chosen={"dn_to_name": "maybe"})
