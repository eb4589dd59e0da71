# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells command: admin config set, delete and list, admin user token, version and start.

Messages, streams and exit codes are those of the real command, as far as they are known.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import NoReturn

from standin import control, go_json
from standin.children import be_a_child
from standin.config_file import ConfigFile, ConfigFileError
from standin.config_table import table
from standin.durations import seconds
from standin.key_path import string_to_keys
from standin.settings import FLAGS, Settings, SettingsError, from_environment
from standin.stores import STORES, GoPanic, Store, StoreError

HELP = """The stand-in for Pydio Cells knows these commands:
  cells start [--bind HOST:PORT] [--external URL] [--log LEVEL] [--tls_cert_file FILE --tls_key_file FILE]
  cells version [-f TEMPLATE]
  cells admin config set SERVICE CONFIGNAME VALUE
  cells admin config delete SERVICE CONFIGNAME
  cells admin config list
  cells admin user token -u USER -e DURATION [-q]
"""

FORK_FLAGS = ("fork", "discovery", "grpc_port", "grpc_discovery_port", "http")
"""The arguments of the server's child processes."""

BAD, GOOD, WARN = "\x1b[31m\u2717\x1b[0m", "\x1b[32m\u2714\x1b[0m", "\x1b[33m\u26a0\x1b[0m"
DELAY = "Delaying exit to make sure write operations are committed."


class UsageError(Exception):
    """Wrong arguments; the command ends with exit code 1."""


def main(arguments: list[str]) -> int:
    """Run the command with its arguments and return its exit code."""
    try:
        for words, command in COMMANDS.items():
            if tuple(arguments[: len(words)]) == words:
                rest = arguments[len(words) :]
                if {"-h", "--help"} & set(rest):
                    break
                return command(rest)
    except (UsageError, SettingsError, ConfigFileError) as error:
        # The library for commands tells of it on stderr, and the command itself on stdout.
        print(f"Error: {error}", file=sys.stderr)
        print(error)
        return 1
    # As in the real one, a group of commands without a command that exists prints its help.
    print(HELP, end="")
    known = not arguments or arguments[0] in {"admin", "help", "-h", "--help", *(words[0] for words in COMMANDS)}
    return 0 if known else 1


def _parse(
    arguments: list[str], flags: dict[str, str], switches: frozenset[str] = frozenset()
) -> tuple[list[str], dict[str, str]]:
    """Return the positional arguments, and the flags by their long names. Raises UsageError.

    flags: each name, long or short, to the long name. --config is known to every command.
    """
    flags = {"config": "config", **flags}
    alone: list[str] = []
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return alone + rest, values
        if not word.startswith("-") or word == "-":
            alone.append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("--") and len(name) > 1 and not equals:
            name, value, equals = name[0], name[1:], "="
        if name not in flags:
            raise UsageError(f"unknown flag: {word}")
        if flags[name] in switches:
            values[flags[name]] = "true"
        elif equals:
            values[flags[name]] = value
        elif rest:
            values[flags[name]] = rest.pop(0)
        else:
            raise UsageError(f"flag needs an argument: {word}")
    return alone, values


def _open(values: dict[str, str]) -> tuple[ConfigFile, Store]:
    """Return the configuration file and its store. Raises UsageError for a configuration that is no file."""
    url = values.get("config") or os.environ.get("CELLS_CONFIG", "")
    if url and not url.startswith("file:"):
        raise UsageError(f"cannot open config {url.partition(':')[0]}: the stand-in only has the file pydio.json")
    settings = from_environment(os.environ)
    file = ConfigFile(settings.working_dir, settings.store)
    if file.open_keyring():
        print(f"{WARN} [Keyring] Auto-creating new value for pydio.grpc.user-key/keyring.master")
    return file, STORES[settings.store]


def _change(file: ConfigFile, change: Callable[[object], object]) -> int | None:
    """Load, change and save; return an exit code if the real command would fail."""
    root = file.load()
    before = go_json.dumps(root)
    try:
        root = change(root)
    except StoreError:
        # The real command ignores the error and saves its result.
        root = go_json.loads(before)
    except GoPanic as panic:
        print(f"panic: {panic}\n\ngoroutine 1 [running]:\nmain.main()\n\t/standin/main.go:1 +0x1d", file=sys.stderr)
        return 2
    file.save(root)
    return None


def config_set(arguments: list[str]) -> int:
    """Store a value, always as a string."""
    words, values = _parse(arguments, {})
    if len(words) < 3:
        raise UsageError("Requires at least three arguments, please see 'pydio config set --help'")
    service, name, value = words[:3]
    file, store = _open(values)
    keys = string_to_keys("services", service, name)
    failed = _change(file, lambda root: store.set(root, keys, go_json.well_formed(value)))
    if failed is not None:
        return failed
    return _committed(f"{GOOD} Config set")


def _committed(words: str) -> int:
    """Tell of a change and wait, as the real command does for a second; return the exit code."""
    print(words, DELAY, sep="\n", file=sys.stderr)
    time.sleep(float(os.environ.get("STANDIN_EXIT_DELAY", "0")))
    return 0


def config_delete(arguments: list[str]) -> int:
    """Delete a value."""
    words, values = _parse(arguments, {})
    if len(words) != 2:
        raise UsageError("requires two arguments")
    file, store = _open(values)
    keys = string_to_keys("services", *words)
    failed = _change(file, lambda root: store.delete(root, keys))
    if failed is not None:
        return failed
    return _committed("Deleted")


def config_list(arguments: list[str]) -> int:
    """Show the configuration as the store's generation does."""
    _words, values = _parse(arguments, {})
    file, _store = _open(values)
    root = file.load()
    if file.store == "v5-kv-nil":
        print("panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.main()", file=sys.stderr)
        return 2
    print(table(root, every_value=file.store == "v5-kv-trunc"), end="")
    return 0


def user_token(arguments: list[str]) -> int:
    """Make a personal access token. Missing arguments and unknown users end with 0.

    Without a running server it never ends, as the real one.
    """
    _words, values = _parse(
        arguments,
        {name: long for long in ("user", "expire", "auto", "scope", "quiet") for name in (long, long[0])},
        frozenset({"quiet"}),
    )
    login = values.get("user", "")
    if not login or not (values.get("expire") or values.get("auto")):
        print(f"Missing Arguments\n{HELP}", end="", file=sys.stderr)
        return 0
    lives: dict[str, float] = {}
    for flag, words in (("expire", "expire"), ("auto", "auto-refresh")):
        if values.get(flag):
            try:
                lives[flag] = seconds(values[flag])
            except ValueError:
                print(f"{BAD} Cannot parse {words} duration. Use golang format like 30s, 30m, 24h, 28d")
                return 1
    try:
        token = _token_of_the_server(login, lives)
    except control.UnknownUser:
        print("Cannot find user", file=sys.stderr)
        return 0
    if "quiet" in values:
        print(token, end="")
    else:
        print(f"{GOOD} This token for {login} will expire.\n{GOOD} {token}\n", file=sys.stderr)
        print(f"{WARN} Make sure to secure it as it grants access to the user resources!", file=sys.stderr)
    return 0


def _token_of_the_server(login: str, lives: dict[str, float]) -> str:
    """Return a new token once the server runs, however long that takes. Raises UnknownUser."""
    folder = from_environment(os.environ).working_dir
    while True:
        with contextlib.suppress(control.NotRunning):
            return control.make_token(folder, login, lives.get("expire"), lives.get("auto"))
        time.sleep(1)


def version(arguments: list[str]) -> int:
    """Show the version, or what a Go template with its fields makes; touches no file."""
    _words, values = _parse(arguments, {"format": "format", "f": "format"})
    settings = from_environment(os.environ)
    fields = {
        "PackageLabel": settings.package[1],
        "Version": settings.version,
        "BuildTime": "2026-01-01T00:00:00",
        "GitCommit": "0" * 40,
        "OS": "linux",
        "Arch": "amd64",
        "GoVersion": "go1.24",
    }
    if "format" in values:
        print(_templated(values["format"], fields), end="")
        return 0
    print(f"{fields['PackageLabel']}\n Version: \t{fields['Version']}")
    return 0


def _templated(template: str, fields: dict[str, str]) -> str:
    for name, value in fields.items():
        template = template.replace(f"{{{{.{name}}}}}", value)
    if "{{" in template:
        raise UsageError(f"failed to parse template: {template}")
    return template


def start(arguments: list[str]) -> int:
    """Run the server until it is stopped."""
    _words, values = _parse(arguments, {flag: flag for flag in (*FLAGS, *FORK_FLAGS)}, frozenset({"fork"}))
    if "fork" in values:
        return be_a_child()
    given = {FLAGS[flag]: value for flag, value in values.items() if flag in FLAGS}
    settings: Settings = from_environment(os.environ, given)
    try:
        from standin.server import serve
    except ImportError as error:
        _missing(error)
    return serve(settings)


def _missing(error: ImportError) -> NoReturn:
    raise UsageError(f"cells start needs Starlette, uvicorn, Authlib and httpx ({error}): pip install them") from error


COMMANDS: dict[tuple[str, ...], Callable[[list[str]], int]] = {
    ("start",): start,
    ("version",): version,
    ("admin", "config", "set"): config_set,
    ("admin", "config", "delete"): config_delete,
    ("admin", "config", "list"): config_list,
    ("admin", "user", "token"): user_token,
}
