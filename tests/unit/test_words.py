# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages about module options name the variables of the role setup."""

from __future__ import annotations

import pytest

from ansible_collections.cellsops.sso.plugins.module_utils.preflight.words import in_role_words


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("config_path: there is no /x.", "sso_cells_config_path: there is no /x."),
        (
            "stop_command is given without start_command.",
            "sso_cells_stop_command is given without sso_cells_start_command.",
        ),
        ("audience: 'x' is not a URL.", "sso_audience: 'x' is not a URL."),
        ("issuer: you gave x.", "sso_issuer: you gave x."),
        ("The audience of the issuer is empty.", "The audience of the issuer is empty."),
        ("sso_client_id is empty.", "sso_client_id is empty."),
    ],
)
def test_options_become_variables_of_the_role(message: str, expected: str) -> None:
    assert in_role_words(message) == expected
