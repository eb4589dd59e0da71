# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as Go reads and writes it: every number becomes a float64, keys are sorted, HTML's characters are escaped."""

from __future__ import annotations

import json
import math
import re
from typing import Any

_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
    **{character: f"\\u{ord(character):04x}" for character in "<>&"},
}
_TO_ESCAPE = re.compile(r'["\\<>&\x00-\x1f\u2028\u2029]')
_SURROGATES = re.compile("[\ud800-\udfff]")


class GoJsonError(ValueError):
    """Text that is not JSON, or a number that does not fit into a float64."""


def loads(text: str) -> Any:
    """Return the value of a JSON text. Raises GoJsonError."""
    try:
        return json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise GoJsonError(str(error)) from error


def dumps(value: Any) -> str:
    """Return JSON text with an indent of two spaces and no newline at its end."""
    return _text(value, "\n")


def compact(value: Any) -> str:
    """Return JSON text on one line, without spaces."""
    return _text(value, "")


def well_formed(text: str) -> str:
    """Return text with each byte that is no UTF-8, as it comes from the command line, replaced by U+FFFD."""
    return _SURROGATES.sub("\ufffd", text)


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise GoJsonError(f"cannot unmarshal number {text} into Go value of type float64")
    return number


def _no_constant(name: str) -> Any:
    raise GoJsonError(f"invalid character {name[:1]!r} looking for beginning of value")


def _text(value: Any, newline: str) -> str:
    """newline: the beginning of a line at this depth, empty for text on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)):
        return number_text(float(value))
    deeper = f"{newline}  " if newline else ""
    if isinstance(value, list):
        items = [_text(item, deeper) for item in value]
        return f"[{deeper}{(',' + deeper).join(items)}{newline}]" if items else "[]"
    colon = ": " if newline else ":"
    # Go sorts by bytes of UTF-8, which is the order of code points.
    items = [f"{_string(key)}{colon}{_text(value[key], deeper)}" for key in sorted(value)]
    return f"{{{deeper}{(',' + deeper).join(items)}{newline}}}" if items else "{}"


def _string(text: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"

    return f'"{_TO_ESCAPE.sub(escaped, well_formed(text))}"'


def number_text(number: float) -> str:
    """Return a number in the shortest digits that give it back; with an exponent below 1e-6 and from 1e21 on."""
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    mantissa, _e, exponent_text = f"{number!r}e".rpartition("e")[0].partition("e")
    sign, mantissa = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, _dot, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    # The number is 0.<digits> times ten to the power of point.
    digits, point = whole + fraction, len(whole) + int(exponent_text or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 1e-6 <= abs(number) < 1e21:
        if point <= 0:
            return f"{sign}0.{'0' * -point}{digits}"
        if point >= len(digits):
            return f"{sign}{digits}{'0' * (point - len(digits))}"
        return f"{sign}{digits[:point]}.{digits[point:]}"
    exponent = point - 1
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    # Go writes e-09 as e-9, and e+21 as it is: an exponent from 21 on has two digits anyway.
    return f"{sign}{digits[0]}{fraction}e{'-' if exponent < 0 else '+'}{abs(exponent)}"
