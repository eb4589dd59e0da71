# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a run: the server's behavior for each assumption; no secrets, names or hosts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS, Assumption

VERDICTS = {
    "confirmed": "as assumed",
    "differs": "not as assumed",
    "not settled": "not settled",
    "not checked": "not checked",
}
"""The verdicts, and how tables show them."""


def make_report(
    versions: Mapping[str, str],
    made_at: str,
    answers: Mapping[str, Sequence[str]],
    reasons: Mapping[str, str],
    left_behind: Sequence[str],
) -> dict[str, Any]:
    """Return the report as plain data. answers, reasons: as of Checks. left_behind: the objects that could not be
    removed."""
    findings = [
        _finding(
            each, list(answers.get(each.id, [])), reasons.get(each.id, "") if len(answers.get(each.id, [])) != 1 else ""
        )
        for each in ASSUMPTIONS
    ]
    return {
        "format": 1,
        "made_at": made_at,
        "versions": dict(versions),
        "findings": findings,
        "left_behind": list(left_behind),
    }


def _finding(assumption: Assumption, answers: list[str], reason: str) -> dict[str, Any]:
    if not answers:
        verdict = "not checked"
    elif len(answers) > 1:
        verdict = "not settled"
    else:
        verdict = "confirmed" if answers[0] == assumption.default else "differs"
    return {
        "id": assumption.id,
        "question": assumption.question,
        "assumed": assumption.default,
        "answers": answers,
        "verdict": verdict,
        "reason": reason,
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return a report as a page for an issue."""
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    lines = [
        "# Conformance report",
        "",
        f"Made at {report['made_at']} with {versions}.",
        "",
        "| assumption | question | verdict | answer | reason |",
        "|---|---|---|---|---|",
    ]
    meanings = {each.id: each.answers for each in ASSUMPTIONS}
    for finding in report["findings"]:
        told = " or ".join(f"{answer} ({meanings[finding['id']][answer]})" for answer in finding["answers"])
        verdict = VERDICTS[finding["verdict"]]
        lines.append(f"| `{finding['id']}` | {finding['question']} | {verdict} | {told} | {finding['reason']} |")
    left = ", ".join(report["left_behind"])
    lines += [
        "",
        f"Left behind; remove it yourself: {left}." if left else "All created objects have been removed.",
        "",
    ]
    return "\n".join(lines)


def confirmed(reports: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Return the answers that reports confirm: {assumption: {answer: [versions of Cells]}}."""
    found: dict[str, dict[str, list[str]]] = {}
    for report in reports:
        for finding in report["findings"]:
            if finding["verdict"] in ("confirmed", "differs"):
                versions = found.setdefault(finding["id"], {}).setdefault(finding["answers"][0], [])
                version = str(report["versions"].get("Cells"))
                if version not in versions:
                    versions.append(version)
    return found
