# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is measured: each contender says what it runs at a place, first and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench import environments
from bench.measure import Command
from bench.place import Place, wire_client
from lab import tools
from lab.demo import PLAYBOOK
from lab.secret import write_private

PLAYS = Path(__file__).with_name("plays")
FIRST, UNCHANGED, CACHED = "first", "unchanged", "unchanged, by its cache"
FORKS = 8
KEYCLOAK_SIDE = ["--tags", "client,ldap,scope"]


@dataclass(frozen=True)
class Contender:
    """A name for the tables, and what it runs at a place: run to command, in order.

    makes_state: whether the place is to be checked after its runs.
    """

    name: str
    commands: Callable[[Place], dict[str, Command]]
    makes_state: bool = True


def keycloak_side(community: Path, pings: int) -> list[Contender]:
    """Return the contenders for one site's objects in Keycloak. pings: how many ping tasks make the floor."""
    return [
        Contender("cellsops.sso, role setup", lambda place: _twice(_own(PLAYBOOK, place.write_variables()))),
        Contender(
            "community.general, 4 tasks",
            lambda place: _twice(_community(community, "community.yml", place.write_variables())),
        ),
        floor(pings),
        floor(0),
    ]


def many_clients(community: Path, config_cli: Path | None, count: int) -> list[Contender]:
    """Return the contenders for count clients in one realm. config_cli: the jar of keycloak-config-cli, or None."""
    contenders = [
        Contender(
            "cellsops.sso, one task",
            lambda place: _twice(_own(PLAYS / "collection_clients.yml", place.write_variables(count), [])),
        ),
        Contender(
            "community.general, a loop",
            lambda place: _twice(_community(community, "community_clients.yml", place.write_variables(count))),
        ),
        floor(count),
    ]
    if config_cli:
        contenders.insert(2, Contender("keycloak-config-cli", lambda place: _config_cli(config_cli, place, count)))
    return contenders


def floor(pings: int) -> Contender:
    """Return a play of so many ping tasks, which shows the time for as many modules that do nothing."""
    name = f"{pings} ansible.builtin.ping task{'s' if pings > 1 else ''}" if pings else "an empty play"
    return Contender(name, lambda place: {UNCHANGED: _pings(place.folder, pings)}, makes_state=False)


def play(playbook: Path, variables: Path, *arguments: str) -> Command:
    """Return an ansible-playbook of this checkout."""
    return _own(playbook, variables, list(arguments))


def _twice(command: Command) -> dict[str, Command]:
    return {FIRST: command, UNCHANGED: command}


def _own(playbook: Path, variables: Path, arguments: list[str] | None = None) -> Command:
    arguments = KEYCLOAK_SIDE if arguments is None else arguments
    program = str(environments.collection() / "ansible-playbook")
    return Command([program, str(playbook), "-e", f"@{variables}", *arguments], environments.own_environment())


def _community(binaries: Path, name: str, variables: Path) -> Command:
    arguments = [str(binaries / "ansible-playbook"), str(PLAYS / name), "-e", f"@{variables}"]
    return Command(arguments, environments.ansible_environment())


def _pings(folder: Path, count: int) -> Command:
    tasks = [{"name": f"Task {number}", "ansible.builtin.ping": {}} for number in range(count)]
    path = folder / "pings.yml"
    text = yaml.safe_dump([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}])
    path.write_text(text, encoding="utf-8")
    program = str(environments.collection() / "ansible-playbook")
    return Command([program, str(path)], environments.ansible_environment())


def _config_cli(jar: Path, place: Place, count: int) -> dict[str, Command]:
    """Return imports of the realm with count clients.

    By default it notes a checksum of the file in the realm, and skips a file that it knows without a look at the
    clients: only without that cache does an unchanged run check what is there.
    """
    keycloak = place.lab.keycloak
    path = place.folder / "realm.json"
    clients = [wire_client(number) for number in range(count)]
    write_private(path, json.dumps({"realm": place.realm, "clients": clients}))
    env = tools.environment(
        KEYCLOAK_URL=keycloak.url, KEYCLOAK_USER=keycloak.admin_username, KEYCLOAK_PASSWORD=keycloak.admin_password
    )
    arguments = [tools.java(), "-jar", str(jar), f"--import.files.locations={path}"]
    cached = Command(arguments, env)
    return {FIRST: cached, UNCHANGED: Command([*arguments, "--import.cache.enabled=false"], env), CACHED: cached}
