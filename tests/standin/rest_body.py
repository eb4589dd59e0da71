# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The body of a call, read as strictly as Cells reads it: JSON into a message with known fields (protojson)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from standin.rest_error import RestError

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[-+\w.]+|\S|$')
"""The subject of the parser's complaint: a text, a word or one character."""


async def read_message(request: Request, fields: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """Return a request's JSON object. fields: the names that are known, with their types.

    Raises RestError 500 in the words of the real parser: for text that is not a JSON object, for an unknown field, and
    for a value of another type.
    """
    text = (await request.body()).decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except ValueError as error:
        raise _syntax(text) from error
    if not isinstance(body, dict):
        raise _syntax(text)
    for name, value in body.items():
        if name not in fields:
            raise RestError(500, f'proto: {_place(text, name)}: unknown field "{name}"')
        if value is not None and not isinstance(value, fields[name]):
            raise RestError(500, f"proto: {_place(text, name)}: unexpected token {json.dumps(value)}")
    return body


def _syntax(text: str) -> RestError:
    start = len(text) - len(text.lstrip())
    found = TOKEN.match(text, start)
    word = found.group() if found else ""
    what = (
        "invalid value" if re.match(r"[A-Za-z]", word) and word not in ("true", "false", "null") else "unexpected token"
    )
    return RestError(500, f"proto: syntax error (line 1:{start + 1}): {what} {word}")


def _place(text: str, name: str) -> str:
    at = text.find(json.dumps(name))
    line = text.count("\n", 0, at) + 1
    return f"(line {line}:{at - text.rfind(chr(10), 0, at)})"
