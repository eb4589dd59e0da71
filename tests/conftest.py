# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real servers of the tests: one Keycloak and one LDAP server for all, a realm and a Cells for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.keycloak_server import NEWEST
from lab.lab import Lab
from lab.site import Site, make_site


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Keycloak (KEYCLOAK_VERSION, or the newest) and LDAP, for all tests."""
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
