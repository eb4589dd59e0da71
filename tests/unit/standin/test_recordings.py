# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the answers of the stand-in with those of a real Pydio Cells Home 4.0.1, call by call."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from standin.differences import CALLS
from support.cells.recordings import VECTORS, calls, differences
from support.standin_app import Cells

SITE = "http://localhost:8080"
PASSWORD = "standin-alice-password-77d0"
Ask = Callable[[dict[str, Any]], Any]


@pytest.fixture(params=["home", "enterprise"])
def edition(request: pytest.FixtureRequest) -> str:
    """Return each edition."""
    return str(request.param)


@pytest.fixture
def ask(start: Any, edition: str) -> Ask:
    """Return a function that makes a recorded call to a stand-in with the users that the real one had."""
    cells: Cells = start(edition=edition, version="4.0.1", external=SITE)
    cells.admin.base_url = SITE
    body = {"Password": PASSWORD, "Attributes": {"profile": "standard"}}
    assert cells.admin.put("/a/user/alice2", json=body).status_code == 200
    client = TestClient(cells.app, SITE, follow_redirects=False)
    wrong = {"type": "credentials", "login": "admin", "password": "wrong"}
    client.post("/a/frontend/session", json={"AuthInfo": wrong})
    tokens = {"admin": "admin", "user": "alice2"}
    bearers = {who: f"Bearer {cells.site.state.make_token(login, 60, None)}" for who, login in tokens.items()}
    bearers["bad"] = "Bearer standin-no-token-0000"
    cookies: list[str] = []

    def made(call: dict[str, Any]) -> Any:
        asked = call["request"]
        headers = {"Authorization": bearers[asked["as"]]} if asked.get("as") in bearers else {}
        in_session = call.get("sequence") == "session"
        if in_session and cookies and asked["path"].startswith("/a/frontend"):
            headers["Cookie"] = cookies[0] if "the first cookie" in call["name"] else cookies[-1]
        content = asked.get("raw") or json.dumps(_with_password(asked["body"])) if "body" in asked else asked.get("raw")
        if asked["method"] == "PUT" and content is None:
            content = json.dumps(PUT_BODIES[asked["path"].rpartition("/")[0]])
        client.cookies.clear()
        answer = client.request(asked["method"], asked["path"], content=content, headers=headers)
        if in_session and "set-cookie" in answer.headers:
            cookie = answer.headers["set-cookie"].partition(";")[0]
            logged_in = call["name"] == "session: credentials"
            cookies[:] = [cookie] if logged_in else [*(cookies or [cookie]), cookie]
        return answer

    return made


PUT_BODIES = {
    "/a/user": {"Password": PASSWORD, "Attributes": {"profile": "standard"}},
    "/a/config/oauth2connectors": {"id": "keycloak", "type": "oidc"},
    "/a/config/oauth2clients": {"client_id": "cells-frontend"},
}
"""The bodies of PUT requests, which the recordings do not contain."""


def _with_password(body: Any) -> Any:
    info = body.get("AuthInfo", {})
    if info.get("password") == "(right)":
        return {"AuthInfo": {**info, "password": PASSWORD}}
    return body


def test_the_stand_in_answers_like_the_recordings(ask: Ask, edition: str) -> None:
    known = CALLS if edition == "enterprise" else {}
    found = {}
    for call in calls():
        unlike = differences(call["real"], ask(call))
        if unlike:
            found[call["id"]] = f"{call['name']}: {'; '.join(unlike)}"
    assert {each: words for each, words in found.items() if each not in known} == {}
    assert sorted(known) == sorted(found), "a call of the list no longer differs"


def test_the_recordings_are_compared_in_earnest(ask: Ask) -> None:
    (call,) = [each for each in calls() if each["id"] == "r083"]
    real = {**call["real"], "set_cookie": call["real"]["set_cookie"].replace("HttpOnly", "Secure")}
    assert len(differences(real, ask(call))) == 1
    real = {**call["real"], "status": 201, "content_type": "text/plain"}
    assert len(differences(real, ask(call))) == 2
    real = {**call["real"], "body": {**call["real"]["body"], "More": 1}}
    assert differences(real, ask(call)) == ["no /More"]


def test_a_new_configuration_has_the_oauth_block_of_a_real_one(start: Any) -> None:
    real = json.loads((VECTORS / "pydio_json_4.0.1.json").read_text("utf-8"))["services"]["pydio.web.oauth"]
    block = start(version="4.0.1").on_disk()
    assert {**block, "secret": "0" * len(block["secret"])} == real


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PATCH", "HEAD"])
@pytest.mark.parametrize(
    ("who", "status"), [("anonymous", 401), ("user", 401), ("bad", 401), ("admin", {"GET": 403, "PUT": 500})]
)
@pytest.mark.parametrize("path", ["/a/config/oauth2connectors/x", "/a/config/a/b/c"])
@pytest.mark.parametrize("edition", ["home"], indirect=True)
def test_the_rules_behind_the_recordings_hold_for_every_method(
    ask: Ask, method: str, who: str, status: Any, path: str
) -> None:
    call = {"name": "", "request": {"method": method, "path": path, "as": who, "raw": "x"}}
    if isinstance(status, dict):
        # The policy of administrators does not name HEAD.
        status = 401 if method == "HEAD" else status.get(method, 405)
    assert ask(call).status_code == status
