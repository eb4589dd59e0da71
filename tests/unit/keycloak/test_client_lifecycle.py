# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client comes, meets others and goes: creates that conflict, names that are not unique, removal, and the info."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from support.keycloak.client_script import (
    CLIENT_ID,
    COMPUTED,
    MODULE,
    SERVER_ATTRIBUTES,
    SERVER_SECRET,
    along,
    arguments,
    client,
    creates,
    reads,
)
from support.keycloak.scripted import BY_TOKEN, URL, Script
from support.module import RunModule, assert_one_clear_line

INFO = "keycloak_oidc_client_info"
NEW = {"clientId": CLIENT_ID, "protocol": "openid-connect", "name": "Cells"}
CONFLICT = {"errorMessage": f"Client {CLIENT_ID} already exists"}


def test_an_absent_client_is_removed_by_its_id(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    promised = run_module(MODULE, arguments(state="absent"), check=True)
    reads(keycloak, client())
    keycloak.delete("clients/client-uuid")
    reads(keycloak)
    done = run_module(MODULE, arguments(state="absent"))

    assert promised.values == done.values
    assert done["changed"] is True
    assert done["actions"] == [f"remove client {CLIENT_ID}"]
    assert done["client"] == {}
    assert done["diff"]["before"] == {"clientId": CLIENT_ID}
    assert done["diff"]["after"] == {}


@pytest.mark.parametrize("answer", [{"status": 404, "json": {"error": "Could not find client"}}, {"status": 504}])
def test_a_removal_whose_answer_is_lost_succeeds_if_the_client_no_longer_exists(
    answer: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    """A gateway that lost the answer has the call repeated, and then there is nothing to remove any more."""
    reads(keycloak, client())
    for _time in range(1 if answer["status"] == 404 else 5):
        keycloak.delete("clients/client-uuid", **answer, headers={"Retry-After": "0"})
    reads(keycloak)

    outcome = run_module(MODULE, arguments(state="absent"))

    assert outcome["actions"] == [f"remove client {CLIENT_ID}"]
    assert outcome["client"] == {}


def test_a_failed_removal_is_reported_if_the_client_still_exists(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    keycloak.delete("clients/client-uuid", status=404, json={"error": "not here"})
    reads(keycloak, client())

    assert_one_clear_line(run_module(MODULE, arguments(state="absent")), "DELETE", "HTTP 404", "not here")


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [True, False])
def test_a_saml_client_is_neither_changed_nor_removed(
    check: bool, state: str, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client(protocol="saml"))

    outcome = run_module(MODULE, arguments(state=state, name="Cells"), check=check)

    assert_one_clear_line(outcome, f"client {CLIENT_ID}", "saml", "another client_id")


@pytest.mark.parametrize("check", [True, False])
def test_a_client_that_is_not_there_stays_absent(check: bool, keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak)

    outcome = run_module(MODULE, arguments(state="absent", name="Cells"), check=check)

    assert outcome["changed"] is False
    assert outcome["client"] == {}


def test_a_client_that_is_still_there_after_its_removal_is_an_error(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    keycloak.delete("clients/client-uuid")
    reads(keycloak, client())

    assert_one_clear_line(run_module(MODULE, arguments(state="absent")), f"client {CLIENT_ID}", "still exists")


@pytest.mark.parametrize(
    "failure",
    [{"status": 409, "json": CONFLICT}, {"body": requests.exceptions.ReadTimeout("read timed out")}],
    ids=["conflict", "time-out"],
)
def test_a_create_that_met_a_conflict_or_timed_out_goes_on_as_an_update(
    failure: dict[str, Any], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    keycloak.post("clients", NEW, **failure)
    reads(keycloak, client(name="Somebody else's"))
    keycloak.put("clients/client-uuid", {**along(client()), "name": "Cells"})
    reads(keycloak, client(name="Cells"))

    outcome = run_module(MODULE, arguments(name="Cells"))

    assert outcome["changed"] is True
    assert outcome["client"]["name"] == "Cells"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"status": 409, "json": CONFLICT}, ["HTTP 409", CONFLICT["errorMessage"]]),
        ({"body": requests.exceptions.ReadTimeout("read timed out")}, ["no answer in time", "connection_timeout"]),
        ({"body": requests.exceptions.ConnectionError("reset by peer")}, ["reset by peer"]),
    ],
    ids=["conflict", "time-out", "connection lost"],
)
def test_a_create_that_failed_and_made_nothing_is_reported(
    failure: dict[str, Any], words: list[str], keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak)
    keycloak.post("clients", NEW, **failure)
    reads(keycloak)

    assert_one_clear_line(run_module(MODULE, arguments(name="Cells")), "POST", f"{URL}/admin/realms/cells/", *words)


def test_a_conflict_of_an_update_is_reported(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client())
    keycloak.put("clients/client-uuid", {**along(client()), "name": "Cells"}, status=409, json=CONFLICT)

    assert_one_clear_line(run_module(MODULE, arguments(name="Cells")), "PUT", "HTTP 409", CONFLICT["errorMessage"])


def test_unwanted_additions_of_keycloak_to_a_new_client_are_corrected(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak)
    keycloak.post("clients", {"clientId": CLIENT_ID, "protocol": "openid-connect", "webOrigins": []})
    reads(keycloak, client(webOrigins=["https://made-from-root-url"]))
    keycloak.put("clients/client-uuid", {**along(client()), "webOrigins": []})
    reads(keycloak, client())

    outcome = run_module(MODULE, arguments(web_origins=[]))

    assert outcome["actions"] == [f"create client {CLIENT_ID}"]
    assert outcome["client"]["webOrigins"] == []


def test_a_client_whose_id_only_begins_alike_is_another_one(keycloak: Script, run_module: RunModule) -> None:
    others = [client(id="other-uuid", clientId=f"{CLIENT_ID}.test"), client(id="third", clientId=CLIENT_ID.upper())]
    reads(keycloak, *others)
    keycloak.post("clients", NEW)
    reads(keycloak, *others, client(name="Cells"))

    assert run_module(MODULE, arguments(name="Cells"))["client"]["id"] == "client-uuid"


@pytest.mark.parametrize("module", [MODULE, INFO])
def test_two_clients_of_one_id_are_an_error_that_lists_their_ids(
    module: str, keycloak: Script, run_module: RunModule
) -> None:
    reads(keycloak, client(id="uuid-2"), client(id="uuid-1"))

    assert_one_clear_line(run_module(module, arguments()), f"client {CLIENT_ID}", "uuid-1, uuid-2")


def test_attributes_that_keycloak_computes_are_never_sent_back(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(attributes={**COMPUTED, "own": "kept", **SERVER_ATTRIBUTES}))
    attributes = {"own": "kept", "new": "1", **SERVER_ATTRIBUTES}
    keycloak.put("clients/client-uuid", {"attributes": attributes, "frontchannelLogout": True})
    reads(keycloak, client(attributes={**COMPUTED, **attributes}))

    outcome = run_module(MODULE, arguments(attributes={"new": 1}))

    assert outcome["diff"]["before"] == {"attributes": {"new": ""}}
    assert outcome["diff"]["after"] == {"attributes": {"new": "1"}}


def test_the_guides_client_is_made_with_exactly_its_rows(keycloak: Script, run_module: RunModule) -> None:
    cells, callback = "https://demo.cells.pydio", "https://demo.cells.pydio/auth/login/keycloak/callback"
    body = {
        "name": "Cells Demo",
        "enabled": True,
        "rootUrl": cells,
        "baseUrl": cells,
        "webOrigins": [cells],
        "redirectUris": [callback],
        "publicClient": False,
        "authorizationServicesEnabled": False,
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "serviceAccountsEnabled": True,
        "attributes": {"post.logout.redirect.uris": "+"},
    }
    creates(keycloak, body, {**client(), **body, "adminUrl": cells})

    outcome = run_module(
        MODULE,
        arguments(
            name="Cells Demo",
            enabled=True,
            root_url=cells,
            base_url=cells,
            web_origins=[cells],
            redirect_uris=[callback],
            post_logout_redirect_uris=["+"],
            public_client=False,
            authorization_services_enabled=False,
            standard_flow_enabled=True,
            implicit_flow_enabled=False,
            direct_access_grants_enabled=True,
            service_accounts_enabled=True,
        ),
    )

    assert outcome["diff"]["after"] == {"clientId": CLIENT_ID, **body}


def test_info_returns_all_clients_by_client_id_with_masked_secrets(keycloak: Script, run_module: RunModule) -> None:
    keycloak.get(
        "clients", [client(clientId="zeta"), client(clientId="alpha", redirectUris=["https://b", "https://a"])]
    )

    outcome = run_module(INFO, BY_TOKEN)

    assert outcome["changed"] is False
    assert [found["clientId"] for found in outcome["clients"]] == ["alpha", "zeta"]
    assert {found["secret"] for found in outcome["clients"]} == {"**********"}
    assert outcome["clients"][0]["redirectUris"] == ["https://a", "https://b"]
    assert SERVER_SECRET not in outcome.printed


@pytest.mark.parametrize("one", [True, False])
def test_info_shows_no_saml_client_and_none_of_its_keys(one: bool, keycloak: Script, run_module: RunModule) -> None:
    keys = {"saml.signing.private.key": "standin-key-one-4f1c", "saml.encryption.private.key": "standin-key-two-9d2e"}
    saml = client(protocol="saml", attributes=keys)
    if one:
        reads(keycloak, saml)
    else:
        keycloak.get("clients", [saml, client(clientId="other", attributes=keys)])

    outcome = run_module(INFO, arguments() if one else BY_TOKEN)

    assert [found["clientId"] for found in outcome["clients"]] == ([] if one else ["other"])
    assert not [key for key in keys.values() if key in outcome.printed]


def test_info_returns_one_client(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak, client(), client(clientId=f"{CLIENT_ID}.other"))

    outcome = run_module(INFO, arguments(), check=True)

    assert [found["clientId"] for found in outcome["clients"]] == [CLIENT_ID]
    assert SERVER_SECRET not in outcome.printed


def test_info_returns_an_empty_list_for_an_unknown_client(keycloak: Script, run_module: RunModule) -> None:
    reads(keycloak)

    assert run_module(INFO, arguments())["clients"] == []


def test_a_public_client_has_no_secret_to_mask(keycloak: Script, run_module: RunModule) -> None:
    public = client(publicClient=True)
    del public["secret"]
    reads(keycloak, public)

    assert "secret" not in run_module(INFO, arguments())["clients"][0]
