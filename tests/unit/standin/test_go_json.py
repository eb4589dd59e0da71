# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON is read and written as Go does it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standin import go_json


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("9007199254740993", "9007199254740992"),
        ("100000000000000000000", "100000000000000000000"),
        ("1e21", "1e+21"),
        ("1.5e300", "1.5e+300"),
        ("0.000001", "0.000001"),
        ("0.00000123", "0.00000123"),
        ("1e-7", "1e-7"),
        ("-1.25e-10", "-1.25e-10"),
        ("-0.0", "-0"),
        ("1.0", "1"),
        ("123456.789", "123456.789"),
        ("5e-324", "5e-324"),
    ],
)
def test_numbers_pass_through_a_float(text: str, written: str) -> None:
    assert go_json.compact(go_json.loads(text)) == written


@given(some.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(number: float) -> None:
    text = go_json.number_text(number)
    assert float(text) == number
    assert ("e" in text) is (number != 0 and not 1e-6 <= abs(number) < 1e21)


def test_text_is_escaped() -> None:
    value = {"z": 'a"\\/<b>&\u2028\u2029\n\r\t\b\f\x01\x7f É東\ud800', "Z": [], "a": {}}
    assert go_json.dumps(value) == (
        '{\n  "Z": [],\n  "a": {},\n  "z": "a\\"\\\\/\\u003cb\\u003e\\u0026\\u2028\\u2029'
        '\\n\\r\\t\\b\\f\\u0001\x7f É東\ufffd"\n}'
    )


@pytest.mark.parametrize("text", ["", "{", "NaN", "Infinity", "1e400", "{'a': 1}", "[1,]", "1 2"])
def test_text_that_is_not_json(text: str) -> None:
    with pytest.raises(go_json.GoJsonError):
        go_json.loads(text)


_values = some.recursive(
    some.none() | some.booleans() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@given(_values)
def test_written_values_read_back(value: Any) -> None:
    assert go_json.loads(go_json.dumps(value)) == value
    assert go_json.loads(go_json.compact(value)) == value
