# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""cells_config_info: its readings of the file, and of the server that uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cells.pydio_json import SERVICE, document, rendered
from support.cells.server_process import FORKED, running
from support.module import RunModule

PUBLIC = "a-very-insecure-secret-for-checking-out-the-demo"


def test_the_secret_of_the_first_start_of_version_5_is_told(run_module: RunModule, config: Path) -> None:
    assert run_module("cells_config_info", {"config_path": str(config)})["oauth_secret_is_public"] is False
    changed = document()
    changed["services"][SERVICE]["secret"] = PUBLIC
    config.write_text(rendered(changed), encoding="utf-8")

    outcome = run_module("cells_config_info", {"config_path": str(config)})

    assert outcome["oauth_secret_is_public"] is True
    assert PUBLIC not in outcome.printed


@pytest.mark.parametrize(
    ("variables", "listed"),
    [
        ({}, []),
        ({"CELLS_CONNECTOR_USERNAME_AS_LOGIN": "keycloak"}, ["keycloak"]),
        ({"CELLS_CONNECTOR_USERNAME_AS_LOGIN": "keycloak, other,"}, ["keycloak", "other"]),
    ],
)
def test_the_running_server_tells_whose_login_is_the_user_name(
    run_module: RunModule, config: Path, tmp_path: Path, variables: dict[str, str], listed: list[str]
) -> None:
    options = {"config_path": str(config)}
    variables = {"CELLS_WORKING_DIR": str(config.parent), **variables}

    with running(tmp_path, "cells", ["start"], variables):
        assert run_module("cells_config_info", options)["username_as_login"] == listed
    with running(tmp_path, "cells", FORKED, variables):
        assert run_module("cells_config_info", options)["username_as_login"] is None
