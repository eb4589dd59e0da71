# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the figures as Markdown, for ``docs/benchmark.md``."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bench.compare import ONCE_ABOVE, Costs
from bench.contenders import CACHED, FIRST, UNCHANGED
from bench.measure import Cost, median, slope
from lab import tools

LICENCE = """<!--
Copyright: (c) 2026, the cellsops.sso developers
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""
ABOUT = f"""# Benchmark

`make bench` measured these figures and wrote this page. Do not edit it.

All contenders work on the same Keycloak, one after the other, and each starts from a new realm. The benchmark checks
that all of them reach the same end state, and that an unchanged run changes nothing. Before the first measurement, each
contender runs once to warm up. Each collection has a Python environment of its own, with only the libraries that its
users install. Every figure is a median; the fastest and the slowest run are in brackets. A contender that takes more
than {ONCE_ABOVE} seconds is measured once.

- *Share* is the time of this collection divided by the contender's time: below 1, this collection is faster.
- *CPU* is the processor time of the command and everything that it starts. Keycloak's own time is not included.
- *Memory* is the peak of the largest process that the command starts.
- *Requests* and *logins* are counted in Keycloak's access log.
- The *load average* tells whether other programs ran on the machine, and the *nice value* with which priority the
  benchmark ran beside them. All contenders slow down together, so compare the shares, not the seconds.

"""
REPEAT = """## How to repeat it

Run `make bench` on a machine on which nothing else runs. It has the same requirements as `make demo`, and installs
the PyPI package `ansible` in an environment of its own. To include keycloak-config-cli, take its jar from one of its
releases or build it from its source with `mvn package`, and run
`make bench ARGS='--config-cli keycloak-config-cli.jar'`. To leave it out, run
`make bench ARGS=--without-config-cli`. To try the benchmark out, add `--repeat 1`: this prints the page
instead of writing it to the documentation.
"""
HEADER = (
    "| contender | run | wall time, s | share | CPU, s | memory, MB | requests | logins | runs |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
)
RUNS = (FIRST, UNCHANGED, CACHED)


def page(machine: Mapping[str, str], sections: Sequence[str]) -> str:
    """Return the whole page. machine: see ``machine``. sections: Markdown, in order."""
    facts = "| | |\n|---|---|\n" + "".join(f"| {name} | {value} |\n" for name, value in machine.items())
    return "\n".join([LICENCE, ABOUT + facts, *sections, REPEAT])


def machine(command: str, keycloak: str, community: str, config_cli: str) -> dict[str, str]:
    """Return the circumstances of the measurement, by name. command: the command to repeat it. The others are
    versions."""
    java = subprocess.run([tools.java(), "-version"], capture_output=True, text=True, check=True).stderr
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "command": f"`{command}`",
        "date": datetime.now(tz=UTC).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}",
        "load average before": f"{os.getloadavg()[0]:.1f}",
        "nice value": str(os.nice(0)),
        "Keycloak": keycloak,
        "Java": str(tools.java_version(java)),
        "Python": platform.python_version(),
        "ansible-core": importlib.metadata.version("ansible-core"),
        "python-keycloak": importlib.metadata.version("python-keycloak"),
        "community.general": community,
        "keycloak-config-cli": config_cli,
    }


def table(costs: Costs, share_of: str | None = None) -> str:
    """Return a table of the medians. share_of: the contender whose time is divided by each one's; None: no shares."""
    rows = []
    for run in RUNS:
        reference = costs.get(share_of or "", {}).get(UNCHANGED if run == CACHED else run)
        for name, runs in costs.items():
            if run in runs:
                rows.append(_row(name, run, runs[run], reference))
    return HEADER + "".join(rows)


def _row(name: str, run: str, costs: Sequence[Cost], reference: Sequence[Cost] | None) -> str:
    middle = median(costs)
    walls = [cost.wall for cost in costs]
    spread = f" ({min(walls):.2f}-{max(walls):.2f})" if len(walls) > 1 else ""
    share = f"{median(reference).wall / middle.wall:.2f}" if reference else ""
    figures = f"{middle.wall:.2f}{spread} | {share} | {middle.cpu:.2f} | {middle.memory / 1e6:.0f}"
    return f"| {name} | {run} | {figures} | {middle.requests:g} | {middle.logins:g} | {len(costs)} |\n"


def growth(by_count: Mapping[int, Costs]) -> str:
    """Return a table of wall times by number of clients, with the slope. by_count: {clients: costs}."""
    counts = sorted(by_count)
    head = "| contender | run | " + " | ".join(f"{count}, s" for count in counts) + " | ms per further client |\n"
    line = "|---|---|" + "---:|" * (len(counts) + 1) + "\n"
    rows = []
    for run in RUNS:
        for name in by_count[counts[0]]:
            walls = {count: _wall(by_count[count], name, run) for count in counts}
            found = {count: wall for count, wall in walls.items() if wall is not None}
            if len(found) == len(counts):
                cells = " | ".join(f"{wall:.2f}" for wall in found.values())
                steep = f"{slope(found) * 1000:.0f}" if len(found) > 1 else ""
                rows.append(f"| {name} | {run} | {cells} | {steep} |\n")
    return head + line + "".join(rows)


def _wall(costs: Costs, name: str, run: str) -> float | None:
    found = costs.get(name, {}).get(run)
    return median(found).wall if found else None
