# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readings of a server: a value, or the reason why there is none, so that one failed call does not stop the doctor."""

from __future__ import annotations

from collections.abc import Mapping
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


def from_host(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the result of a module on the Cells host; if modules do not run there, a dict whose msg says why.

    result: the result that Ansible registered. It has module_stderr only if the module returned nothing.
    """
    if "module_stderr" not in result:
        return result
    lines = f"{result['module_stderr']}".strip().splitlines() or [f"{result.get('msg')}"]
    reason = f"Modules do not run on the Cells host ({lines[-1][:60].rstrip('.')})"
    return {"msg": f"{reason}: set ansible_python_interpreter to Python 3.8 or newer."}
