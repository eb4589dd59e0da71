# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the conformance kit, and what reports confirm together."""

from __future__ import annotations

from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.report import (
    as_markdown,
    confirmed,
    make_report,
)


def report(version: str = "4.4.13", left: list[str] | None = None, **answers: list[str]) -> dict[str, Any]:
    versions = {"Cells": version, "Keycloak": "26.7.3"}
    return make_report(versions, "2026-11-26", answers, {"reload": "A server did not answer."}, left or [])


def test_every_assumption_has_a_finding_with_its_verdict() -> None:
    made = report(secret_visibility=["clear"], secret_on_put=["clear"], oauth2clients=["schema", "merge"])
    verdicts = {finding["id"]: finding["verdict"] for finding in made["findings"]}
    assert list(verdicts) == [each.id for each in ASSUMPTIONS]
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "not checked"} == {
        "secret_visibility": "confirmed",
        "secret_on_put": "differs",
        "oauth2clients": "not settled",
    }


def test_the_page_says_what_is_settled_why_the_rest_is_not_and_what_is_left_behind() -> None:
    page = as_markdown(report(secret_on_put=["clear"], left=["client in Keycloak"]))
    question = "What does a PUT of a connector without its secret do?"
    assert f"| `secret_on_put` | {question} | not as assumed | clear (removes the secret) |  |" in page
    assert "| not checked |  | A server did not answer. |" in page
    assert "Left behind; remove it yourself: client in Keycloak." in page
    assert "All created objects have been removed." in as_markdown(report())


def test_reports_confirm_an_answer_for_their_versions_and_nothing_that_is_not_settled() -> None:
    reports = [
        report("4.4.13", secret_on_put=["clear"], oauth2clients=["schema", "merge"]),
        report("5.0.1", secret_on_put=["keep"], reload=["at_once"]),
        report("5.0.1", secret_on_put=["keep"]),
    ]
    assert confirmed(reports) == {
        "secret_on_put": {"clear": ["4.4.13"], "keep": ["5.0.1"]},
        "reload": {"at_once": ["5.0.1"]},
    }
    assert confirmed([]) == {}
