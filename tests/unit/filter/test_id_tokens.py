# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter id_tokens: the tokens that it finds in a log, and the values that it does not show."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.filters import Filter, FilterError

NAME = "id_tokens"
CLAIMS = {"iss": "https://sso.example.org/realms/cells", "aud": "cells", "sub": "1", "email": "dora@example.org"}
SIGNATURE = "c2lnbmF0dXJlLW9mLWEtdG9rZW4tMDEyMzQ1Njc4OQ"


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(claims: Any, header: Any = None) -> str:
    return f"{encoded(header or {'alg': 'RS256'})}.{encoded(claims)}.{SIGNATURE}"


def test_a_token_is_found_in_a_line_of_json_and_shown_once(call_filter: Filter) -> None:
    line = json.dumps({"level": "debug", "msg": f"id_token from x: {token(CLAIMS)}"})
    assert call_filter(NAME, f"{line}\n{line}\n") == [{"header": {"alg": "RS256"}, "claims": CLAIMS}]


def test_values_that_bind_a_token_to_a_session_are_masked(call_filter: Filter) -> None:
    secret = "value-that-binds-a-token-to-a-session-0123456789"
    keys = ("nonce", "at_hash", "c_hash", "s_hash", "sid", "session_state", "jti")
    shown = call_filter(NAME, token({**CLAIMS, **dict.fromkeys(keys, secret)}))
    assert shown[0]["claims"] == {**CLAIMS, **dict.fromkeys(keys, "**********")}
    assert SIGNATURE not in str(shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing here",
        token({**CLAIMS, "typ": "Bearer"}),
        token({**CLAIMS, "typ": "Refresh"}),
        token({"iss": "x"}),
        token(["a", "list"]),
        f"{encoded({'alg': 'none'})}.eyJ____.{SIGNATURE}",
    ],
)
def test_text_that_is_not_an_id_token_is_left_out(call_filter: Filter, text: str) -> None:
    assert call_filter(NAME, text) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='eyJ.-_ abc\n{}"0', max_size=200))
def test_no_text_breaks_it(call_filter: Filter, text: str) -> None:
    assert isinstance(call_filter(NAME, text), list)


@pytest.mark.parametrize("value", [None, 1, ["eyJ"]])
def test_input_that_is_not_text_is_one_line(call_filter: Filter, value: object) -> None:
    with pytest.raises(FilterError, match="takes a text"):
        call_filter(NAME, value)
