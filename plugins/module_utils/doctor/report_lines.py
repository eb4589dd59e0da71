# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The doctor's report as lines for a terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

WIDTH = 88
"""With the indent and the quotes of Ansible, such a line fits a terminal of 100 columns."""

LONGEST, SHOWN = 270, 4
"""Characters of a finding, and findings of a kind that are shown in full."""

MEMBERS = 20
"""Members of a group that are shown."""

VALUE_WIDTH, VALUE_INDENT = 40, 48
"""The last column of the chain."""

WORDS = {"ok": "ok", "warning": "WARNING", "broken": "BROKEN", "unknown": "UNKNOWN"}
OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
"""Control characters of a terminal, and characters that change the direction of text."""


def report_lines(report: Mapping[str, Any]) -> list[str]:
    """Return the lines of a report of doctor_info."""
    findings = report.get("findings") or []
    head = f"{_word(report)}: single sign-on of {plain((report.get('site') or {}).get('cells_url'))}"
    lines = [cut(f"{head}, {plain(report.get('checked_at'))}", WIDTH)]
    for verdict in ("broken", "warning"):
        lines += _of_kind(WORDS[verdict], [each for each in findings if each.get("verdict") == verdict])
    chain = report.get("chain")
    if chain:
        lines.append(f"{cut(plain(chain.get('username')), 40)}, from group to role:")
        lines += [line for link in chain["links"] for line in _link(link)]
    return [*lines, *_group(report.get("group")), *_rest(findings)]


def _group(group: State | None) -> list[str]:
    """Return the lines about who is in the named group."""
    if not group:
        return []
    members, roles = group.get("members") or [], ", ".join(map(str, group.get("roles") or []))
    lines = [cut(f"{plain(group.get('group'))}, role in Cells: {plain(roles) or 'none'}, members:", WIDTH)]
    lines += [f"  {_state(member):<11}  {cut(plain(member.get('username')), 60)}" for member in members[:MEMBERS]]
    more = len(members) - MEMBERS
    return [*lines, f"  and {more}{'' if group.get('complete') else ' or more'} others"] if more > 0 else lines


def _state(member: State) -> str:
    """Return whether a member has the role in Cells, in two words at most."""
    if member.get("in_cells") is None:
        return "not known"
    if not member["in_cells"]:
        return "no login"
    return "has it" if member.get("has_role") else "next login"


def plain(value: Any) -> str:
    """Return a value as text without control characters; "" for None."""
    return OBEYED.sub(" ", str(value or "")).strip()


def cut(text: str, width: int) -> str:
    """Return text of that width at most, with an ellipsis if something is missing."""
    return text if len(text) <= width else text[: width - 1] + "…"


def _fold(text: str, width: int, indent: int) -> list[str]:
    """Return text in lines of that width; all but the first are indented."""
    lines = textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False) or [""]
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def _word(judged: Mapping[str, Any]) -> str:
    return WORDS.get(judged.get("verdict", ""), "not checked")


def _of_kind(word: str, findings: Sequence[State]) -> list[str]:
    """Return the lines of the broken ones, or of the warnings."""
    lines = [line for finding in findings[:SHOWN] for line in _finding(word, finding)]
    more = findings[SHOWN:]
    if more:
        names = plain(", ".join(finding["id"] for finding in more))
        lines.append(cut(f"{word:<8} and {len(more)} more: {names}", WIDTH))
    return lines


def _finding(word: str, finding: State) -> list[str]:
    row = f" ({plain(finding['row'])})" if finding.get("row") else ""
    first, *others = _fold(cut(f"{plain(finding['id'])}{row}: {plain(finding.get('seen'))}", LONGEST), 79, 9)
    lines = [f"{word:<8} {first}", *others]
    if finding.get("todo"):
        first, *others = _fold(cut(f"To do: {plain(finding['todo'])}", LONGEST), 79, 9)
        lines += [" " * 9 + first, *others]
    return lines


def _link(link: State) -> list[str]:
    """Return the lines of a link of the chain: its verdict and title, then why, or its values."""
    first, *others = _told(link)
    return [f"  {_word(link):<11}  {cut(plain(link.get('title')), 31):<31}  {first}", *others]


def _told(link: State) -> list[str]:
    """Return the note of a link, or its values, one per line, except for roles."""
    values = link.get("values") or []
    if link.get("note"):
        return _fold(cut(plain(link["note"]), 2 * VALUE_WIDTH), VALUE_WIDTH, VALUE_INDENT)
    if not values:
        return ["no value" if link.get("verdict") in WORDS else "not read"]
    if link.get("id") == "role":
        return _fold(cut(plain(", ".join(map(str, values))), 6 * VALUE_WIDTH), VALUE_WIDTH, VALUE_INDENT)
    shown = [cut(plain(value), VALUE_WIDTH) for value in values[: 3 if len(values) == 3 else 2]]
    if len(values) > len(shown):
        shown.append(f"and {len(values) - len(shown)} more")
    return [shown[0], *(" " * VALUE_INDENT + line for line in shown[1:])]


def _rest(findings: Sequence[State]) -> list[str]:
    """Return how many findings are fine, and why others were not checked, each reason once."""
    unchecked = [each for each in findings if each.get("verdict") not in ("broken", "warning", "ok")]
    fine = sum(each.get("verdict") == "ok" for each in findings)
    lines = [f"{fine} ok, {len(unchecked)} not checked{':' if unchecked else ''}"]
    for reason in dict.fromkeys(each.get("seen") for each in unchecked):
        names = _names([each["id"] for each in unchecked if each.get("seen") == reason], findings)
        first, *others = _fold(f"{cut(names, LONGEST)}: {cut(plain(reason), LONGEST)}", 84, 4)
        lines += [f"  {first}", *others]
    return lines


def _names(ids: Sequence[str], findings: Sequence[State]) -> str:
    """Return ids of findings; those that are all there are of a group as client.*, say."""
    names = []
    for group in dict.fromkeys(each.partition(".")[0] for each in ids):
        own = [each for each in ids if each.partition(".")[0] == group]
        there = [each for each in findings if each["id"].partition(".")[0] == group]
        whole = len(own) > 1 and len(own) == len(there)
        names.append(f"{plain(group)}.*" if whole else plain(", ".join(own)))
    return ", ".join(names)
