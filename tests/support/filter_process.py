# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls filters for the tests: reads a JSON object a line, answers with one.

This is a separate process, because filters import the controller's side of ansible-core. Modules in the same process
would then behave as on the controller, which changes their warnings.
"""

from __future__ import annotations

import importlib
import json
import sys

from ansible.errors import AnsibleFilterError


def main() -> None:
    """Answer calls (name, arguments, options) until there are no more, with value or error."""
    for line in sys.stdin:
        call = json.loads(line)
        plugin = importlib.import_module(f"ansible_collections.cellsops.sso.plugins.filter.{call['name']}")
        try:
            answer = {"value": plugin.FilterModule().filters()[call["name"]](*call["arguments"], **call["options"])}
        except AnsibleFilterError as error:
            answer = {"error": error.message}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
