# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures this collection beside others that bring about the same in Keycloak, and writes ``docs/benchmark.md``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

from bench import environments, report
from bench.compare import Costs, compare, count_module_tasks, repeat_play
from bench.contenders import FORKS, floor, keycloak_side, many_clients, play
from bench.measure import run
from bench.place import Place, new_place, write_fleet
from lab.demo import PLAYBOOK, write_variables
from lab.errors import LabError
from lab.keycloak_server import NEWEST
from lab.lab import Lab

PAGE = Path(__file__).parents[2] / "docs" / "benchmark.md"
PARTS = ("keycloak", "clients", "role", "fleet")
FLEET = PLAYBOOK.with_name("fleet.yml")
REPEAT = 5


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the page; return 0, or 1 after a LabError (on stderr)."""
    options = _parser().parse_args(arguments)
    try:
        text = _measure(options)
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    _publish(text, options)
    return 0


def _publish(text: str, options: argparse.Namespace) -> None:
    """Write the page to the documentation if everything was measured often enough; otherwise print it."""
    complete = options.repeat >= REPEAT and set(options.parts) == set(PARTS)
    path = options.output or (PAGE if complete else None)
    if path:
        path.write_text(text, encoding="utf-8")
        print(f"Written: {path}", file=sys.stderr)
    else:
        print(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--repeat", type=int, default=REPEAT, help="runs of each contender (default: %(default)s)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure (everything)")
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 20, 200], help="numbers of clients (1 20 200)")
    parser.add_argument("--hosts", type=int, default=40, help="hosts of the fleet (default: %(default)s)")
    parser.add_argument("--config-cli", type=Path, help="the jar of keycloak-config-cli")
    parser.add_argument("--without-config-cli", action="store_true", help="leave keycloak-config-cli out")
    parser.add_argument(
        "--output",
        type=Path,
        help=f"file for the page (default: {PAGE.name} if complete, or print it)",
    )
    return parser


def _measure(options: argparse.Namespace) -> str:
    """Start the lab, measure the chosen parts, and return the page."""
    if not (options.config_cli or options.without_config_cli):
        raise LabError(f"keycloak-config-cli is missing: {environments.GET_CONFIG_CLI}")
    community = environments.community()
    version = environments.config_cli_version(options.config_cli) if options.config_cli else "not measured"
    machine = report.machine(_command(options), NEWEST, environments.community_version(community), version)
    sections = []
    with Lab() as lab, tempfile.TemporaryDirectory(prefix="cellsops-sso-bench-") as folder:
        if "keycloak" in options.parts:
            sections.append(_keycloak(lab, community, options.repeat))
        if "clients" in options.parts:
            sections.append(_clients(lab, community, options))
        if "role" in options.parts:
            sections.append(_role(lab, options.repeat, Path(folder)))
        if "fleet" in options.parts:
            sections.append(_fleet(lab, options, Path(folder)))
    return report.page(machine, sections)


def _command(options: argparse.Namespace) -> str:
    """Return the command that measures this again."""
    counts = " ".join(map(str, options.clients))
    chosen = f"--parts {' '.join(options.parts)} --repeat {options.repeat} --clients {counts} --hosts {options.hosts}"
    jar = f"--config-cli {options.config_cli.name}" if options.config_cli else "--without-config-cli"
    return f"make bench ARGS='{chosen} {jar}'"


def _keycloak(lab: Lab, community: Path, repeat: int) -> str:
    contenders = keycloak_side(community, 0)
    with new_place(lab) as place:
        pings = count_module_tasks(contenders[0].commands(place), place.folder)
    costs = compare(lab, keycloak_side(community, pings), repeat, Place.missing_rows)
    about = (
        "## The Keycloak side of one site\n\n"
        "The client, the client scope with its mapper, and the LDAP mapper of [the guide](guide.md). The role setup"
        " runs with `--tags client,ldap,scope`, which also looks after the connector in Cells; the others do not. The"
        f" floor is a play with as many tasks as the role has module tasks in this run ({pings}).\n\n"
    )
    return about + report.table(costs, share_of=contenders[0].name)


def _clients(lab: Lab, community: Path, options: argparse.Namespace) -> str:
    by_count: dict[int, Costs] = {}
    text = ""
    for count in options.clients:
        contenders = many_clients(community, options.config_cli, count)
        # Once warm, files stay so: the many clients need no extra round.
        warm = count == min(options.clients)
        missing = partial(Place.missing_clients, count=count)
        by_count[count] = compare(lab, contenders, options.repeat, missing, warm)
        text += f"\n### {count} client{'s' if count > 1 else ''}\n\n"
        text += report.table(by_count[count], share_of=contenders[0].name)
    about = (
        "## Many clients in one realm\n\n"
        "By default, keycloak-config-cli notes a checksum of its file in the realm. It skips a file that it knows and"
        " does not look at the clients. *unchanged* is with that cache off, so that it checks the clients.\n\n"
    )
    return about + report.growth(by_count) + text


def _role(lab: Lab, repeat: int, folder: Path) -> str:
    name = "the whole role setup, the demo's site"
    costs: Costs = {name: repeat_play(lab, name, play(PLAYBOOK, write_variables(lab)), repeat, folder)}
    empty = floor(0)
    costs |= compare(lab, [empty], repeat, lambda _place: [])
    return "## The whole role, unchanged\n\n" + report.table(costs)


def _fleet(lab: Lab, options: argparse.Namespace, folder: Path) -> str:
    """Measure a fleet on one Cells, in which each host has a connector of its own."""
    variables = write_variables(lab)
    # Makes everything that the hosts share, among it the audience, for which Cells has to be stopped.
    run(play(PLAYBOOK, variables), folder)
    inventory = write_fleet(options.hosts, folder, str(environments.collection() / "python"))
    name = f"playbook fleet, {options.hosts} hosts, --forks {FORKS}"
    command = play(FLEET, variables, "--inventory", str(inventory), "--forks", str(FORKS))
    costs = {name: repeat_play(lab, name, command, options.repeat, folder)}
    about = (
        "## A fleet, unchanged\n\n"
        f"All {options.hosts} hosts are this machine, and share one stand-in for Cells: each has a client and a"
        " connector of its own.\n\n"
    )
    return about + report.table(costs)


if __name__ == "__main__":
    sys.exit(main())
