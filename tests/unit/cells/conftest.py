# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for the tests of the Cells side: a configuration file, the module that edits it, a user without rights."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
import trustme

from support.cells import pydio_json, scripted
from support.cells.pydio_json import NOBODY, EditAudience
from support.cells.scripted import CLIENTS, CONNECTORS, TOKEN, ScriptedCells, SetConnector, pydio_connector
from support.module import Outcome, RunModule


@pytest.fixture(autouse=True)
def commands(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is first on PATH; its systemctl knows no unit, so that the machine's own do not count."""
    for name in list(os.environ):
        if name.startswith("PYDIO_"):
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("commands")
    folder.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    systemctl = folder / "systemctl"
    systemctl.write_text("#!/bin/sh\nexit 0\n")
    systemctl.chmod(0o755)
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the path of a pydio.json as Cells writes it, alone in its folder."""
    path = tmp_path / "workdir" / "pydio.json"
    path.parent.mkdir()
    path.write_text(pydio_json.rendered(pydio_json.document()), encoding="utf-8")
    return path


@pytest.fixture
def edit_audience(run_module: RunModule, config: Path) -> EditAudience:
    """Return a function that runs cells_config_audience on the file; by default it adds one URL."""

    def edit(check: bool = False, **options: Any) -> Outcome:
        arguments = {"config_path": str(config), "audience": [pydio_json.URL], **options}
        return run_module("cells_config_audience", arguments, check)

    return edit


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that every user of this machine can reach, as tmp_path cannot."""
    folder = Path(tempfile.mkdtemp(prefix="cells-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def unprivileged(run_module: RunModule) -> Callable[[], contextlib.AbstractContextManager[None]]:
    """Return a context in which root has no more rights than nobody; other users stay who they are."""
    # All that the module imports late, as root may be the only one to read Python's own files.
    run_module("cells_config_audience", {"config_path": "/nonexistent/pydio.json", "audience": [pydio_json.URL]})

    @contextlib.contextmanager
    def as_nobody() -> Iterator[None]:
        if os.geteuid() != 0:
            yield
            return
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    return as_nobody


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    """Return the path of a certificate authority's file."""
    path = tmp_path / "own-ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """Return scripted answers; a call that none is scripted for fails."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def cells_server(http: responses.RequestsMock) -> ScriptedCells:
    """Return a server with its own connector and three static clients."""
    return ScriptedCells(http, {CONNECTORS: [pydio_connector()], CLIENTS: pydio_json.clients()})


@pytest.fixture
def set_connector(run_module: RunModule, cells_server: ScriptedCells) -> SetConnector:
    """Return a function that runs cells_connector for the connector keycloak of that server."""

    def run(check: bool = False, **options: Any) -> Outcome:
        arguments = {"cells_url": scripted.URL, "cells_token": TOKEN, "connector_id": "keycloak", **options}
        return run_module("cells_connector", arguments, check)

    return run
