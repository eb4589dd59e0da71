# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_connector: a connector is made, changed option by option, and removed; check mode predicts it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from support.cells.scripted import (
    CONNECTORS,
    DISCOVERY,
    ISSUER,
    OTHER_SECRET,
    SECRET,
    TOKEN,
    URL,
    ScriptedCells,
    SetConnector,
    connector,
    pydio_connector,
    rule,
)
from support.module import assert_one_clear_line

PATH = f"{CONNECTORS}/keycloak"
CALLBACK = f"{URL}/auth/login/keycloak/callback"
NEW = {
    "name": "SSO with Keycloak",
    "issuer": ISSUER,
    "client_id": "demo.cells.pydio",
    "client_secret": SECRET,
}
ALL = {
    **NEW,
    "redirect_uri": "https://cells.example.org/other/callback",
    "scopes": ["openid", "profile", "email"],
    "insecure_skip_email_verified": True,
    "get_user_info": True,
    "basic_auth_unsupported": True,
    "user_id_key": "sub",
    "user_name_key": "preferred_username",
    "hosted_domains": ["example.org", "example.net", "example.org"],
    "sites": [URL, "https://a.example.org"],
    "mapping_rules": [{"left_attribute": "cellsgroups", "right_attribute": "Roles", "no_update": True}],
}
ALL_BODY = {
    "id": "keycloak",
    "name": "SSO with Keycloak",
    "type": "oidc",
    "sites": ["https://a.example.org", URL],
    "mappingRules": [rule("cellsgroups", NoUpdate=True)],
    "configoidc": {
        "issuer": ISSUER,
        "clientID": "demo.cells.pydio",
        "clientSecret": SECRET,
        "redirectURI": "https://cells.example.org/other/callback",
        "scopes": ["email", "openid", "profile"],
        "insecureSkipEmailVerified": True,
        "getUserInfo": True,
        "basicAuthUnsupported": True,
        "userIDKey": "sub",
        "userNameKey": "preferred_username",
        "hostedDomains": ["example.net", "example.org"],
    },
}


def without_secret(connector: dict[str, Any]) -> dict[str, Any]:
    """Return a connector as a result shows it: its lists without an order sorted, its secret masked."""
    config = {**connector["configoidc"], "clientSecret": "*" * 10}
    config.update({key: sorted(config[key]) for key in ("scopes", "hostedDomains")})
    return {**connector, "configoidc": config}


@pytest.mark.parametrize(
    ("options", "body"),
    [
        pytest.param(
            NEW,
            {
                "id": "keycloak",
                "name": "SSO with Keycloak",
                "type": "oidc",
                "sites": [],
                "mappingRules": [],
                "configoidc": {
                    "issuer": ISSUER,
                    "clientID": "demo.cells.pydio",
                    "clientSecret": SECRET,
                    "redirectURI": CALLBACK,
                },
            },
            id="what is needed",
        ),
        pytest.param(ALL, ALL_BODY, id="every option"),
    ],
)
def test_a_new_connector_is_made_by_one_call(
    set_connector: SetConnector, cells_server: ScriptedCells, options: dict[str, Any], body: dict[str, Any]
) -> None:
    cells_server.discovery()

    outcome = set_connector(**options)

    assert cells_server.writes == [("PUT", PATH, body)]
    assert outcome["changed"]
    assert outcome["actions"] == ["create connector keycloak"]
    assert outcome["callback_url"] == CALLBACK
    assert outcome["diff"]["before"] == {}
    assert outcome["diff"]["after"]["id"] == "keycloak"
    assert outcome["connector"]["configoidc"]["clientSecret"] == "*" * 10
    assert outcome.warnings == []
    assert cells_server.connectors[0] == pydio_connector()

    again = set_connector(**options)
    assert not again["changed"]
    assert len(cells_server.writes) == 1
    for result in (outcome, again):
        assert SECRET not in result.printed
        assert TOKEN not in result.printed


@pytest.mark.parametrize("lacking", sorted(NEW))
@pytest.mark.parametrize("empty", [None, ""])
def test_a_new_connector_without_required_options_is_one_line(
    set_connector: SetConnector, cells_server: ScriptedCells, lacking: str, empty: str | None
) -> None:
    cells_server.discovery()

    outcome = set_connector(**{**NEW, lacking: empty})

    assert_one_clear_line(outcome, lacking)
    assert cells_server.writes == []


def test_check_mode_warns_if_a_new_connector_lacks_something(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    outcome = set_connector(check=True, mapping_rules=[{"left_attribute": "a", "right_attribute": "Roles"}])

    assert outcome["changed"]
    [warning] = outcome.warnings
    assert "name, issuer, client_id, client_secret" in warning
    assert_one_clear_line(set_connector(mapping_rules=[]), "no connector keycloak")


CHANGES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"name": "Keycloak"}, {"name": "Keycloak"}, "name"),
    ({"name": ""}, {"name": ""}, "name"),
    ({"sites": [URL]}, {"sites": [URL]}, "sites"),
    ({"client_id": "another"}, {"configoidc": {"clientID": "another"}}, "clientID"),
    (
        {"redirect_uri": "https://x.example.org/cb"},
        {"configoidc": {"redirectURI": "https://x.example.org/cb"}},
        "redirectURI",
    ),
    ({"scopes": ["openid"]}, {"configoidc": {"scopes": ["openid"]}}, "scopes"),
    ({"scopes": []}, {"configoidc": {"scopes": []}}, "scopes"),
    ({"hosted_domains": ["example.org"]}, {"configoidc": {"hostedDomains": ["example.org"]}}, "hostedDomains"),
    (
        {"insecure_skip_email_verified": True},
        {"configoidc": {"insecureSkipEmailVerified": True}},
        "insecureSkipEmailVerified",
    ),
    ({"get_user_info": False}, {"configoidc": {"getUserInfo": False}}, "getUserInfo"),
    ({"basic_auth_unsupported": False}, {"configoidc": {"basicAuthUnsupported": False}}, "basicAuthUnsupported"),
    ({"user_id_key": "sub"}, {"configoidc": {"userIDKey": "sub"}}, "userIDKey"),
    ({"user_id_key": ""}, {"configoidc": {"userIDKey": ""}}, "userIDKey"),
    ({"user_name_key": "name"}, {"configoidc": {"userNameKey": "name"}}, "userNameKey"),
    ({"user_name_key": ""}, {"configoidc": {"userNameKey": ""}}, "userNameKey"),
]


@pytest.mark.parametrize(("options", "fields", "named"), CHANGES)
def test_one_changed_option_is_the_only_difference_of_the_write(
    set_connector: SetConnector,
    cells_server: ScriptedCells,
    options: dict[str, Any],
    fields: dict[str, Any],
    named: str,
) -> None:
    # Unknown and undeclared values are sent back unchanged.
    extra = {"unknown": {"kept": [1]}}
    cells_server.connectors.append(connector(**extra, configoidc={"future": "kept"}))

    predicted = set_connector(check=True, **options)
    assert cells_server.writes == []
    outcome = set_connector(**options)

    body = connector(**{**extra, **fields, "configoidc": {"future": "kept", **fields.get("configoidc", {})}})
    body["configoidc"]["scopes"] = sorted(body["configoidc"]["scopes"])
    assert cells_server.writes == [("PUT", PATH, body)]
    assert outcome["actions"] == [f"update connector keycloak: {named}"]
    assert outcome["connector"] == without_secret(body)
    assert predicted.values == outcome.values
    assert SECRET not in outcome.printed + predicted.printed

    assert not set_connector(**options)["changed"]
    assert len(cells_server.writes) == 1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"name": "SSO with Keycloak"},
        {"scopes": ["email", "openid", "profile", "email"]},
        {"sites": [], "hosted_domains": [], "mapping_rules": [], "insecure_skip_email_verified": False},
        {"client_secret": SECRET, "client_id": "demo.cells.pydio", "get_user_info": True},
        {"redirect_uri": CALLBACK},
    ],
)
@pytest.mark.parametrize("sparse", [True, False])
def test_declared_values_that_do_not_differ_are_not_written(
    set_connector: SetConnector, cells_server: ScriptedCells, options: dict[str, Any], sparse: bool
) -> None:
    """sparse: the server leaves out empty and false values, or shows them as null."""
    there = connector()
    if sparse:
        del there["sites"], there["configoidc"]["hostedDomains"], there["configoidc"]["insecureSkipEmailVerified"]
        there["mappingRules"] = None
    cells_server.connectors.append(there)

    for check in (True, False):
        outcome = set_connector(check, **options)
        assert not outcome["changed"]
        assert outcome["actions"] == []
    assert cells_server.writes == []


def test_the_redirect_uri_of_an_existing_connector_is_left_alone(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    cells_server.connectors.append(connector(configoidc={"redirectURI": "https://old.example.org/cb"}))

    set_connector(name="Keycloak")

    assert cells_server.writes[0][2]["configoidc"]["redirectURI"] == "https://old.example.org/cb"


@pytest.mark.parametrize(("url", "connector_id", "callback"), [
    ("https://cells.example.org/", "keycloak", CALLBACK),
    ("https://cells.example.org", "key cloak/ü", f"{URL}/auth/login/key%20cloak%2F%C3%BC/callback"),
])  # fmt: skip
def test_the_callback_url_follows_from_url_and_id(
    set_connector: SetConnector, cells_server: ScriptedCells, url: str, connector_id: str, callback: str
) -> None:
    cells_server.discovery()

    outcome = set_connector(cells_url=url, **{**NEW, "connector_id": connector_id})

    assert outcome["callback_url"] == callback
    assert cells_server.writes[0][2]["configoidc"]["redirectURI"] == callback


def test_check_mode_shows_a_new_connector_as_the_run_makes_it(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    cells_server.discovery()

    predicted = set_connector(check=True, **ALL)
    outcome = set_connector(**ALL)

    for key in ("changed", "actions", "diff", "callback_url", "connector"):
        assert predicted[key] == outcome[key], key
    assert set(predicted.values) == set(outcome.values)


@pytest.mark.parametrize("there", [True, False])
def test_a_connector_is_removed_by_one_call(
    set_connector: SetConnector, cells_server: ScriptedCells, there: bool
) -> None:
    cells_server.connectors.extend([connector()] if there else [])

    predicted = set_connector(check=True, state="absent")
    assert cells_server.writes == []
    outcome = set_connector(state="absent")

    assert cells_server.writes == ([("DELETE", PATH, None)] if there else [])
    assert outcome["changed"] is there
    assert outcome["connector"] == {}
    assert outcome["diff"]["before"] == ({"id": "keycloak"} if there else {})
    assert predicted.values == outcome.values
    assert cells_server.connectors == [pydio_connector()]
    assert not set_connector(state="absent")["changed"]


def test_a_removal_whose_answer_is_lost_succeeds_if_the_connector_no_longer_exists(
    set_connector: SetConnector, cells_server: ScriptedCells
) -> None:
    cells_server.connectors.append(connector())

    def lost(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        cells_server.connectors[:] = [pydio_connector()]
        return 404, {}, '{"Title": "no such connector"}'

    cells_server.http.remove("DELETE", cells_server.http.registered()[2].url)
    cells_server.http.add_callback("DELETE", f"{URL}/a/config/{PATH}", lost)
    cells_server.http.get(f"{URL}/a/frontend/bootconf", json={})

    outcome = set_connector(state="absent")

    assert outcome["actions"] == ["remove connector keycloak"]
    assert outcome["connector"] == {}


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("connector_id", ["", "pydio"])
def test_the_login_of_cells_itself_is_not_touched(
    set_connector: SetConnector, cells_server: ScriptedCells, state: str, connector_id: str
) -> None:
    outcome = set_connector(state=state, connector_id=connector_id, name="Mine")

    assert_one_clear_line(outcome, "connector_id")
    assert cells_server.writes == []


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [True, False])
def test_a_connector_of_another_type_is_not_touched(
    set_connector: SetConnector, cells_server: ScriptedCells, state: str, check: bool
) -> None:
    cells_server.connectors.append(
        {"id": "keycloak", "name": "SAML", "type": "saml", "configsaml": {"entityIssuer": "x"}}
    )

    assert_one_clear_line(set_connector(check, state=state, name="Mine"), "type saml, not oidc", "another id")
    assert cells_server.writes == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_two_connectors_of_one_id_are_an_error(
    set_connector: SetConnector, cells_server: ScriptedCells, state: str
) -> None:
    cells_server.connectors.extend([connector(), connector(name="Another")])

    assert_one_clear_line(
        set_connector(state=state, name="Mine"), "2 of connector keycloak", "SSO with Keycloak", "Another"
    )
    assert cells_server.writes == []


@pytest.mark.parametrize("lost", ["name", "userIDKey"])
def test_values_that_the_server_does_not_keep_are_named(
    set_connector: SetConnector, cells_server: ScriptedCells, lost: str
) -> None:
    cells_server.connectors.append(connector(OTHER_SECRET))
    cells_server.loses = frozenset({lost})

    outcome = set_connector(name="Keycloak", user_id_key="sub")

    assert_one_clear_line(outcome, "kept something else", lost)
    assert OTHER_SECRET not in outcome.printed


@pytest.mark.parametrize("option", ["issuer", "redirect_uri"])
@pytest.mark.parametrize(
    "value", ["sso.example.org/realms/cells", "ftp://sso.example.org", "https://", "https://a b/", ""]
)
def test_an_option_that_is_no_url_is_one_line(
    set_connector: SetConnector, cells_server: ScriptedCells, option: str, value: str
) -> None:
    assert_one_clear_line(set_connector(**{**NEW, option: value}), option, "is not a URL")
    assert cells_server.writes == []
    assert not any(call.request.url == DISCOVERY for call in cells_server.http.calls)


def test_a_connector_does_not_get_a_second_id(set_connector: SetConnector, cells_server: ScriptedCells) -> None:
    cells_server.connectors.append(connector(id="sso"))
    cells_server.discovery()

    for check in (True, False):
        outcome = set_connector(check, **NEW)
        assert_one_clear_line(outcome, "connector_id", "the connector sso", "never changes", "Use connector_id sso")
    assert cells_server.writes == []


@pytest.mark.parametrize(
    ("other", "options"),
    [
        ({"configoidc": {"clientID": "another"}}, {}),
        ({"configoidc": {"issuer": "https://sso.example.org/realms/other"}}, {}),
        ({"sites": ["https://a.example.org"]}, {"sites": [URL]}),
    ],
)
def test_a_connector_for_another_client_realm_or_site_is_made(
    set_connector: SetConnector, cells_server: ScriptedCells, other: dict[str, Any], options: dict[str, Any]
) -> None:
    cells_server.connectors.append(connector(id="sso", **other))
    cells_server.discovery()

    assert set_connector(**NEW, **options)["changed"]
