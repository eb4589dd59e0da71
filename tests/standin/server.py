# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`cells start`: the server, its log and its note for the cells command."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time

import uvicorn

from standin import control
from standin.app import make_app
from standin.children import Children
from standin.settings import Settings, SettingsError
from standin.stand_in import StandIn

LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "production": logging.INFO,
}


class JsonLine(logging.Formatter):
    """A line of the log as Cells writes it: one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {"ts": self.formatTime(record), "level": record.levelname.lower(), "msg": record.getMessage()}
        return json.dumps({**line, "logger": "pydio.web.auth"}, ensure_ascii=False)


def make_log(settings: Settings) -> logging.Logger:
    """Return the log: lines on stdout and in logs/pydio.log of the working directory, private to this user.

    At level debug it holds full ID tokens, as that of real Cells does (row D1).
    """
    folder = settings.working_dir / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = logging.getLogger(f"standin.{settings.working_dir}")
    log.propagate = False
    log.setLevel(LEVELS[settings.log])
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    for handler in (logging.StreamHandler(sys.stdout), logging.FileHandler(folder / "pydio.log", encoding="utf-8")):
        handler.setFormatter(JsonLine())
        log.addHandler(handler)
    return log


def serve(settings: Settings) -> int:
    """Listen until stopped by a signal; returns the exit code. Raises SettingsError, ConfigFileError."""
    host, port = settings.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # As the real one: at first nobody listens, then every path answers 503 for a while.
        time.sleep(settings.refused_seconds)
        # Anyone who reads the note below may call at once: the call then waits until uvicorn takes it.
        listener.listen()
    except OSError as error:
        raise SettingsError(f"Cannot listen on {settings.bind}: {error.strerror}") from error
    scheme = "https" if settings.tls_cert else "http"
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    url = f"{scheme}://{shown}:{listener.getsockname()[1]}"
    settings.external = settings.external or url
    site = StandIn(settings, make_log(settings))
    config = uvicorn.Config(
        make_app(site),
        log_config=None,
        access_log=False,
        lifespan="off",
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
    )
    server = uvicorn.Server(config)
    # Before the note below says that it runs: who reads that may stop it at once. uvicorn heeds the flag whenever it is
    # set, also before it starts; an exception from here would tear at whatever just runs. And uvicorn raises the signal
    # once more when it has shut down, which must not end the process before the note is gone.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    children = None
    try:
        control.write_run_file(
            settings.working_dir,
            {
                "pid": os.getpid(),
                "url": _reachable(url),
                "external": settings.external,
                "certificate": settings.tls_cert,
                "control": site.control_key,
            },
        )
        children = Children(settings.children)
        site.log.info("listening on %s, external URL %s", url, settings.external)
        server.run(sockets=[listener])
    finally:
        if children is not None:
            children.stop()
        (settings.working_dir / control.RUN_FILE).unlink(missing_ok=True)
    return 0


def _reachable(url: str) -> str:
    """Return the URL for this machine where the server listens on every address."""
    return url.replace("://0.0.0.0:", "://127.0.0.1:").replace("://[::]:", "://[::1]:")
