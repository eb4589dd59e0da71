# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of findings, and the pure checks that no real server shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.config_reader import seconds
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_client import registers
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.check_times import (
    check_certificate,
    check_clocks,
    check_life_spans,
    check_session,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.findings import (
    BROKEN,
    CATALOGUE,
    MAIN,
    NOT_CHECKED,
    OK,
    UNKNOWN,
    WARNING,
    Finding,
    is_one_of,
    overall,
    skipped,
)
from ansible_collections.cellsops.sso.plugins.module_utils.doctor.readings import Reading
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unreachable

DOCS = Path(__file__).parents[3] / "docs/doctor.md"


def test_the_documentation_lists_every_finding_in_order() -> None:
    rows = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    listed = [row for row in rows if row.split("`")[1] in CATALOGUE]
    assert listed == [f"| `{name}` | {kind.row} | {kind.why} |" for name, kind in CATALOGUE.items()]


def test_a_group_is_skipped_by_its_star() -> None:
    assert [finding.id for finding in skipped("why", "ldap.*", "clock.skew")] == [
        "ldap.enabled",
        "ldap.reachable",
        "ldap.mapper",
        "ldap.cache",
        "clock.skew",
    ]


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [([], OK), ([OK, NOT_CHECKED], OK), ([OK, WARNING], WARNING), ([WARNING, BROKEN, OK], BROKEN)],
)
def test_the_worst_finding_counts(verdicts: list[str], worst: str) -> None:
    assert overall([Finding("clock.skew", verdict, "") for verdict in verdicts]) == worst


def test_a_main_question_without_an_answer_is_never_ok() -> None:
    unread = Finding("client.exists", NOT_CHECKED, "")
    assert overall([unread]) == UNKNOWN
    assert overall([unread, Finding("clock.skew", WARNING, "")]) == UNKNOWN
    assert overall([unread, Finding("connector.exists", BROKEN, "")]) == BROKEN


def test_findings_that_the_user_leaves_out_are_not_unknown() -> None:
    found = skipped("No user is named.", "token.*")
    assert overall(found, ["token.*"]) == OK
    assert overall(found, ["ldap.*"]) == UNKNOWN


def test_every_main_question_is_in_the_catalogue() -> None:
    assert all(any(is_one_of(name, [question]) for name in CATALOGUE) for question in MAIN)


CALLBACK = "https://cells.example.org/auth/login/keycloak/callback"


@pytest.mark.parametrize(
    ("uris", "root", "found"),
    [
        ([CALLBACK], "", True),
        ([], "", False),
        ([CALLBACK + "/"], "", False),
        ([CALLBACK.upper()], "", False),
        (["/auth/login/keycloak/callback"], "https://cells.example.org", True),
        (["auth/login/keycloak/callback"], "https://cells.example.org/", False),
        (["/auth/login/keycloak/callback"], "https://cells.example.org/", False),
        (["/auth/login/keycloak/callback"], "https://other.example.org", False),
        (["https://cells.example.org/*"], "", True),
        (["https://cells.example.org*"], "", True),
        (["/*"], "https://cells.example.org", True),
        (["https://cells.example.org/auth/login/keycloak/callback/*"], "", True),
        (["https://cells.example.org/auth/login/other/*"], "", False),
        (["*"], "", True),
    ],
)
def test_redirect_uris_match_as_in_keycloak(uris: list[str], root: str, found: bool) -> None:
    assert registers(uris, root, CALLBACK) is found


def clock(skew: float, unsure: float = 0.5) -> Reading:
    return Reading({"skew_seconds": skew, "uncertainty_seconds": unsure, "source": "a test"})


@pytest.mark.parametrize(
    ("keycloak", "cells", "verdict"),
    [
        *((0.0, 0.4, OK), (90.0, 90.2, OK), (5.9, 0.0, OK), (6.1, 0.0, WARNING), (-90.0, 0.0, WARNING)),
        # Cells does not look at when a token was issued, only at its end.
        *((9000.0, 0.0, WARNING), (-300.9, 0.0, WARNING), (-301.0, 0.0, BROKEN)),
    ],
)
def test_clocks_are_compared_with_one_another(keycloak: float, cells: float, verdict: str) -> None:
    spans = [{"name": "Keycloak: access token", "seconds": 300}]
    assert check_clocks({"Keycloak": clock(keycloak), "Cells": clock(cells)}, 5, spans).verdict == verdict


def test_a_clock_that_was_not_measured_is_not_checked() -> None:
    assert check_clocks({"Keycloak": Reading({}), "Cells": clock(0)}, 5, []).verdict == NOT_CHECKED
    unread = Reading(error=SsoError("no Date header"))
    finding = check_clocks({"Keycloak": clock(0), "Cells": unread}, 5, [])
    assert (finding.verdict, "no Date header" in finding.seen) == (NOT_CHECKED, True)


@pytest.mark.parametrize(
    ("reading", "checked", "verdict"),
    [
        (Reading({"url": "https://a", "days_left": 80, "local": False}), True, OK),
        (Reading({"url": "https://a", "days_left": 20, "local": False}), True, WARNING),
        (Reading({"url": "http://a", "days_left": None, "local": False}), True, WARNING),
        (Reading({"url": "http://127.0.0.1", "days_left": None, "local": True}), True, OK),
        (Reading(error=Unreachable("TLS", "https://a", "TLS failed: certificate has expired")), True, BROKEN),
        (Reading(error=Unreachable("TLS", "https://a", "TLS failed: certificate has expired")), False, WARNING),
        (Reading(error=Unreachable("TLS", "https://a", "no answer: Connection refused")), True, NOT_CHECKED),
    ],
)
def test_certificates(reading: Reading, checked: bool, verdict: str) -> None:
    assert check_certificate("tls.cells", reading, checked).verdict == verdict


def test_a_refresh_token_must_outlive_the_access_token() -> None:
    spans = [{"name": "Cells: access token", "seconds": 600}, {"name": "Cells: refresh token", "seconds": 600}]
    assert check_life_spans(spans, {}).verdict == WARNING
    assert check_life_spans([spans[0], {**spans[1], "seconds": 601}], {}).verdict == OK
    assert check_life_spans([], {"msg": "no such file"}) == Finding("session.life_spans", NOT_CHECKED, "no such file")


def test_the_outcome_of_a_login() -> None:
    def verdicts(session: dict[str, object]) -> list[str]:
        return [finding.verdict for finding in check_session(session)]

    login = {"username": "dora", "roles": []}
    refused = {"by": "Keycloak", "words": "Client disabled."}
    good = {"after_seconds": 0.1, "status": 200, "ok": True, "reason": ""}
    bad = {"after_seconds": 620.0, "status": 401, "ok": False, "reason": "not whitelisted"}
    assert verdicts({}) == [NOT_CHECKED, NOT_CHECKED]
    assert verdicts({"skipped": True, "msg": "check mode"}) == [NOT_CHECKED, NOT_CHECKED]
    assert verdicts({"msg": "The login ended at Keycloak", "refused": refused}) == [BROKEN, NOT_CHECKED]
    assert verdicts({"msg": "The Python library requests is needed"}) == [NOT_CHECKED, NOT_CHECKED]
    assert verdicts({"login": login, "refreshes": []}) == [OK, NOT_CHECKED]
    assert verdicts({"login": login, "refreshes": [good]}) == [OK, OK]
    assert verdicts({"login": login, "refreshes": [good, bad]}) == [OK, BROKEN]
    assert "after 620 s: HTTP 401. not whitelisted" in check_session({"login": login, "refreshes": [good, bad]})[1].seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10m", 600), ("1440h", 5184000), ("1h30m", 5400), ("1.5h", 5400), ("500ms", 0), ("60d", 5184000), ("soon", None)],
)
def test_durations_are_gos_and_days(text: str, expected: int | None) -> None:
    assert seconds(text) == expected
