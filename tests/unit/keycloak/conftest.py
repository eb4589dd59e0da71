# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scripted Keycloak server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from responses import RequestsMock
from responses.registries import OrderedRegistry

from support.keycloak.scripted import Script


@pytest.fixture
def keycloak() -> Iterator[Script]:
    """Yield a script; the calls come in its order, none is left out and none comes on top."""
    with RequestsMock(assert_all_requests_are_fired=True, registry=OrderedRegistry) as mock:
        yield Script(mock)
