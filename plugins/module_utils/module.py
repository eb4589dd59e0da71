# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way in as a module: a definition wrapped in AnsibleModule. Nothing below calls exit_json or fail_json."""

from __future__ import annotations

from typing import NoReturn

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.cellsops.sso.plugins.module_utils.definition import Call, Definition


def run_module(definition: Definition) -> NoReturn:
    """Run a definition as a module."""
    module = AnsibleModule(argument_spec=definition.argument_spec, supports_check_mode=True, **definition.rules)
    outcome = definition.outcome(Call(module.params, module.check_mode, module.run_command))
    answer = outcome.answer
    # A secret in the result stays hidden among the options.
    invocation = {"module_args": remove_values(module.params, module.no_log_values)}
    module.no_log_values -= answer.revealed
    for warning in answer.warnings:
        module.warn(warning)
    if outcome.failed:
        module.fail_json(**answer.values, invocation=invocation)
    module.exit_json(**answer.values, invocation=invocation)
