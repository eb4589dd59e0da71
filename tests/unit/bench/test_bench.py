# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark's evaluation of its runs. No test here depends on a clock."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.compare import check_unchanged
from bench.measure import Command, Cost, logins, median, run, slope
from bench.report import growth, table
from lab.access_log import LoggedRequest
from lab.errors import LabError

TOKEN = "/realms/master/protocol/openid-connect/token"


def cost(wall: float, memory: float = 50e6) -> Cost:
    return Cost(wall=wall, cpu=wall / 2, memory=memory, requests=8, logins=1)


def test_memory_and_exit_code_are_those_of_the_command(tmp_path: Path) -> None:
    big = Command([sys.executable, "-c", "held = b'x' * 200_000_000"], os.environ)
    assert run(big, tmp_path)["memory"] > 200e6
    # The memory of this process must not count for a small command.
    held = b"x" * 200_000_000
    assert run(Command(["true"], os.environ), tmp_path)["memory"] < 100e6
    assert len(held) == 200_000_000


def test_a_failed_command_is_named_with_its_last_words(tmp_path: Path) -> None:
    failing = Command([sys.executable, "-c", "print('no such realm'); raise SystemExit(4)"], os.environ)
    with pytest.raises(LabError, match="ended with exit code 4:\nno such realm"):
        run(failing, tmp_path)


def test_logins_are_the_requests_for_a_token() -> None:
    served = [
        LoggedRequest("POST", TOKEN, "", 200),
        LoggedRequest("POST", f"{TOKEN}/introspect", "", 200),
        LoggedRequest("GET", "/admin/realms/cells/clients", "clientId=a", 200),
        LoggedRequest("POST", TOKEN.replace("master", "cells"), "", 401),
    ]
    assert logins(served) == 2


def test_median_takes_each_figure_by_itself() -> None:
    costs = [Cost(1, 9, 5, 8, 1), Cost(3, 7, 4, 8, 1), Cost(2, 8, 6, 9, 1)]
    assert median(costs) == Cost(2, 8, 5, 8, 1)


def test_slope_is_the_cost_of_a_further_object() -> None:
    assert slope({200: 4.0, 1: 2.01, 20: 77.0}) == pytest.approx(0.01)
    with pytest.raises(ValueError, match="two numbers"):
        slope({1: 2.0})


def test_a_change_in_an_unchanged_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "output.txt").write_text("localhost : ok=5  changed=0\nsecond : ok=5  changed=0\n", encoding="utf-8")
    check_unchanged("somebody", tmp_path)
    (tmp_path / "output.txt").write_text("localhost : ok=5  changed=0\nsecond : ok=5  changed=2\n", encoding="utf-8")
    with pytest.raises(LabError, match="somebody changes 2 things in an unchanged run"):
        check_unchanged("somebody", tmp_path)


def test_table_of_two_contenders() -> None:
    costs = {
        "ours": {"first": [cost(1.0), cost(2.0), cost(3.0)], "unchanged": [cost(1.0)]},
        "theirs": {"first": [cost(8.0)], "unchanged": [cost(4.0)]},
    }
    rows = table(costs, share_of="ours").splitlines()[2:]
    assert rows == [
        "| ours | first | 2.00 (1.00-3.00) | 1.00 | 1.00 | 50 | 8 | 1 | 3 |",
        "| theirs | first | 8.00 | 0.25 | 4.00 | 50 | 8 | 1 | 1 |",
        "| ours | unchanged | 1.00 | 1.00 | 0.50 | 50 | 8 | 1 | 1 |",
        "| theirs | unchanged | 4.00 | 0.25 | 2.00 | 50 | 8 | 1 | 1 |",
    ]


def test_growth_with_the_number_of_clients() -> None:
    by_count = {1: {"ours": {"first": [cost(1.0)]}}, 201: {"ours": {"first": [cost(2.0)]}}}
    assert growth(by_count).splitlines() == [
        "| contender | run | 1, s | 201, s | ms per further client |",
        "|---|---|---:|---:|---:|",
        "| ours | first | 1.00 | 2.00 | 5 |",
    ]
