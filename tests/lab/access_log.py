# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests that Keycloak served, read from its access log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Keycloak's own access log (26.x), or Quarkus' (before), in the "common" format:
#   … [org.keycloak.http.access-log] (executor-thread-1) 127.0.0.1 - - [date] "GET /realms/master HTTP/1.1" 200 592
LINE = re.compile(
    r"\.access-log\] \([^)]*\) \S+ \S+ .*? \[[^\]]+\] "
    r'"(?P<method>[A-Z]+) (?P<target>\S+)[^"]*" (?P<status>\d{3}) '
)


@dataclass(frozen=True)
class LoggedRequest:
    """A request as the access log has it; path is without the query string."""

    method: str
    path: str
    query: str
    status: int


def requests_in(lines: Iterable[str]) -> Iterator[LoggedRequest]:
    """Yield the requests among the lines of a log, in order; other lines are passed over."""
    for line in lines:
        match = LINE.search(line)
        if match:
            path, _mark, query = match["target"].partition("?")
            yield LoggedRequest(match["method"], path, query, int(match["status"]))
