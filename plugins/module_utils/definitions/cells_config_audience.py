# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module cells_config_audience: its options and what it does."""

from __future__ import annotations

from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.api_store import ApiStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.cli_store import CliStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.file_store import FileStore
from ansible_collections.cellsops.sso.plugins.module_utils.cells.config.static_clients import StaticClientAudience
from ansible_collections.cellsops.sso.plugins.module_utils.cells.options import cells_argument_spec
from ansible_collections.cellsops.sso.plugins.module_utils.cells.session import CellsSession
from ansible_collections.cellsops.sso.plugins.module_utils.definition import Answer, Call, Definition, reconciled
from ansible_collections.cellsops.sso.plugins.module_utils.reconcile import reconcile, shown


def answer(call: Call) -> Answer:
    """Return the module's return values. Raises SsoError."""
    store = open_store(call)
    resource = StaticClientAudience(store, call.options)
    result = reconcile(resource, call.check_mode)
    client = shown(resource, result.state)
    audience = client.get("audience") or []
    if result.changed and not audience:
        # An audience that was emptied leaves no key behind.
        client.pop("audience", None)
    return reconciled(resource, result, audience=audience, static_client=client, backup_file=store.backup_file)


def open_store(call: Call) -> FileStore | CliStore | ApiStore:
    """Return the store that method names. Raises SsoError."""
    options = call.options
    if options["method"] == "api":
        return ApiStore(CellsSession(options), options["oauth_client_id"])
    return (CliStore if options["method"] == "cli" else FileStore)(options, call.run_command)


DEFINITION = Definition(
    argument_spec=cells_argument_spec(
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        audience={"type": "list", "elements": "str"},
        oauth_client_id={"type": "str", "default": "cells-frontend"},
        mode={"type": "str", "choices": ["add", "exact"], "default": "add"},
        method={"type": "str", "choices": ["file", "cli", "api"], "default": "file"},
        config_path={"type": "path", "default": "/var/cells/pydio.json"},
        cells_bin={"type": "list", "elements": "path", "default": ["cells"]},
        backup={"type": "bool", "default": False},
        allow_running={"type": "bool", "default": False},
        wait_timeout={"type": "int", "default": 10},
    ),
    answer=answer,
)
