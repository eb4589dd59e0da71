# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conformance kit on a real Keycloak and the stand-in: it finds the stand-in's settings, and leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS, BY_ID
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.checks import OF_LOGIN
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.throw_away import ThrowAway
from ansible_collections.cellsops.sso.plugins.module_utils.definitions.cells_conformance import DEFINITION
from ansible_collections.cellsops.sso.plugins.module_utils.keycloak.session import KeycloakSession
from lab.lab import Lab
from lab.site import Site, make_site
from support.module import call_module
from support.playbook import Run, run_playbook

pytestmark = pytest.mark.thorough

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "conformance.yml"
NAME = "cellsops-conformance-"
OTHERS = {each.id: list(each.answers)[-1] for each in ASSUMPTIONS if each.id not in ("sso_audience", "reload")}
"""The answer of each assumption that is as far as can be from the assumed one; not those that prevent logins."""
SETTINGS: dict[str, dict[str, str]] = {
    "assumed": {},
    "others": {**OTHERS, "sso_audience": "none"},
    "masked": {
        "secret_visibility": "masked",
        "secret_on_put": "clear",
        "oauth2clients": "merge",
        "callback_path": "login",
        "login_begin": "challenge",
        "rule_string": "regex",
        "missing_roles": "ignored",
    },
    "hidden": {
        "secret_visibility": "hidden",
        "login_name": "name_key",
        "login_failure": "redirect",
        "dn_to_name": "no",
        "missing_claim": "keeps",
        "refused_refresh": "500",
        "email_verified_false": "passed",
    },
    "mixed": {
        "secret_on_put": "clear",
        "oauth2clients": "full",
        "login_end": "auth_callback",
        "callback_path": "dex",
        "sso_audience": "none",
        "debug_id_token": "no",
        "sites": "ignored",
        "missing_roles": "ignored",
        "dn_to_name": "no",
    },
    "asked": {"sso_audience": "asked", "secret_visibility": "masked"},
    "restart": {"reload": "restart", "oauth2clients": "full"},
}
UNSETTLED = {"asked": set(OF_LOGIN) - {"sso_audience"}, "restart": {*OF_LOGIN, "sites"}}
"""Assumptions that no setting shows, besides the fields of a static client, because the kit changes none in use."""


def variables(site: Site, **changes: Any) -> dict[str, Any]:
    return {
        **site.role_variables,
        "conformance_test_instance": "localhost",
        "conformance_cells_log": str(site.cells.working_dir / "logs" / "pydio.log"),
        "conformance_settle_time": 0,
        "conformance_output": str(site.folder),
        **changes,
    }


def run_kit(site: Site, *arguments: str, **changes: Any) -> Run:
    return run_playbook(PLAYBOOK, variables(site, **changes), site.folder / "play", *arguments)


def state(site: Site) -> dict[str, Any]:
    """Everything that anybody could have touched: of sessions, only whose they are."""
    kept = json.loads((site.cells.working_dir / "standin-state.json").read_text(encoding="utf-8"))
    return {
        "clients": site.admin.get_clients(),
        "users": site.admin.get_users({}),
        "scopes": site.admin.get_client_scopes(),
        "configuration": json.loads(site.cells.config_path.read_text(encoding="utf-8")),
        "cells users": kept["users"],
        "cells roles": kept["roles"],
    }


def writes(site: Site) -> list[tuple[str, str]]:
    lines = (site.cells.working_dir / "standin-requests.log").read_text(encoding="utf-8").splitlines()
    requests = [json.loads(line) for line in lines]
    # Other paths are the lab's own, such as that of the administrator's token.
    return [
        (each["method"], each["path"])
        for each in requests
        if each["method"] not in ("GET", "HEAD") and each["path"].startswith("/a/")
    ]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {"CELLS_LOG": "debug", **{f"STANDIN_{name.upper()}": value for name, value in settings.items()}}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_report_has_the_settings_of_the_server_and_nothing_is_left(lab: Lab, tmp_path: Path, name: str) -> None:
    settings = SETTINGS[name]
    for site in make_site(lab, tmp_path, env=environment(settings)):
        before = state(site)
        run = run_kit(site)
        assert run.exit_code == 0, run.output
        assert state(site) == before

        report = json.loads((tmp_path / "conformance-report.json").read_text(encoding="utf-8"))
        found = {finding["id"]: finding["answers"] for finding in report["findings"]}
        expected = {each.id: [settings.get(each.id, each.default)] for each in ASSUMPTIONS}
        expected |= {unsettled: [] for unsettled in UNSETTLED.get(name, ())}
        if expected["oauth2clients"] != ["full"]:
            expected["oauth2clients"] = ["schema", "merge"]
        assert found == expected
        assert report["left_behind"] == []
        assert all(finding["reason"] for finding in report["findings"] if len(finding["answers"]) != 1)

        others = [path for method, path in writes(site) if NAME not in path and path != "/a/frontend/session"]
        assert others == []
        page = (tmp_path / "conformance-report.md").read_text(encoding="utf-8")
        for text in (json.dumps(report), page):
            for private in (site.cells.token, lab.keycloak.admin_password, site.realm, "localhost", NAME, "@"):
                assert private not in text


def test_every_answer_is_tried_in_some_setting() -> None:
    tried = {(each.id, values.get(each.id, each.default)) for values in SETTINGS.values() for each in ASSUMPTIONS}
    assert tried == {(each.id, answer) for each in ASSUMPTIONS for answer in each.answers}


def test_all_objects_are_removed_after_a_failure(site: Site) -> None:
    # The client is made first; then Keycloak refuses the user's password.
    site.admin.update_realm(site.realm, {"passwordPolicy": "length(200)"})
    before = state(site)
    run = run_kit(site)
    assert run.exit_code == 2
    assert "password" in run.failure
    assert state(site) == before


def module_options(site: Site, **changes: Any) -> dict[str, Any]:
    options = {"test_instance": "localhost", "run": "0123456789ab"}
    return {**site.keycloak_options, **site.cells_options, **options, **changes}


def test_absent_removes_the_objects_of_a_killed_run(site: Site) -> None:
    before = state(site)
    defaults = {name: spec.get("default") for name, spec in DEFINITION.argument_spec.items()}
    options = {**defaults, **module_options(site)}
    made = ThrowAway(KeycloakSession(options, site.realm), CellsSession(options), options["run"])
    made.make()
    made.put_connector(site.issuer, made.redirect_uris["connector"], secret=made.secret)
    made.put_static_client("audience")
    assert state(site) != before
    assert call_module("cells_conformance", module_options(site, state="absent")) == {"changed": False}
    assert state(site) == before


def test_a_server_that_is_not_named_as_one_for_tests_is_refused(site: Site) -> None:
    requests = len(writes(site))
    run = run_kit(site, conformance_test_instance="cells.example.org")
    assert run.exit_code == 2
    assert "conformance_test_instance must be localhost" in run.failure
    refused = call_module("cells_conformance", module_options(site, test_instance=""))
    assert refused["msg"].startswith("test_instance is '', but the host of cells_url is 'localhost'.")
    assert len(writes(site)) == requests


def test_check_mode_makes_nothing(site: Site) -> None:
    before = state(site)
    run = run_kit(site, "--check")
    assert run.exit_code == 0, run.output
    assert writes(site) == []
    assert state(site) == before


def test_the_settings_name_assumptions() -> None:
    assert {name for values in SETTINGS.values() for name in values} <= set(BY_ID)
