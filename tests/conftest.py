# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for tests of all kinds: one Keycloak and one LDAP server for all, a realm and a Cells for each; filters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.keycloak_server import NEWEST
from lab.lab import Lab
from lab.site import Site, make_site
from support.filters import Filter, FilterError


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Keycloak (KEYCLOAK_VERSION, or the newest) and LDAP, for all tests, or the lab that runs in the folder LAB."""
    if os.environ.get("LAB"):
        yield Lab.attach(Path(os.environ["LAB"]))
        return
    with Lab(keycloak_version=os.environ.get("KEYCLOAK_VERSION") or NEWEST, cells=False) as servers:
        yield servers


@pytest.fixture
def site(lab: Lab, tmp_path: Path) -> Iterator[Site]:
    """A site of its own for a test."""
    yield from make_site(lab, tmp_path)


@pytest.fixture(scope="module")
def shared_site(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site for the tests of one file, which leave it as they found it."""
    yield from make_site(lab, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def filter_process() -> Iterator[subprocess.Popen[str]]:
    """Yield the process that calls filters."""
    program = Path(__file__).parent / "support/filter_process.py"
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def call_filter(filter_process: subprocess.Popen[str]) -> Filter:
    """Return a function (name, *arguments, **options) that calls a filter; it raises FilterError."""
    assert filter_process.stdin is not None
    assert filter_process.stdout is not None
    stdin, stdout = filter_process.stdin, filter_process.stdout

    def call(name: str, *arguments: Any, **options: Any) -> Any:
        print(json.dumps({"name": name, "arguments": arguments, "options": options}), file=stdin, flush=True)
        answer = json.loads(stdout.readline())
        if "error" in answer:
            raise FilterError(answer["error"])
        return answer["value"]

    return call
