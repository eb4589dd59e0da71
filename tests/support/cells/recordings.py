# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of a real Pydio Cells Home 4.0.1 (tests/vectors/rest_home_4.0.1.json), and a comparison with other
answers.

Two answers are compared by status, content type, the keys of a JSON body and the kinds of their values, the words of an
error, the path of a redirect, and the attributes of a cookie.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VECTORS = Path(__file__).parents[2] / "vectors"
PAGE = "(the web interface's page)"
CUT = re.compile(r"^\.\.\. (\d+) in all$")
"""The placeholder in a list for items that were not recorded."""


def calls() -> list[dict[str, Any]]:
    """Return the recorded calls, in the order in which they were made."""
    found: list[dict[str, Any]] = json.loads((VECTORS / "rest_home_4.0.1.json").read_text("utf-8"))["calls"]
    return found


def recorded(name: str) -> dict[str, Any]:
    """Return the answer to a recorded call, by its name, as arguments of responses.add."""
    (real,) = (call["real"] for call in calls() if call["name"] == name)
    kind = real["content_type"] or None
    body = {"json": real["body"]} if kind == "application/json" else {"body": real["body"], "content_type": kind}
    return {"status": real["status"], **body}


def differences(real: dict[str, Any], answer: Any) -> list[str]:
    """Return the differences between an answer and the recorded one in words; an empty list if there are none."""
    found = []
    if answer.status_code != real["status"]:
        found.append(f"status {answer.status_code}, not {real['status']}")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind != real["content_type"]:
        found.append(f"content type {kind!r}, not {real['content_type']!r}")
    if real["body"] == PAGE:
        found += [] if "<html" in answer.text else ["no page"]
    elif isinstance(real["body"], str):
        found += [] if answer.text.strip() == real["body"] else [f"{answer.text[:60]!r}, not {real['body']!r}"]
    elif kind == "application/json":
        found += _unlike(answer.json(), real["body"], "", exact="Title" in real["body"])
    if "location" in real and urlsplit(answer.headers.get("location", "")).path != urlsplit(real["location"]).path:
        found.append(f"location {answer.headers.get('location')}, not {real['location']}")
    if _cookie(answer.headers.get("set-cookie", "")) != _cookie(real.get("set_cookie", "")):
        found.append(f"cookie {answer.headers.get('set-cookie')}, not {real.get('set_cookie')}")
    return found


def _unlike(value: Any, real: Any, path: str, exact: bool) -> list[str]:
    """Return the places at which two JSON values differ in keys or kinds; exact: in values too."""
    if type(value) is not type(real):
        return [f"{path or 'body'} is a {type(value).__name__}, not a {type(real).__name__}"]
    if isinstance(real, dict):
        found = [f"no {path}/{name}" for name in real.keys() - value.keys()]
        found += [f"{path}/{name} is new" for name in value.keys() - real.keys()]
        both = real.keys() & value.keys()
        return found + [each for name in both for each in _unlike(value[name], real[name], f"{path}/{name}", exact)]
    if isinstance(real, list):
        return _unlike_list(value, real, path, exact)
    return [f"{path} is {value!r}, not {real!r}"] if exact and value != real else []


def _unlike_list(value: list[Any], real: list[Any], path: str, exact: bool) -> list[str]:
    cut = CUT.match(real[-1]) if real and isinstance(real[-1], str) else None
    recorded, length = (real[:-1], int(cut[1])) if cut else (real, len(real))
    found = [] if len(value) == length else [f"{path} has {len(value)} items, not {length}"]
    for number, (one, other) in enumerate(zip(value, recorded, strict=False)):
        found += _unlike(one, other, f"{path}/{number}", exact)
    return found


def _cookie(header: str) -> tuple[str, set[str]]:
    """Return the name of a cookie and its attributes, without the moment when it expires."""
    name, *attributes = re.sub(r"(?i)expires=[^;]*", "Expires", header).split("; ")
    return name.partition("=")[0], {"Expires" if each.lower() == "expires" else each for each in attributes}
