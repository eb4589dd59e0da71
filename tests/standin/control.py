# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the cells command talks to the running server: by a note in the working directory, over the loopback."""

from __future__ import annotations

import json
import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

RUN_FILE = "standin-run.json"
PATH = "/standin/token"
HEADER = "X-Standin-Control"
TIMEOUT = 10
"""Seconds that the command waits for the server."""


class NotRunning(Exception):
    """There is no server to talk to; str() is one line."""


class UnknownUser(Exception):
    """The server has no such user."""


def write_run_file(folder: Path, values: dict[str, Any]) -> None:
    """Save the server's URL, external URL, process id and control key in a file that only this user can read."""
    target, fresh = folder / RUN_FILE, folder / f"{RUN_FILE}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=2)
    fresh.replace(target)


def make_token(folder: Path, login: str, expire: float | None, auto: float | None) -> str:
    """Return a new personal access token. expire and auto: seconds. Raises NotRunning, UnknownUser."""
    try:
        run = json.loads((folder / RUN_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NotRunning(f"There is no running server for {folder}: cells start") from error
    request = urllib.request.Request(
        run["url"] + PATH,
        data=json.dumps({"login": login, "expire": expire, "auto": auto}).encode(),
        headers={HEADER: run["control"], "Content-Type": "application/json"},
        method="POST",
    )
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if run.get("certificate"):
        context = ssl.create_default_context(cafile=run["certificate"])
        # The certificate is the server's own, no matter who issued it (Python 3.13 does the same by default). It need
        # not be valid for the loopback's name.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.check_hostname = False
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT) as answer:
            return str(json.load(answer)["token"])
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise UnknownUser(login) from error
        raise NotRunning(f"The server answered HTTP {error.code} on {PATH}.") from error
    except (OSError, ValueError, KeyError) as error:
        raise NotRunning(f"The server at {run['url']} does not answer: {error}") from error
