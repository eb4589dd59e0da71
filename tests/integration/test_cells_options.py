# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of the modules for Cells: set, read back from the stand-in by requests, changed, cleared."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

from lab import process
from lab.cells_server import Cells
from lab.site import Site, make_site
from support.cells.audience import audience_of, static_clients
from support.documented_options import own_options
from support.module import assert_one_clear_line, call_module, predict_and_run

CONNECTOR, AUDIENCE, INFO = "cells_connector", "cells_config_audience", "cells_connector_info"
SECRET = "connector-secret-of-a-test-0123456789"
OTHER_SECRET = 'other, "sécret" of a test 0123456789'
TIMEOUT = 10
Read = Callable[[dict[str, Any]], Any]


def ask(cells: Cells, path: str) -> Any:
    """Return the answer of Cells to its administrator below /a."""
    headers = {"Authorization": f"Bearer {cells.token}"}
    response = requests.get(f"{cells.url}/a/{path}", headers=headers, timeout=TIMEOUT)
    response.raise_for_status()
    return response.json()


def connectors(cells: Cells) -> dict[str, dict[str, Any]]:
    """Return the connectors by their ids."""
    return {connector["id"]: connector for connector in ask(cells, "config/oauth2connectors")["connectors"]}


class Row(NamedTuple):
    """An option with its values in turn, what Cells shows then (None: just them), and what it needs besides."""

    option: str
    values: list[Any]
    read: Read
    seen: list[Any] | None = None
    base: dict[str, Any] = {}  # noqa: RUF012 - never changed


def oidc(name: str, empty: Any = "") -> Read:
    """Return a function that reads a setting. The server may leave out empty ones."""
    return lambda connector: connector["configoidc"].get(name, empty)


def oidc_set(name: str) -> Read:
    return lambda connector: sorted(connector["configoidc"].get(name) or [])


def flag(option: str, name: str) -> Row:
    return Row(option, [True, False, True], oidc(name, False))


def rule(**given: Any) -> list[dict[str, Any]]:
    return [{"left_attribute": "cellsgroups", "right_attribute": "Roles", **given}]


def rules(name: str, empty: Any = "") -> Read:
    return lambda connector: [entry.get(name, empty) for entry in connector.get("mappingRules") or []]


def of_rule(option: str, name: str, first: Any, second: Any, cleared: Any) -> Row:
    values = [rule(**{option: value}) for value in (first, second, cleared)]
    return Row(
        f"mapping_rules.{option}",
        values,
        rules(name, type(first)()),
        [[value] for value in (first, second, cleared)],
        {"mapping_rules_mode": "exact"},
    )


ROWS = [
    Row("name", ["SSO with Keycloak", 'Anmeldung „für" alle, <b>& mehr</b>'], lambda connector: connector["name"]),
    Row("client_id", ["cells.example.org", "https://ü.example.org/a b"], oidc("clientID")),
    Row("client_secret", [SECRET + "1", OTHER_SECRET], oidc("clientSecret")),
    Row("redirect_uri", ["https://a.example.org/cb", "https://b.example.org:8443/x/cb"], oidc("redirectURI")),
    Row(
        "scopes",
        [["openid", "email"], ["profile", "openid", "ümlaut"], []],
        oidc_set("scopes"),
        [["email", "openid"], ["openid", "profile", "ümlaut"], []],
    ),
    flag("insecure_skip_email_verified", "insecureSkipEmailVerified"),
    flag("get_user_info", "getUserInfo"),
    flag("basic_auth_unsupported", "basicAuthUnsupported"),
    Row("user_id_key", ["email", 'a "b", c', ""], oidc("userIDKey")),
    Row("user_name_key", ["email", "preferred_username", ""], oidc("userNameKey")),
    Row(
        "hosted_domains",
        [["b.example.org", "a.example.org"], ["c.example.org"], []],
        oidc_set("hostedDomains"),
        [["a.example.org", "b.example.org"], ["c.example.org"], []],
    ),
    Row(
        "sites",
        [["https://b.example.org", "https://a.example.org"], ["https://c.example.org"], []],
        lambda connector: sorted(connector.get("sites") or []),
        [["https://a.example.org", "https://b.example.org"], ["https://c.example.org"], []],
    ),
    Row(
        "mapping_rules",
        [rule(), [*rule(), {"left_attribute": "email", "right_attribute": "email"}], []],
        rules("LeftAttribute"),
        [["cellsgroups"], ["cellsgroups", "email"], []],
        {"mapping_rules_mode": "exact"},
    ),
    Row(
        "mapping_rules.left_attribute",
        [rule(), rule(left_attribute='Grüppen, "2"')],
        rules("LeftAttribute"),
        [["cellsgroups"], ['Grüppen, "2"']],
        {"mapping_rules_mode": "exact"},
    ),
    Row(
        "mapping_rules.right_attribute",
        [rule(), rule(right_attribute="GroupPath")],
        rules("RightAttribute"),
        [["Roles"], ["GroupPath"]],
        {"mapping_rules_mode": "exact"},
    ),
    of_rule("rule_string", "RuleString", "a,b c,ü", "preg:^cn=Test_.*,(ou|dc)=\\w+$", ""),
    of_rule("left_split", "LeftSplit", ",", " | ", ""),
    of_rule("right_value_template", "RightValueTemplate", "{{.}}", 'x "{{.}}" y', ""),
    of_rule("no_update", "NoUpdate", True, False, True),
]

ELSEWHERE = {
    CONNECTOR: {
        "state": "test_removing_is_predicted_and_done_once",
        "connector_id": "test_a_connector_id_with_awkward_characters",
        "type": "test_a_connector_of_another_type_is_left_alone",
        "issuer": "test_the_issuer_is_set_and_changed",
        "update_secret": "test_a_secret_that_cells_hides_is_written_as_update_secret_says",
        "mapping_rules_mode": "test_rules_keep_their_places_in_mode_add",
    },
    AUDIENCE: {
        "cells_url": "test_the_audience_through_the_rest_api",
        "cells_token": "test_the_audience_through_the_rest_api",
        "state": "test_the_audience_is_added_replaced_and_removed",
        "audience": "test_the_audience_is_added_replaced_and_removed",
        "mode": "test_the_audience_is_added_replaced_and_removed",
        "oauth_client_id": "test_another_static_client",
        "method": "test_the_audience_is_added_replaced_and_removed",
        "config_path": "test_the_audience_is_added_replaced_and_removed",
        "cells_bin": "test_the_audience_by_the_command",
        "backup": "test_a_backup_is_made_on_request",
        "allow_running": "test_a_running_server_is_noticed",
        "wait_timeout": "test_children_that_are_still_ending_are_waited_for",
    },
    INFO: {"connector_id": "test_connectors_are_read_one_and_all"},
}


@pytest.mark.parametrize("module", ELSEWHERE)
def test_the_tables_have_every_option(module: str) -> None:
    covered = {row.option for row in ROWS} if module == CONNECTOR else set()
    assert covered | set(ELSEWHERE[module]) == own_options(module)
    assert {name for name in ELSEWHERE[module].values() if name not in globals()} == set()


def new(site: Site, connector_id: str, **options: Any) -> dict[str, Any]:
    """Return the options of a connector with all that a new one needs."""
    needed = {"name": "A connector", "client_id": f"client-of-{connector_id}", "client_secret": SECRET}
    # Comparing the issuer costs a request each time, and has tests of its own: it is only given to make one.
    return {**site.cells_options, "connector_id": connector_id, "issuer": site.issuer, **needed, **options}


@pytest.mark.parametrize("row", ROWS, ids=[row.option for row in ROWS])
@pytest.mark.thorough
def test_each_option_is_set_changed_and_cleared(row: Row, shared_site: Site) -> None:
    name = f"of-{row.option}"
    option = row.option.partition(".")[0]
    for value, seen in zip(row.values, row.seen or row.values, strict=True):
        predict_and_run(CONNECTOR, new(shared_site, name, **row.base, **{option: value}))
        assert row.read(connectors(shared_site.cells)[name]) == seen


def test_a_new_connector_has_the_callback_url_of_its_id(shared_site: Site) -> None:
    made = predict_and_run(CONNECTOR, new(shared_site, "called"))
    url = f"{shared_site.cells.url}/auth/login/called/callback"
    assert made["callback_url"] == url
    assert connectors(shared_site.cells)["called"]["configoidc"]["redirectURI"] == url


def test_the_issuer_is_set_and_changed(shared_site: Site) -> None:
    master = shared_site.lab.keycloak.issuer("master")
    for issuer in (shared_site.issuer, master):
        predict_and_run(CONNECTOR, new(shared_site, "issued", issuer=issuer))
        assert connectors(shared_site.cells)["issued"]["configoidc"]["issuer"] == issuer


def test_options_that_are_left_out_stay_unchanged(shared_site: Site) -> None:
    full = new(shared_site, "left-out", scopes=["openid"], user_id_key="email", mapping_rules=rule(rule_string="a"))
    predict_and_run(CONNECTOR, full)
    before = connectors(shared_site.cells)["left-out"]
    named = {**shared_site.cells_options, "connector_id": "left-out"}

    predict_and_run(CONNECTOR, named, changed=False)
    done = predict_and_run(CONNECTOR, {**named, "get_user_info": True})

    after = connectors(shared_site.cells)["left-out"]
    assert after["configoidc"].pop("getUserInfo") is True
    # To Cells, whose objects are protobuf's, a list that is empty and one that is left out are the same.
    assert {k: v for k, v in after["configoidc"].items() if v != []} == before["configoidc"]
    assert {**after, "configoidc": None} == {**before, "configoidc": None}
    assert done["diff"]["after"] == {"type": "oidc", "configoidc": {"getUserInfo": True}}
    assert SECRET not in json.dumps(done)


def test_removing_is_predicted_and_done_once(shared_site: Site) -> None:
    predict_and_run(CONNECTOR, new(shared_site, "removed"), again=False)
    before = connectors(shared_site.cells)
    predict_and_run(CONNECTOR, {**shared_site.cells_options, "connector_id": "removed", "state": "absent"})
    after = connectors(shared_site.cells)
    assert set(before) - set(after) == {"removed"}
    assert after == {name: connector for name, connector in before.items() if name != "removed"}


def test_a_connector_id_with_awkward_characters(shared_site: Site) -> None:
    for connector_id in ("mit Leer, ü", "Awkward", "awkward", "a%20b?c=d"):
        predict_and_run(CONNECTOR, new(shared_site, connector_id, name=connector_id))
        assert connectors(shared_site.cells)[connector_id]["name"] == connector_id
    assert connectors(shared_site.cells)["Awkward"]["name"] == "Awkward"
    predict_and_run(CONNECTOR, {**shared_site.cells_options, "connector_id": "a%20b?c=d", "state": "absent"})
    assert {"mit Leer, ü", "Awkward", "awkward"} <= set(connectors(shared_site.cells))


def test_a_connector_of_another_type_is_left_alone(shared_site: Site) -> None:
    ldap = {"id": "directory", "name": "Directory", "type": "ldap", "sites": [], "mappingRules": []}
    headers = {"Authorization": f"Bearer {shared_site.cells.token}"}
    url = f"{shared_site.cells.url}/a/config/oauth2connectors/directory"
    requests.put(url, json=ldap, headers=headers, timeout=TIMEOUT).raise_for_status()
    before = connectors(shared_site.cells)["directory"]

    for options in ({}, {"state": "absent"}):
        result = call_module(CONNECTOR, new(shared_site, "directory", type="oidc", **options))
        assert_one_clear_line(result, "type ldap, not oidc")
    pydio = call_module(CONNECTOR, new(shared_site, "pydio", state="absent"))

    assert_one_clear_line(pydio, "pydio")
    assert connectors(shared_site.cells)["directory"] == before
    assert "pydio" in connectors(shared_site.cells)


def test_rules_keep_their_places_in_mode_add(shared_site: Site) -> None:
    def seen() -> list[tuple[str, str]]:
        found = connectors(shared_site.cells)["ruled"]["mappingRules"]
        return [(entry["LeftAttribute"], entry.get("RuleString", "")) for entry in found]

    others = [{"left_attribute": name, "right_attribute": "Roles"} for name in ("first", "last")]
    predict_and_run(CONNECTOR, new(shared_site, "ruled", mapping_rules=[others[0], *rule(), others[1]]))
    changed = [*rule(rule_string="a"), {"left_attribute": "added", "right_attribute": "Roles"}]
    predict_and_run(CONNECTOR, new(shared_site, "ruled", mapping_rules=changed))
    assert seen() == [("first", ""), ("cellsgroups", "a"), ("last", ""), ("added", "")]
    predict_and_run(CONNECTOR, new(shared_site, "ruled", mapping_rules=[]), changed=False)
    predict_and_run(CONNECTOR, new(shared_site, "ruled", mapping_rules=changed, mapping_rules_mode="exact"))
    assert seen() == [("cellsgroups", "a"), ("added", "")]


def test_connectors_are_read_one_and_all(shared_site: Site) -> None:
    predict_and_run(CONNECTOR, new(shared_site, "read", name="Lies mich, ü"), again=False)
    there = connectors(shared_site.cells)

    every = call_module(INFO, shared_site.cells_options)
    one = call_module(INFO, {**shared_site.cells_options, "connector_id": "read"}, check=True)
    none = call_module(INFO, {**shared_site.cells_options, "connector_id": "READ"})

    assert {connector["id"] for connector in every["connectors"]} == set(there)
    (read,) = one["connectors"]
    assert {name: read[name] for name in ("id", "name", "type")} == {
        "id": "read",
        "name": "Lies mich, ü",
        "type": "oidc",
    }
    assert read["configoidc"]["clientSecret"] == "**********"
    assert none["connectors"] == []
    assert not every["changed"]
    assert SECRET not in json.dumps([every, one])
    offered = ask(shared_site.cells, "frontend/login/connectors")["Connectors"]
    assert every["login_connectors"] == one["login_connectors"] == none["login_connectors"] == offered
    assert "Lies mich, ü" in [connector["Name"] for connector in offered]


def stored_secret(site: Site, connector_id: str) -> str:
    """Return a connector's secret as Cells keeps it, whatever it shows."""
    oauth = json.loads(site.cells.config_path.read_text(encoding="utf-8"))["services"]["pydio.web.oauth"]
    (secret,) = [c["configoidc"]["clientSecret"] for c in oauth["connectors"] if c["id"] == connector_id]
    return str(secret)


@pytest.mark.parametrize("visibility", ["hidden", "masked"])
@pytest.mark.thorough
def test_a_secret_that_cells_hides_is_written_as_update_secret_says(visibility: str, lab: Any, tmp_path: Path) -> None:
    for site in make_site(lab, tmp_path, env={"STANDIN_SECRET_VISIBILITY": visibility}):
        predict_and_run(CONNECTOR, new(site, "hid"))
        assert stored_secret(site, "hid") == SECRET

        other = {"client_secret": OTHER_SECRET}
        predict_and_run(CONNECTOR, new(site, "hid", **other), changed=False)
        assert stored_secret(site, "hid") == SECRET, "nothing to compare, nothing written"
        done = predict_and_run(CONNECTOR, new(site, "hid", **other, name="Another name"))
        assert "clientSecret" in done["actions"][0]
        assert stored_secret(site, "hid") == OTHER_SECRET, "it goes along with another change"
        predict_and_run(CONNECTOR, new(site, "hid", update_secret="always"), again=False)
        assert stored_secret(site, "hid") == SECRET
        predict_and_run(CONNECTOR, new(site, "hid", **other, update_secret="on_create"), changed=False)
        assert stored_secret(site, "hid") == SECRET
        without = {**site.cells_options, "connector_id": "hid", "name": "A third name"}
        assert_one_clear_line(call_module(CONNECTOR, without), "client_secret")


def test_a_secret_that_cells_shows_is_left_alone_after_creation_if_asked(shared_site: Site) -> None:
    predict_and_run(CONNECTOR, new(shared_site, "shows", update_secret="on_create"))
    predict_and_run(
        CONNECTOR, new(shared_site, "shows", update_secret="on_create", client_secret=OTHER_SECRET), changed=False
    )
    assert stored_secret(shared_site, "shows") == SECRET
    predict_and_run(CONNECTOR, new(shared_site, "shows", update_secret="always", client_secret=OTHER_SECRET))
    assert stored_secret(shared_site, "shows") == OTHER_SECRET


# The audience in the configuration


@pytest.fixture(scope="module")
def standing_still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    """A Cells that ran once, so that it has its configuration, and stands still."""
    with Cells(tmp_path_factory.mktemp("stopped") / "cells") as cells:
        cells.stop()
        yield cells


@pytest.fixture
def stopped(standing_still: Cells) -> Iterator[Cells]:
    """The same for one test: its configuration is put back after it."""
    before = standing_still.config_path.read_bytes()
    yield standing_still
    standing_still.config_path.write_bytes(before)


def without_audience(clients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in client.items() if key != "audience"} for client in clients]


def by(cells: Cells, method: str, **options: Any) -> dict[str, Any]:
    """Return the options for one of the ways on the Cells host."""
    command = {"cells_bin": str(command_of(cells))} if method == "cli" else {}
    return {"method": method, "config_path": str(cells.config_path), **command, **options}


def command_of(cells: Cells) -> Path:
    """Return a cells command that runs in the environment of this Cells, as the one on a Cells host does."""
    wrapper = cells.directory / "cells"
    if not wrapper.exists():
        settings = " ".join(
            f"{name}={value}" for name, value in cells.environment.items() if name.startswith("STANDIN")
        )
        path = cells.environment["PATH"]
        wrapper.write_text(f'#!/bin/sh\nPATH="{path}" exec env {settings} "{cells.cells_bin}" "$@"\n', encoding="utf-8")
        wrapper.chmod(0o755)
    return wrapper


A, B = "https://a.example.org", "https://b.example.org:8443/ü?x=1&y=2"


@pytest.mark.parametrize("method", ["file", "cli"])
@pytest.mark.thorough
def test_the_audience_is_added_replaced_and_removed(method: str, stopped: Cells) -> None:
    assert audience_of(stopped) == []
    before = static_clients(stopped)
    steps: list[tuple[dict[str, Any], list[str]]] = [
        ({"audience": [A]}, [A]),
        ({"audience": [B]}, [A, B]),
        ({"audience": [B, "https://c.example.org"], "mode": "add"}, [A, B, "https://c.example.org"]),
    ]
    if method == "file":
        steps += [
            ({"audience": [B], "mode": "exact"}, [B]),
            ({"audience": [A, B]}, [B, A]),
            ({"audience": [B], "state": "absent"}, [A]),
            ({"state": "absent"}, []),
            ({"audience": [A]}, [A]),
            ({"audience": [], "mode": "exact"}, []),
        ]
    for options, seen in steps:
        done = predict_and_run(AUDIENCE, by(stopped, method, **options))
        assert audience_of(stopped) == seen == done["audience"]
        assert done["static_client"]["client_id"] == "cells-frontend"
        assert without_audience(static_clients(stopped)) == without_audience(before)
    if method == "cli":
        shorter = call_module(AUDIENCE, by(stopped, "cli", audience=[B], mode="exact"))
        assert_one_clear_line(shorter, "file")
        assert audience_of(stopped) == [A, B, "https://c.example.org"]
    predict_and_run(AUDIENCE, by(stopped, "file", state="absent"), changed=method == "cli")
    assert static_clients(stopped) == before


def test_the_audience_by_the_command(stopped: Cells) -> None:
    predict_and_run(AUDIENCE, by(stopped, "cli", audience=[A]), again=False)
    assert audience_of(stopped) == [A]
    predict_and_run(AUDIENCE, by(stopped, "file", state="absent"), again=False)
    missing = call_module(AUDIENCE, {**by(stopped, "cli", audience=[A]), "cells_bin": "/nowhere/cells"})
    assert_one_clear_line(missing, "/nowhere/cells")
    assert audience_of(stopped) == []


@pytest.mark.parametrize("method", ["file", "cli"])
def test_another_static_client(method: str, stopped: Cells) -> None:
    predict_and_run(AUDIENCE, by(stopped, method, audience=[A], oauth_client_id="cells-mobile"))
    assert audience_of(stopped, "cells-mobile") == [A]
    assert audience_of(stopped) == []
    predict_and_run(AUDIENCE, by(stopped, "file", state="absent", oauth_client_id="cells-mobile"))
    assert audience_of(stopped, "cells-mobile") == []


@pytest.mark.parametrize("method", ["file", "cli"])
def test_a_backup_is_made_on_request(method: str, stopped: Cells) -> None:
    def files() -> set[Path]:
        return set(stopped.working_dir.iterdir())

    before, text = files(), stopped.config_path.read_bytes()
    options = by(stopped, method, audience=[A], backup=True)
    assert call_module(AUDIENCE, options, check=True)["backup_file"] == ""
    assert files() == before

    done = call_module(AUDIENCE, options)
    again = call_module(AUDIENCE, options)

    backup = Path(done["backup_file"])
    assert re.fullmatch(r"pydio\.json\..+~", backup.name)
    assert backup.read_bytes() == text
    assert backup.stat().st_mode == stopped.config_path.stat().st_mode, "no more open than the file itself"
    assert again["backup_file"] == ""
    assert files() - before - {backup} == set()
    backup.unlink()
    assert call_module(AUDIENCE, by(stopped, "file", state="absent"))["backup_file"] == ""


@pytest.mark.parametrize("method", ["file", "cli"])
@pytest.mark.thorough
def test_a_running_server_is_noticed(method: str, tmp_path: Path) -> None:
    with Cells(tmp_path / "cells") as cells:
        before = cells.config_path.read_bytes()
        options = by(cells, method, audience=[A], wait_timeout=0)

        assert_one_clear_line(call_module(AUDIENCE, options), "Cells is running", "Stop Cells before the edit")
        assert call_module(AUDIENCE, options, check=True)["changed"]
        assert call_module("cells_config_info", {"config_path": str(cells.config_path)})["static_clients"]
        assert cells.config_path.read_bytes() == before

        assert call_module(AUDIENCE, {**options, "allow_running": True})["changed"]
        assert audience_of(cells) == [A]
        assert not call_module(AUDIENCE, options)["changed"]


@pytest.mark.parametrize("method", ["file", "cli"])
@pytest.mark.thorough
def test_children_that_are_still_ending_are_waited_for(method: str, tmp_path: Path) -> None:
    with Cells(tmp_path / "cells") as cells:
        before = cells.config_path.read_bytes()
        options = by(cells, method, audience=[A])
        group = process.running(cells.directory)
        assert group is not None
        # To the server alone, as "kill" does it: a child is left.
        os.kill(group, signal.SIGTERM)
        assert process.wait_for(lambda: process.running(cells.directory) is None, 60)

        left = call_module(AUDIENCE, {**options, "wait_timeout": 0})
        assert_one_clear_line(left, "Cells has been stopped, but its child processes are still running", "End them")
        assert cells.config_path.read_bytes() == before

        with subprocess.Popen(["sh", "-c", f"sleep 1; kill -TERM -{group}"]):
            assert call_module(AUDIENCE, {**options, "wait_timeout": 60})["changed"]
        assert audience_of(cells) == [A]


def test_the_audience_through_the_rest_api(lab: Any, tmp_path: Path) -> None:
    with Cells(tmp_path / "cells", env={"STANDIN_OAUTH2CLIENTS": "full"}) as cells:

        def clients() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = ask(cells, "config/oauth2clients")["staticClients"]
            return found

        def audience() -> list[str]:
            (client,) = [client for client in clients() if client["client_id"] == "cells-frontend"]
            return client.get("audience") or []

        before = clients()
        options = {"method": "api", "cells_url": cells.url, "cells_token": cells.token}
        for given, seen in (
            ({"audience": [A]}, [A]),
            ({"audience": [B]}, [A, B]),
            ({"audience": [B], "mode": "exact"}, [B]),
            ({"state": "absent"}, []),
        ):
            predict_and_run(AUDIENCE, {**options, **given})
            assert audience() == seen
            assert without_audience(clients()) == without_audience(before)
        predict_and_run(AUDIENCE, {**options, "audience": [A]}, again=False)
        assert audience_of(cells) == [A], "it is in the configuration, not only in memory"


def test_the_audience_through_the_rest_api_if_fields_are_hidden(shared_site: Site) -> None:
    before = shared_site.cells.config_path.read_bytes()
    options = {"method": "api", **shared_site.cells_options, "audience": [A]}
    for check in (True, False):
        assert_one_clear_line(call_module(AUDIENCE, options, check=check), "method file or cli")
    assert shared_site.cells.config_path.read_bytes() == before
