# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for all unit tests: a module runner, and an environment that does not depend on the machine's."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from support.module import RunModule, run_module

# Several workers share few cores: a slow example is not a wrong one, and a run is the same each time.
settings.register_profile("unit", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("unit")

FOREIGN = ("KEYCLOAK_", "CELLS_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove variables that would replace options, or redirect requests."""
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            monkeypatch.delenv(name)


@pytest.fixture(name="run_module")
def _run_module() -> RunModule:
    """Return a function (name, options, check=False) that runs a module in this process."""
    return run_module
