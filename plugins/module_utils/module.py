# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module layer: a result or an error becomes what Ansible shows. Nothing below calls exit_json or fail_json."""

from __future__ import annotations

import os
import traceback
from typing import Any, Callable, NoReturn, Protocol

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError, Unmet
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import Resource, Result, reconcile, shown
from ansible_collections.cellsops.sso.plugins.module_utils.wire import State

SHAPE_ERRORS = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What comes of a list where a dict should be, and the like. Caught only here, at the top."""


class Session(Protocol):
    """What the module layer needs of a session."""

    warnings: list[str]


def answer(module: AnsibleModule, ask: Callable[[], tuple[Session, dict[str, Any]]]) -> NoReturn:
    """End a module that reads: ask returns its session and what to return."""
    try:
        session, values = ask()
    except Unmet as error:
        module.fail_json(msg=printable(str(error)), **error.values)
    except SsoError as error:
        module.fail_json(msg=printable(str(error)))
    except SHAPE_ERRORS as error:
        module.fail_json(msg=_out_of_shape(error))
    _warn(module, session.warnings)
    module.exit_json(changed=False, **values)


def bring_about(
    module: AnsibleModule,
    prepare: Callable[[], Resource],
    values: Callable[[Any, Result, State], dict[str, Any]],
) -> NoReturn:
    """End a module that writes: run the engine on the resource that prepare returns.

    values gets that resource, the result and the object with its secrets masked, and returns the module's own keys.
    """
    try:
        resource = prepare()
        result = reconcile(resource, module.check_mode)
        own = values(resource, result, shown(resource, result.state))
    except SsoError as error:
        module.fail_json(msg=printable(str(error)))
    except SHAPE_ERRORS as error:
        module.fail_json(msg=_out_of_shape(error))
    _warn(module, [*resource.warnings, *result.warnings])
    module.exit_json(
        changed=result.changed, diff=result.diff, actions=[action.line for action in result.actions], **own
    )


def printable(text: str) -> str:
    """Return text with what a terminal would obey, such as escape sequences of a name, written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _out_of_shape(error: Exception) -> str:
    """Return the line for what was read and has another shape than its documentation says; never the value itself."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return (
        "What a server answered, or a file holds, has not the documented form"
        f" ({type(error).__name__} in {place.name}, {os.path.basename(place.filename)} line {place.lineno})."
        " Is the URL right, and nothing in between that answers in its place?"
    )


def _warn(module: AnsibleModule, warnings: list[str]) -> None:
    for warning in warnings:
        module.warn(printable(warning))
