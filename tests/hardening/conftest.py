# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the hardening tests go (HARDENING=full: all the way), and the numbers printed at their end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

import pytest

FULL = os.environ.get("HARDENING") == "full"
TALLY = "tally"

counted: Counter[str] = Counter()


@pytest.fixture(scope="session")
def scale() -> Callable[[int, int], int]:
    """Return a function (short, full) that returns the number to try: short in ``make test``."""
    return lambda short, full: full if FULL else short


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Return a function (what, count) that adds to the numbers of the summary. An example for ``what`` is ``faults
    tried``."""
    return lambda what, count: record_property(TALLY, (what, count))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the numbers of a test once, even if it ran in a worker."""
    if report.when == "call":
        for name, entry in report.user_properties:
            if name == TALLY:
                what, count = entry  # type: ignore[misc]
                counted[what] += count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the summary."""
    if counted:
        terminalreporter.section(f"hardening, {'in full' if FULL else 'in short: make hardening does more'}")
        width = max(map(len, counted))
        for what, count in sorted(counted.items()):
            terminalreporter.write_line(f"{what:<{width}}  {count:>7,}")
