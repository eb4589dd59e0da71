# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server's clock against the one of this machine (row K1 of the guide).

From the Date header of its answers, or, since Keycloak sends none, from the moment a token was issued at.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, SsoError, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.transport import (
    AGENT,
    base_url,
    check_connection,
    import_requests,
    is_unencrypted,
    send,
)

REQUESTS = 10
"""Asked this often, spread over one second, so that one of the answers comes right after the second began."""
WIDTH = 1.0
"""The resolution of a Date header in seconds (RFC 9110, section 5.6.7: it has no fractions)."""
HELD = 1.0
"""Seconds for which a server may repeat a Date. For example, uvicorn only updates the header once a second."""


class Sample(NamedTuple):
    """One answer: the server's Date, and when by this machine's clock it was asked for and came, in Unix time."""

    date: float
    sent: float
    received: float


class Skew(NamedTuple):
    """The server's clock minus this machine's, in seconds, and how far off that may be either way."""

    seconds: float
    uncertainty: float


def estimate(samples: Iterable[Sample], held: float = HELD) -> Skew:
    """Return the skew that all samples allow.

    At some moment between sent and received the server's clock was in [date, date + WIDTH + held): each sample allows
    an interval of skews, and the truth lies in all of them. Raises ValueError if they have nothing in common.
    """
    low, high = float("-inf"), float("inf")
    for sample in samples:
        low = max(low, sample.date - sample.received)
        high = min(high, sample.date + WIDTH + held - sample.sent)
    if low > high:
        raise ValueError("the samples contradict one another")
    return Skew((low + high) / 2, (high - low) / 2)


def measure(params: Mapping[str, Any], requests: int = REQUESTS) -> dict[str, Any]:
    """Return skew_seconds, uncertainty_seconds and source for the options of clock_skew_info.

    requests: how often the server is asked; fewer leave a larger uncertainty.

    Raises InvalidInput, Unreachable, SsoError for answers that tell no time, Unmet beyond max_skew.
    """
    if params["max_skew"] is not None and not params["max_skew"] >= 0:
        raise InvalidInput(
            f"max_skew is {params['max_skew']}. Give the maximum difference of the clocks in seconds, 0 or more."
        )
    # A server's URL has no path; the path after the host is requested unchanged.
    url = base_url(params["url"], "url")
    check_connection(params)
    samples = list(_ask(url, params, requests))
    try:
        skew = estimate(samples)
    except ValueError as error:
        raise SsoError(
            f"HEAD {url}: its Date headers contradict one another. Check whether several servers with different "
            "clocks share this address."
        ) from error
    values = _values(skew, f"Date header of {url}, {len(samples)} answers")
    if params["max_skew"] is not None and abs(skew.seconds) - skew.uncertainty > params["max_skew"]:
        here = time.time()
        raise Unmet(
            f"The clock of {urlsplit(url).netloc} ({_shown(here + skew.seconds)}) is {abs(skew.seconds):.1f} s "
            f"{'ahead of' if skew.seconds > 0 else 'behind'} that of {socket.gethostname()} ({_shown(here)}), give or "
            f"take {skew.uncertainty:.1f} s, and max_skew allows {params['max_skew']:g} s: let both follow the same "
            "time servers.",
            values,
        )
    return values


def exposed(params: Mapping[str, Any]) -> list[str]:
    """Return warnings if somebody on the way could send a wrong time, for the options of clock_skew_info."""
    url = params["url"]
    if is_unencrypted(url):
        return [f"url: {url} is not encrypted, so others can change the time on the way."]
    if url.startswith("https:") and not params["validate_certs"]:
        return [
            (f"validate_certs: the certificate of {url} is not verified, so another server could answer with any time.")
        ]
    return []


def of_token(url: str, claims: Mapping[str, Any], sent: float, received: float) -> dict[str, Any]:
    """Return skew_seconds, uncertainty_seconds and source for a token that url issued between sent and received.

    claims: of the token; Keycloak's iat is in whole seconds. Returns {} if there is none.
    """
    issued = claims.get("iat")
    if not isinstance(issued, (int, float)):
        return {}
    skew = estimate([Sample(float(issued), sent, received)], held=0)
    return _values(skew, f"iat of a token that {url} issued")


def _values(skew: Skew, source: str) -> dict[str, Any]:
    return {
        "skew_seconds": round(skew.seconds, 3),
        "uncertainty_seconds": round(skew.uncertainty, 3),
        "source": source,
    }


def _ask(url: str, params: Mapping[str, Any], count: int) -> Iterable[Sample]:
    requests = import_requests()
    # A step of this machine's clock must not look like one of the server's.
    start = time.time() - time.monotonic()
    with requests.Session() as session:
        session.headers["User-Agent"] = AGENT
        session.headers["Cache-Control"] = "no-cache"
        begin = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, begin + number / count - time.monotonic()))
            sent = time.monotonic()
            # No page: it might be long, or trickle.
            answer = send(session, "HEAD", url, params, allow_redirects=False)
            received = time.monotonic()
            yield Sample(_date(url, answer.headers), start + sent, start + received)


def _date(url: str, headers: Mapping[str, str]) -> float:
    """Return the Date of an answer as Unix time. Raises SsoError if the server did not set one."""
    if headers.get("Age", "0").strip() != "0":
        raise SsoError(
            f"HEAD {url}: the answer comes from a cache, and its Date is old. Give a URL that is not cached."
        )
    text = headers.get("Date", "")
    try:
        date = parsedate_to_datetime(text)
        # Beyond these, calculations would leave the range of a datetime.
        date = date.replace(year=date.year if 1970 <= date.year <= 9998 else 0)
    except (TypeError, ValueError, IndexError) as error:
        what = f"with the Date {text[:60]!r}" if text else "without a Date header"
        raise SsoError(
            f"HEAD {url}: the server answers {what}, so its clock cannot be measured. Keycloak sends no Date header, "
            "unless a proxy in front of it does: use cellsops.sso.keycloak_token for Keycloak's clock."
        ) from error
    return date.replace(tzinfo=date.tzinfo or timezone.utc).timestamp()


def _shown(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
