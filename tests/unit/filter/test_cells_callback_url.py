# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter cells_callback_url makes row C3's URL, or one line that says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from support.filters import Filter, FilterError

NAME = "cells_callback_url"


@pytest.mark.parametrize(
    ("cells_url", "connector_id", "made"),
    [
        ("https://demo.cells.pydio", "keycloak", "https://demo.cells.pydio/auth/login/keycloak/callback"),
        ("https://demo.cells.pydio/", "keycloak", "https://demo.cells.pydio/auth/login/keycloak/callback"),
        ("http://127.0.0.1:8080/cells//", "a", "http://127.0.0.1:8080/cells/auth/login/a/callback"),
        ("https://[::1]:443", "a/b ü?", "https://[::1]:443/auth/login/a%2Fb%20%C3%BC%3F/callback"),
    ],
)
def test_the_url_is_made(call_filter: Filter, cells_url: str, connector_id: str, made: str) -> None:
    assert call_filter(NAME, cells_url, connector_id) == made


@pytest.mark.parametrize(
    ("cells_url", "connector_id", "words"),
    [
        ("demo.cells.pydio", "a", "is not a URL. Give scheme and host"),
        ("ftp://demo.cells.pydio", "a", "is not a URL"),
        ("https://", "a", "is not a URL"),
        ("https://demo.cells.pydio:port", "a", "is not a URL"),
        ("https://demo.cells.pydio:0", "a", "is not a URL"),
        ("https://demo cells", "a", "is not a URL"),
        ("https://[::1", "a", "is not a URL"),
        ("https://demo.cells.pydio?x=1", "a", "must not have a query or a fragment"),
        ("https://demo.cells.pydio/#", "a", "must not have a query or a fragment"),
        ("https://me:standin-secret-in-url-5d1c@demo.cells.pydio", "a", "must not contain an account"),
        (None, "a", "cells_url must be text, not of type NoneType"),
        ("https://demo.cells.pydio", 7, "connector_id must be text, not of type int"),
        ("https://demo.cells.pydio", "", "connector_id: must not be empty"),
    ],
)
def test_invalid_input_is_one_line(call_filter: Filter, cells_url: Any, connector_id: Any, words: str) -> None:
    with pytest.raises(FilterError) as raised:
        call_filter(NAME, cells_url, connector_id)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "standin-secret" not in str(raised.value)
