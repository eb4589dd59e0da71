# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter doctor_report_lines shows a report in lines for a terminal; tests/browser shows it whole reports."""

from __future__ import annotations

from typing import Any

import pytest

from support.filters import Filter, FilterError

NAME = "doctor_report_lines"


def report(*findings: dict[str, Any], **own: Any) -> dict[str, Any]:
    site = {"cells_url": "https://cells.example.org"}
    return {"verdict": "broken", "site": site, "checked_at": "2026-11-26 15:00", "findings": list(findings), **own}


def finding(finding_id: str, verdict: str, **own: Any) -> dict[str, Any]:
    return {"id": finding_id, "row": "", "verdict": verdict, "seen": "Seen.", "todo": "", **own}


def test_findings_are_shown_by_weight_and_the_rest_is_counted(call_filter: Filter) -> None:
    lines = call_filter(
        NAME,
        report(
            finding("client.flow", "warning", row="G6"),
            finding("client.enabled", "broken", todo="Turn it on."),
            finding("login.page", "ok"),
            finding("ldap.cache", "not checked", seen="No provider."),
            finding("ldap.mapper", "not checked", seen="No provider."),
        ),
    )

    assert lines == [
        "BROKEN: single sign-on of https://cells.example.org, 2026-11-26 15:00",
        "BROKEN   client.enabled: Seen.",
        "         To do: Turn it on.",
        "WARNING  client.flow (G6): Seen.",
        "1 ok, 2 not checked:",
        "  ldap.*: No provider.",
    ]


def test_the_chain_has_a_line_for_each_link(call_filter: Filter) -> None:
    links = [
        {"id": "claim", "title": "Claim", "verdict": "ok", "values": ["a", "b", "c", "d"]},
        {"id": "role", "title": "Roles", "verdict": "broken", "values": ["x", "y"]},
        {"id": "rule", "title": "Rule", "verdict": "not checked", "values": []},
    ]

    lines = call_filter(NAME, report(chain={"username": "dora", "links": links}))

    assert [line.split() for line in lines[1:-1]] == [
        ["dora,", "from", "group", "to", "role:"],
        ["ok", "Claim", "a"],
        ["b"],
        ["and", "2", "more"],
        ["BROKEN", "Roles", "x,", "y"],
        ["not", "checked", "Rule", "not", "read"],
    ]


def test_the_members_of_a_group_are_listed_with_what_they_have_in_cells(call_filter: Filter) -> None:
    states = {"ada": (True, True), "bert": (False, False), "cleo": (True, False), "dora": (None, None)}
    members = [{"username": name, "in_cells": known, "has_role": has} for name, (known, has) in states.items()]
    others = [{"username": f"user{number}", "in_cells": False, "has_role": False} for number in range(20)]
    group = {"group": "staff", "roles": ["staff"], "members": [*members, *others], "complete": False}

    lines = call_filter(NAME, {"verdict": "ok", "findings": [], "group": group})

    assert lines[1:6] == [
        "staff, role in Cells: staff, members:",
        "  has it       ada",
        "  no login     bert",
        "  next login   cleo",
        "  not known    dora",
    ]
    assert "  and 4 or more others" in lines


def test_control_characters_are_left_out_and_no_line_is_too_long(call_filter: Filter) -> None:
    lines = call_filter(NAME, report(finding("a.b", "broken", seen="\x1b[31m" + "x" * 300 + "\u202e")))

    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) <= 88
    assert lines[-2].endswith("…")


@pytest.mark.parametrize("wrong", [None, [], {}])
def test_something_else_is_refused_in_one_line(wrong: object, call_filter: Filter) -> None:
    with pytest.raises(FilterError, match="not a report"):
        call_filter(NAME, wrong)
