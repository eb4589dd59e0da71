# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST API: connectors, static clients, who may call, errors, editions."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from support.oidc_provider import CLIENT_SECRET
from support.standin_app import EXTERNAL, GUIDE, Cells

CONNECTORS, CLIENTS = "/a/config/oauth2connectors", "/a/config/oauth2clients"
BAD = "Unauthorized."


def as_bearer(cells: Cells, token: str) -> TestClient:
    """Return a client that sends a token."""
    return TestClient(cells.app, EXTERNAL, headers={"Authorization": f"Bearer {token}"})


def test_a_connector_is_created_changed_and_removed(cells: Cells) -> None:
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
    cells = start(chosen={"secret_visibility": visibility})
    cells.connect()
    connector = cells.admin.get(CONNECTORS).json()["connectors"][1]
    assert connector["configoidc"].get("clientSecret") == shown
    assert cells.on_disk()["connectors"][1]["configoidc"]["clientSecret"] == CLIENT_SECRET
    assert cells.admin.put(f"{CONNECTORS}/keycloak", json={**connector, "name": "New"}).status_code == 200
    assert cells.on_disk()["connectors"][1]["configoidc"]["clientSecret"] == CLIENT_SECRET
    assert cells.on_disk()["connectors"][1]["name"] == "New"


@pytest.mark.parametrize(("answer", "kept"), [("keep", CLIENT_SECRET), ("clear", None)])
def test_the_effect_of_a_put_without_the_secret_is_an_assumption(start: Any, answer: str, kept: str | None) -> None:
    cells = start(chosen={"secret_on_put": answer})
    cells.connect()
    config = {key: value for key, value in GUIDE.items() if key != "clientSecret"}
    cells.admin.put(f"{CONNECTORS}/keycloak", json={"type": "oidc", "configoidc": config})
    assert cells.on_disk()["connectors"][1]["configoidc"].get("clientSecret") == kept


@pytest.mark.parametrize(("mode", "shown", "kept"), [("schema", 0, 0), ("merge", 0, 2), ("full", 2, 2)])
def test_the_losses_of_a_static_client_in_a_round_trip_are_a_setting(
    start: Any, mode: str, shown: int, kept: int
) -> None:
    cells = start(chosen={"oauth2clients": mode})
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


@pytest.mark.parametrize("path", [CONNECTORS, CLIENTS])
def test_who_may_read_the_configuration(cells: Cells, path: str) -> None:
    cells.make_user("bob")
    expired = as_bearer(cells, cells.site.state.make_token("admin", -1, None))
    assert cells.admin.get(path).status_code == 200
    for who, words in ((cells.browser(), "Unauthorized"), (cells.bearer("bob"), "Unauthorized"), (expired, BAD)):
        answer = who.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "text/plain; charset=utf-8")
        assert answer.text.strip() == words


@pytest.mark.parametrize("path", ["/a/frontend/bootconf", "/a/frontend/login/connectors", "/a/config/discovery"])
def test_public_paths_are_refused_with_a_bad_token(cells: Cells, path: str) -> None:
    assert TestClient(cells.app, EXTERNAL).get(path).status_code == 200
    assert cells.admin.get(path).status_code == 200
    answer = as_bearer(cells, "standin-unknown-token-0000").get(path)
    assert (answer.status_code, answer.text.strip()) == (401, BAD)


def test_an_authorization_that_is_no_bearer_token_does_not_count(cells: Cells) -> None:
    client = TestClient(cells.app, EXTERNAL, headers={"Authorization": "Basic YTpi"})
    assert client.get("/a/frontend/bootconf").status_code == 200
    assert client.get("/a/user/admin").text.strip() == "Unauthorized"


def test_a_token_can_be_prolonged_by_its_use(cells: Cells) -> None:
    token = cells.site.state.make_token("admin", None, 60)
    (kept,) = (kept for kept in cells.site.state.tokens.values() if kept.auto == 60)
    kept.expires = time.time() + 1
    assert as_bearer(cells, token).get(CONNECTORS).status_code == 200
    assert kept.expires > time.time() + 30


def test_users_see_all_users_but_not_everything_of_them(cells: Cells) -> None:
    cells.make_user("bob")
    cells.post_session(cells.browser(), type="credentials", login="admin", password="wrong")
    bob = cells.bearer("bob")
    assert bob.get("/a/user/bob").json()["PoliciesContextEditable"] is True
    seen, own = bob.get("/a/user/admin").json(), cells.admin.get("/a/user/admin").json()
    assert set(own) - set(seen) == {"PoliciesContextEditable"}
    assert [set(user["Attributes"]) for user in (seen, own)] == [
        {"profile"},
        {"profile", "failedConnections"},
    ]
    roles = [(role["Uuid"], role.get("GroupRole"), role.get("UserRole")) for role in seen["Roles"]]
    assert roles == [("ROOT_GROUP", True, None), ("ADMINS", None, None), (seen["Uuid"], None, True)]


def test_users_come_change_and_go(cells: Cells) -> None:
    cells.make_user("bob")
    again = cells.admin.put("/a/user/bob", json={"Attributes": {}})
    assert (again.status_code, again.json()["Title"]) == (403, "User with the same login already exists!")
    bob = cells.admin.get("/a/user/bob").json()
    named = {**bob, "Attributes": {"profile": "standard", "displayName": "Bob"}}
    assert cells.admin.put("/a/user/bob", json=named).json()["Attributes"]["displayName"] == "Bob"
    cells.make_user("eve")
    assert cells.bearer("eve").put("/a/user/bob", json=named).status_code == 403
    assert cells.admin.put("/a/user/new", json={}).text == "Internal Server Error"
    found = cells.admin.post("/a/user", json={"Queries": [{"Login": "b*"}]}).json()
    assert ([user["Login"] for user in found["Users"]], found["Total"]) == (["bob"], 1)
    assert cells.admin.delete("/a/user/bob").json() == {"Success": True, "NumRows": "1"}
    gone = cells.admin.get("/a/user/bob")
    words = "cannot find user with login bob"
    assert (gone.status_code, gone.json()) == (404, {"Title": words, "Detail": f"Not Found: {words}"})


BUILT_IN = ["ROOT_GROUP", "ADMINS", "EXTERNAL_USERS", "MINISITE", "MINISITE_NODOWNLOAD"]


def ids(answer: Any) -> list[str]:
    """Return the ids of the roles of a search."""
    return [role["Uuid"] for role in answer.json()["Roles"]]


def test_roles_come_change_and_go(cells: Cells) -> None:
    assert cells.admin.get("/a/role/sales").status_code == 404
    made = cells.admin.put("/a/role/sales", json={"Label": "Sales"}).json()
    assert (made["Uuid"], made["Label"], made["PoliciesContextEditable"]) == ("sales", "Sales", True)
    cells.make_user("bob")
    assert cells.bearer("bob").get("/a/role/sales").json()["Label"] == "Sales"
    assert cells.bearer("bob").put("/a/role/sales", json={"Label": "Mine"}).status_code == 403
    bob = cells.admin.get("/a/user/bob").json()
    cells.admin.put("/a/user/bob", json={**bob, "Roles": [*bob["Roles"], made]})
    assert "sales" in [role["Uuid"] for role in cells.admin.get("/a/user/bob").json()["Roles"]]
    found = cells.admin.post("/a/user", json={"Queries": [{"HasRole": "sales"}], "Limit": "1"}).json()
    assert ([user["Login"] for user in found["Users"]], found["Total"]) == (["bob"], 1)
    assert cells.admin.delete("/a/role/sales").json() == {"Uuid": "sales"}
    assert "sales" not in [role["Uuid"] for role in cells.admin.get("/a/user/bob").json()["Roles"]]
    gone = cells.admin.delete("/a/role/sales")
    assert (gone.status_code, gone.json()["Title"]) == (403, "cannot find role with id sales")


def test_roles_are_found_by_their_kind(cells: Cells) -> None:
    cells.make_user("bob")
    cells.admin.put("/a/role/sales", json={"Label": "Sales", "AutoApplies": ["standard"]})
    plain = {"Queries": [{"IsUserRole": True, "not": True}, {"IsGroupRole": True, "not": True}], "Operation": "AND"}

    assert ids(cells.admin.post("/a/role", json={}))[:5] == BUILT_IN
    assert ids(cells.admin.post("/a/role", json=plain)) == [*BUILT_IN[1:], "sales"]
    assert ids(cells.admin.post("/a/role", json={"Queries": [{"Uuid": ["sales", "none"]}]})) == ["sales"]
    assert ids(cells.admin.post("/a/role", json={"Queries": [{"Uuid": ["sal*"]}]})) == ["sales"]
    assert ids(cells.admin.post("/a/role", json={"Queries": [{"Label": "Sales"}]})) == ["sales"]
    assert ids(cells.admin.post("/a/role", json={"Queries": [{"IsGroupRole": True}]})) == ["ROOT_GROUP"]


def test_a_role_keeps_its_fields_and_shows_no_profile_as_an_empty_text(cells: Cells) -> None:
    given = {"Label": "Sales", "ForceOverride": True, "LastUpdated": 5}
    cells.admin.put("/a/role/sales", json=given)

    shown = cells.admin.get("/a/role/sales").json()

    assert {key: shown[key] for key in given} == given
    assert shown["AutoApplies"] == [""]
    assert [policy["Subject"] for policy in shown["Policies"]] == ["profile:standard", "profile:admin"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("sales", {}, "Role cannot have an empty label"),
        ("sales", {"Uuid": "a,b", "Label": "x"}, "commas are not allowed in role uuid"),
    ],
)
def test_a_role_that_cannot_be_is_500(cells: Cells, path: str, body: Any, words: str) -> None:
    answer = cells.admin.put(f"/a/role/{path}", json=body)
    assert (answer.status_code, answer.json()["Title"]) == (500, words)


def test_an_id_with_a_slash_counts_in_a_body_only(cells: Cells) -> None:
    assert cells.admin.put("/a/role/x", json={"Uuid": "/a/b", "Label": "B"}).json()["Uuid"] == "/a/b"
    for answer in (cells.admin.get("/a/role/%2Fa%2Fb"), cells.admin.delete("/a/role/%2Fa%2Fb")):
        assert (answer.status_code, answer.text) == (404, "404: Page Not Found")


def test_rights_go_with_their_role(cells: Cells) -> None:
    cells.admin.put("/a/role/sales", json={"Label": "Sales"})
    right = {"RoleID": "sales", "Action": {"Name": "read", "Value": "1"}, "WorkspaceID": "w", "NodeID": "n"}
    search = {"Queries": [{"RoleIDs": ["sales"]}]}
    assert cells.admin.post("/a/acl", json=search).json() == {}
    assert cells.admin.put("/a/acl", json=right).json() == {"ID": "1", **right}
    assert cells.admin.post("/a/acl", json=search).json() == {"ACLs": [{"ID": "1", **right}]}
    cells.make_user("bob")
    assert cells.bearer("bob").post("/a/acl", json=search).status_code == 401
    cells.admin.delete("/a/role/sales")
    assert cells.admin.post("/a/acl", json={}).json() == {}


@pytest.mark.parametrize(("store", "detail"), [("v4-tree", "Not Found: "), ("v5-kv-trunc", "not.found")])
def test_errors_have_the_form_of_the_version(start: Any, store: str, detail: str) -> None:
    words = "cannot find user with login ghost"
    error = start(store=store).admin.get("/a/user/ghost").json()
    assert error == {"Title": words, "Detail": detail + words if store == "v4-tree" else detail}


def test_version_and_package_are_for_who_is_logged_in(cells: Cells) -> None:
    public, known = (who.get("/a/config/discovery").json() for who in (cells.browser(), cells.admin))
    assert set(public) == {"Endpoints"}
    assert (known["PackageType"], known["Version"]) == ("PydioEnterprise", "4.4.13")
    assert cells.browser().get("/a/frontend/bootconf").json()["backend"]["Version"] != "4.4.13"
    assert cells.admin.get("/a/frontend/bootconf").json()["backend"]["Version"] == "4.4.13"


@pytest.mark.parametrize("path", [CONNECTORS, CLIENTS, f"{CONNECTORS}/keycloak", "/a/config/not/there"])
def test_home_has_neither_connectors_nor_clients(start: Any, path: str) -> None:
    cells = start(edition="home")
    words = "you are not allowed to read that configuration via the REST API"
    answer = cells.admin.get(path)
    assert (answer.status_code, answer.json()) == (403, {"Title": words, "Detail": words})
    answer = cells.admin.put(path, json={"id": "keycloak"})
    assert (answer.status_code, answer.json()["Title"]) == (500, 'proto: (line 1:2): unknown field "id"')
    assert cells.admin.put(path, json={"Data": "{}"}).status_code == 403
    answer = cells.admin.delete(path)
    assert (answer.status_code, answer.text) == (405, "405: Method Not Allowed")


def test_home_ignores_a_connector_in_its_file(start: Any) -> None:
    start().connect()
    cells = start(edition="home")
    answer = cells.browser().get("/a/frontend/login/connectors")
    assert (answer.status_code, answer.text) == (404, "404: Page Not Found")
    assert "<script>" in cells.browser().get("/auth/login/keycloak").text
    backend = cells.browser().get("/a/frontend/bootconf").json()["backend"]
    assert (backend["PackageType"], backend["PackageLabel"]) == ("PydioHome", "Pydio Cells Home Edition")


def test_every_path_answers_503_while_the_server_starts(start: Any) -> None:
    cells = start(starting_seconds=3600)
    for path in ("/", "/a/frontend/bootconf", "/oidc/.well-known/openid-configuration"):
        answer = cells.browser().get(path)
        assert (answer.status_code, set(answer.json())) == (503, {"Title", "Detail"})


def test_requests_are_logged_without_secrets(cells: Cells) -> None:
    cells.browser().get("/auth/login/nothing?code=standin-secret-query-1b")
    log = cells.file.with_name("standin-requests.log").read_text("utf-8")
    assert '{"method": "GET", "path": "/auth/login/nothing", "status": 200}' in log
    assert "standin-secret" not in log


def test_the_commands_way_in_needs_the_key(cells: Cells) -> None:
    asked = {"login": "admin", "expire": 60, "auto": None}
    assert cells.browser().post("/standin/token", json=asked).status_code == 401
