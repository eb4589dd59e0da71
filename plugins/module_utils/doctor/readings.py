# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readings of a server: a value, or the reason why there is none, so that one failed call does not stop the doctor."""

from __future__ import annotations

from typing import Any, Callable, Dict, NamedTuple

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError


class Reading(NamedTuple):
    """A value, or the error that stood in the way."""

    value: Any = None
    error: SsoError | None = None


Readings = Dict[str, Reading]


def take(call: Callable[[], Any]) -> Reading:
    """Return the result of a call, or its error."""
    try:
        return Reading(value=call())
    except SsoError as error:
        return Reading(error=error)


def why(reading: Reading) -> str:
    """Return why something was not checked, from the error that kept it from being read."""
    return f"It could not be read: {reading.error}"
