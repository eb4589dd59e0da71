# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audience match agrees with the vectors of the real library."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.cells.audience_match import audience_match, parse_url

REFUSAL = {"error": "invalid_request", "status": 400}
"""The answer of OAuth's own interface besides the hint. Cells' session call turns it into 401."""
VECTORS = json.loads(Path(__file__).parents[2].joinpath("vectors/audience_match.json").read_text("utf-8"))


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_vector(number: int) -> None:
    vector: dict[str, Any] = VECTORS[number]
    hint = audience_match(vector["client_audience"], vector["granted_audience"])
    refused = {} if hint is None else {**REFUSAL, "hint": hint}
    asked = {name: vector[name] for name in ("client_audience", "granted_audience")}
    assert {**asked, "ok": hint is None, **refused} == vector


@pytest.mark.parametrize(
    ("listed", "granted", "good"),
    [
        ("https://c.example/a", "https://c.example/a/", True),
        ("https://c.example/a/", "https://c.example/a", True),
        ("https://c.example/a", "https://c.example/ab", False),
        ("HTTPS://c.example", "https://c.example", True),
        ("https://c.example:443", "https://c.example", False),
        ("https://c.example/%61", "https://c.example/a", True),
        ("https://c.example?x=1", "https://c.example#y", True),
        ("https://me@c.example", "https://c.example", True),
        ("https://[::1]:8080", "https://[::1]:8080/x", True),
        ("mailto:a@b", "mailto:c@d", True),
        ("*", "*", True),
    ],
)
def test_urls_are_compared_as_go_parses_them(listed: str, granted: str, good: bool) -> None:
    assert (audience_match([listed], [granted]) is None) is good


@pytest.mark.parametrize(
    "value",
    [
        "http://bad host",
        "https://c.example:80a",
        "https://c.example/%zz",
        "https://c.example/#%",
        ":8080",
        "c_example:8080",
        "https://[::1",
        "https://%41.example",
        "https://me <x>@c.example",
        "https://c.example/\x7f",
        "1a:b",
    ],
)
def test_one_url_that_go_cannot_parse_refuses_all(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_url(value)
    assert audience_match(["https://c.example", value], ["https://c.example"]) == (
        f"Unable to parse whitelisted audience '{value}'."
    )
    assert audience_match(["https://c.example"], [value]) == f"Unable to parse requested audience '{value}'."


def test_an_empty_grant_passes_for_every_list() -> None:
    assert audience_match(["http://bad host"], []) is None
