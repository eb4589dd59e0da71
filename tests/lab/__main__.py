# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the lab: ``python -m lab up|status|down|cells``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from lab import process, tools, watchdog
from lab.cells_server import STORES
from lab.errors import LabError
from lab.keycloak_server import NEWEST
from lab.lab import Lab
from lab.realm import DEMO_REALM


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 a LabError (one line on stderr), 3 nothing runs."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Anyone who read the output has seen enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="Real servers for demo and tests.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--dir", type=_absolute, help="folder of the lab (default: one in the cache)")
    shared.add_argument("--json", action="store_true", help="print addresses and accounts as JSON")

    up = commands.add_parser("up", parents=[shared], help="start the servers and leave them up")
    up.add_argument("--keycloak-version", default=NEWEST, help="from 22.0.0 on (default: %(default)s)")
    up.add_argument("--realm", default=DEMO_REALM, help="realm that gets the LDAP provider (default: %(default)s)")
    up.add_argument("--access-token-life", type=int, default=15, help="of Cells' sessions, in seconds (%(default)s)")
    up.add_argument("--store", choices=STORES, default=STORES[0], help="flavour of Cells' store (default: %(default)s)")
    up.add_argument("--no-cells", action="store_true", help="only Keycloak and LDAP")
    up.set_defaults(run=_up)

    status = commands.add_parser("status", parents=[shared], help="show what runs")
    status.set_defaults(run=_status)
    down = commands.add_parser("down", parents=[shared], help="stop the servers")
    down.set_defaults(run=_down)

    cells = commands.add_parser("cells", parents=[shared], help="stop, start or restart Cells alone")
    cells.add_argument("action", choices=("stop", "start", "restart"))
    cells.set_defaults(run=_cells)
    return parser


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _directory(options: argparse.Namespace) -> Path:
    return options.dir or tools.cache_directory() / "lab"


def _up(options: argparse.Namespace) -> int:
    lab = Lab(
        _directory(options),
        keycloak_version=options.keycloak_version,
        realm_name=options.realm,
        access_token_life=options.access_token_life,
        store=options.store,
        cells=not options.no_cells,
    )
    _show(lab.start(), options.json)
    return 0


def _status(options: argparse.Namespace) -> int:
    lab = Lab.attach(_directory(options))
    _show(lab, options.json)
    return 0 if all(server.running for server in lab.servers) else 3


def _down(options: argparse.Namespace) -> int:
    directory = _directory(options)
    stopped = watchdog.stop_all(directory)
    print(f"stopped {', '.join(stopped)}" if stopped else f"nothing ran in {directory}", file=sys.stderr)
    (directory / "state.json").unlink(missing_ok=True)
    return 0


def _cells(options: argparse.Namespace) -> int:
    cells = Lab.attach(_directory(options)).cells
    if options.action in ("stop", "restart"):
        cells.stop()
    if options.action in ("start", "restart"):
        cells.start(quiet=True)
    print(f"Cells {'runs at ' + cells.url if cells.running else 'is stopped'}", file=sys.stderr)
    return 0


def _show(lab: Lab, as_json: bool) -> None:
    """Print addresses and accounts."""
    if as_json:
        print(json.dumps(lab.state(), indent=2))
        return
    for server in lab.servers:
        pid = server.pid
        print(f"{server.title:18} {'stopped' if pid is None else f'process {pid}, {process.memory(pid)} MB'}")
    print(f"\nKeycloak    {lab.keycloak.url}/admin/  {lab.keycloak.admin_username} / {lab.keycloak.admin_password}")
    print(f"realm       {lab.realm_name}  issuer {lab.issuer}")
    print(f"LDAP        {lab.ldap.url}  {lab.ldap.bind_dn} / {lab.ldap.bind_password}")
    for user, password in lab.ldap.users.items():
        print(f"  user      {user} / {password}")
    if lab.state()["cells"]:
        print(f"Cells       {lab.cells.url}/login  {lab.cells.admin_username} / {lab.cells.admin_password}")
        print(f"  token     {lab.cells.token}")
        print(f"  files     {lab.cells.working_dir}")
    print(f"all of it   {lab.directory / 'state.json'}")


if __name__ == "__main__":
    sys.exit(main())
