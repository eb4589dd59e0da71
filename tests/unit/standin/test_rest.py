# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST interface: connectors, static clients, who may call, errors, editions."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from unit.standin.conftest import EXTERNAL, GUIDE, Cells
from unit.standin.provider import CLIENT_SECRET

CONNECTORS, CLIENTS = "/a/config/oauth2connectors", "/a/config/oauth2clients"
ENTERPRISE_ONLY = [CONNECTORS, CLIENTS, "/a/frontend/login/connectors"]


def as_bearer(cells: Cells, token: str) -> TestClient:
    """Return a client that sends a token."""
    return TestClient(cells.app, EXTERNAL, headers={"Authorization": f"Bearer {token}"})


def test_a_connector_is_made_changed_and_taken_away(cells: Cells) -> None:
    shown = cells.admin.get(CONNECTORS).json()["connectors"]
    assert [connector["id"] for connector in shown] == ["pydio", "keycloak"]
    assert shown == cells.on_disk()["connectors"]
    cells.connect(scopes=["openid"])
    assert cells.on_disk()["connectors"][1]["configoidc"]["scopes"] == ["openid"]
    offered = {"Connectors": [{"Id": "pydio", "Name": "Pydio Cells", "Type": "pydio"}]}
    assert cells.admin.delete(f"{CONNECTORS}/keycloak").json() == {"Success": True}
    assert cells.browser().get("/a/frontend/login/connectors").json() == offered
    assert cells.admin.delete(f"{CONNECTORS}/keycloak").status_code == 404


def test_the_whole_collection_can_be_put(cells: Cells) -> None:
    only = [{"id": "pydio", "name": "Pydio Cells", "type": "pydio"}]
    assert cells.admin.put(CONNECTORS, json={"connectors": only}).json() == {"Success": True}
    assert cells.on_disk()["connectors"] == only


@pytest.mark.parametrize("body", [[], "x", {"id": "other", "type": "oidc"}, {"name": "no type"}])
def test_a_body_that_cannot_be_used_is_400(cells: Cells, body: Any) -> None:
    before = cells.on_disk()
    assert cells.admin.put(f"{CONNECTORS}/keycloak", json=body).status_code == 400
    assert cells.admin.put(CONNECTORS, content=b"{").status_code == 400
    assert cells.on_disk() == before


@pytest.mark.parametrize(("visibility", "shown"), [("clear", CLIENT_SECRET), ("hidden", None), ("masked", "********")])
def test_how_a_secret_is_shown_is_a_setting(start: Any, visibility: str, shown: str | None) -> None:
    cells = start(secret_visibility=visibility)
    cells.connect()
    connector = cells.admin.get(CONNECTORS).json()["connectors"][1]
    assert connector["configoidc"].get("clientSecret") == shown
    assert cells.on_disk()["connectors"][1]["configoidc"]["clientSecret"] == CLIENT_SECRET
    assert cells.admin.put(f"{CONNECTORS}/keycloak", json={**connector, "name": "New"}).status_code == 200
    assert cells.on_disk()["connectors"][1]["configoidc"]["clientSecret"] == CLIENT_SECRET
    assert cells.on_disk()["connectors"][1]["name"] == "New"


def test_where_a_secret_is_shown_a_put_without_it_takes_it_away(cells: Cells) -> None:
    cells.connect()
    config = {key: value for key, value in GUIDE.items() if key != "clientSecret"}
    cells.admin.put(f"{CONNECTORS}/keycloak", json={"type": "oidc", "configoidc": config})
    assert "clientSecret" not in cells.on_disk()["connectors"][1]["configoidc"]


@pytest.mark.parametrize(("mode", "shown", "kept"), [("schema", 0, 0), ("merge", 0, 2), ("full", 2, 2)])
def test_what_a_round_trip_loses_of_a_static_client_is_a_setting(start: Any, mode: str, shown: int, kept: int) -> None:
    cells = start(client_mode=mode)
    extra = {"post_logout_redirect_uris", "revokeRefreshTokenAfterInactivity"}
    client = cells.admin.get(CLIENTS).json()["staticClients"][0]
    assert len(extra & set(client)) == shown
    changed = {**client, "audience": [EXTERNAL]}
    assert cells.admin.put(f"{CLIENTS}/cells-frontend", json=changed).json() == {"Success": True}
    written = cells.on_disk()["staticClients"]
    assert (written[0]["audience"], len(extra & set(written[0])), len(written)) == ([EXTERNAL], kept, 4)


def test_static_clients_come_and_go(cells: Cells) -> None:
    assert cells.admin.put(f"{CLIENTS}/new", json={"client_name": "New"}).status_code == 200
    assert cells.on_disk()["staticClients"][4] == {"client_id": "new", "client_name": "New"}
    assert cells.admin.delete(f"{CLIENTS}/new").status_code == 200
    assert cells.admin.delete(f"{CLIENTS}/new").status_code == 404
    assert cells.admin.put(f"{CLIENTS}/new", json={"client_id": "other"}).status_code == 400


def test_a_changed_audience_holds_at_once(cells: Cells) -> None:
    browser = cells.browser()
    cells.log_in(browser)
    cells.admin.put(f"{CLIENTS}/cells-frontend", json={"audience": [EXTERNAL]})
    assert cells.refresh(browser).status_code == 200


@pytest.mark.parametrize("path", [CONNECTORS, CLIENTS, "/a/user/admin"])
def test_who_may_call(cells: Cells, path: str) -> None:
    state = cells.site.state
    assert cells.admin.put("/a/user/bob", json={"Password": "standin-bob-password-19c4"}).status_code == 200
    assert TestClient(cells.app, EXTERNAL).get(path).status_code == 401
    assert as_bearer(cells, "standin-unknown-token-0000").get(path).status_code == 401
    assert as_bearer(cells, state.make_token("admin", -1, None)).get(path).status_code == 401
    assert as_bearer(cells, state.make_token("bob", 60, None)).get(path).status_code == 403
    assert as_bearer(cells, state.make_token("admin", None, 60)).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/a/frontend/bootconf", "/a/frontend/login/connectors", "/a/config/discovery"])
def test_what_needs_no_token_is_refused_to_a_bad_one(cells: Cells, path: str) -> None:
    assert TestClient(cells.app, EXTERNAL).get(path).status_code == 200
    assert cells.admin.get(path).status_code == 200
    assert as_bearer(cells, "standin-unknown-token-0000").get(path).status_code == 401


def test_a_token_can_be_prolonged_by_its_use(cells: Cells) -> None:
    token = cells.site.state.make_token("admin", None, 60)
    (kept,) = (kept for kept in cells.site.state.tokens.values() if kept.auto == 60)
    kept.expires = time.time() + 1
    assert as_bearer(cells, token).get(CONNECTORS).status_code == 200
    assert kept.expires > time.time() + 30


def test_users_see_themselves_only(cells: Cells) -> None:
    cells.admin.put("/a/user/bob", json={"Password": "standin-bob-password-19c4"})
    bob = as_bearer(cells, cells.site.state.make_token("bob", 60, None))
    assert bob.get("/a/user/bob").json()["Login"] == "bob"
    assert bob.put("/a/user/bob", json={"Password": "x"}).status_code == 403
    assert cells.admin.get("/a/user/nobody").status_code == 404
    assert cells.admin.put("/a/user/bob", json={}).status_code == 400


@pytest.mark.parametrize(("store", "detail"), [("v4-tree", "404: Not Found"), ("v5-kv-trunc", "not.found")])
def test_errors_have_the_form_of_the_version(start: Any, store: str, detail: str) -> None:
    error = start(store=store).admin.get("/a/nothing/here").json()
    assert error == {"Code": "", "Title": "Not Found", "Detail": detail, "Source": "/a/nothing/here", "Meta": {}}


def test_version_and_package_are_for_who_is_logged_in(cells: Cells) -> None:
    public, known = (who.get("/a/config/discovery").json() for who in (cells.browser(), cells.admin))
    assert set(public) == {"Endpoints"}
    assert (known["PackageType"], known["Version"]) == ("PydioEnterprise", "4.4.13")
    assert cells.browser().get("/a/frontend/bootconf").json()["backend"]["Version"] != "4.4.13"
    assert cells.admin.get("/a/frontend/bootconf").json()["backend"]["Version"] == "4.4.13"


def test_home_has_no_connectors(start: Any) -> None:
    cells = start(edition="home")
    for path in ENTERPRISE_ONLY:
        answer = cells.admin.get(path)
        assert (answer.status_code, answer.json()["Title"]) == (404, "Not Found")
    backend = cells.browser().get("/a/frontend/bootconf").json()["backend"]
    assert (backend["PackageType"], backend["PackageLabel"]) == ("PydioHome", "Pydio Cells Home Edition")
    assert cells.browser().get("/auth/login/keycloak").status_code == 500


def test_home_ignores_a_connector_in_its_file(start: Any) -> None:
    start().connect()
    cells = start(edition="home")
    assert "SSO with Keycloak" not in cells.browser().get("/login").text
    assert cells.browser().get("/auth/login/keycloak").status_code == 500


def test_requests_are_logged_without_secrets(cells: Cells) -> None:
    cells.browser().get("/auth/login/nothing?code=standin-secret-query-1b")
    log = cells.file.with_name("standin-requests.log").read_text("utf-8")
    assert '{"method": "GET", "path": "/auth/login/nothing", "status": 500}' in log
    assert "standin-secret" not in log


def test_the_commands_way_in_needs_the_key(cells: Cells) -> None:
    asked = {"login": "admin", "expire": 60, "auto": None}
    assert cells.browser().post("/standin/token", json=asked).status_code == 401
