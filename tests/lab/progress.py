# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long waits tell what they wait for."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType

EVERY = 5.0


class Progress:
    """Shows the current step on stderr: as a line that updates on a terminal, else as a line every 5 seconds.

    A context manager. ``tell(text)`` changes the step, ``say(text)`` prints a permanent line. Nothing is printed if
    ``quiet`` is True.
    """

    def __init__(self, text: str, quiet: bool = False) -> None:
        self._text = text
        self._quiet = quiet
        self._since = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Progress:
        if not self._quiet:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if not self._quiet:
            self._thread.join()
            self._wipe()

    def tell(self, text: str) -> None:
        """Say from now on that text is being waited for."""
        self._text = text

    def say(self, text: str) -> None:
        """Print a line that stays."""
        if not self._quiet:
            with self._lock:
                self._wipe()
                print(text, file=sys.stderr, flush=True)

    def _wipe(self) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _run(self) -> None:
        while not self._done.wait(1.0 if self._terminal else EVERY):
            line = f"{self._text} … {time.monotonic() - self._since:.0f} s"
            with self._lock:
                if self._terminal:
                    print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
                else:
                    print(line, file=sys.stderr, flush=True)
