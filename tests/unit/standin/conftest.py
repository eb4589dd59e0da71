# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in in this process, a browser for it and a provider that it talks to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from standin.settings import ADMIN_PASSWORD, Settings
from support.oidc_provider import Provider
from support.standin_app import EXTERNAL, Cells


@pytest.fixture(scope="session")
def rsa_key() -> RSAKey:
    """Return a key, made once."""
    return RSAKey.generate_key(2048, {"kid": "key-1"})


@pytest.fixture
def provider(rsa_key: RSAKey) -> Iterator[Provider]:
    """Return the provider; a call that it does not know fails the test."""
    scripted = Provider(rsa_key)
    yield scripted
    assert scripted.unexpected == []


@pytest.fixture
def start(tmp_path: Path, provider: Provider) -> Any:
    """Return a function that starts a stand-in in one and the same folder, with settings of the test's."""

    def started(**settings: Any) -> Cells:
        given = {"external": EXTERNAL, "admin_password": ADMIN_PASSWORD, **settings}
        return Cells(Settings(tmp_path, **given), provider)

    return started


@pytest.fixture
def cells(start: Any) -> Cells:
    """Return a stand-in as it is by default, with the guide's connector."""
    running: Cells = start()
    running.connect()
    return running
