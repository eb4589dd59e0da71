# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter sso_variables_file writes a file that Ansible reads as it was meant."""

from __future__ import annotations

import pytest
import yaml

from support.filters import Filter, FilterError

NAME = "sso_variables_file"
TEMPLATE = "{{.}}-team"


def test_the_variables_come_back_and_nothing_is_a_template(call_filter: Filter) -> None:
    variables = {"sso_realm": "célls", "sso_mapping_rules": [{"right_value_template": TEMPLATE, "no_update": True}]}

    text = call_filter(NAME, {"variables": variables}, given={"sso_cells_service": ""})

    assert f"!unsafe '{TEMPLATE}'" in text
    assert "&id" not in text
    assert yaml.safe_load(text.replace("!unsafe", "")) == {**variables, "sso_cells_service": ""}


def test_settings_that_the_variables_cannot_express_are_comments_of_one_line(call_filter: Filter) -> None:
    site = {"variables": {}, "not_expressible": ["first\nline"], "not_checked": [], "left_alone": ["second"]}

    text = call_filter(NAME, site)

    assert "# - first line\n" in text
    assert "# - second\n" in text
    assert "could not be read" not in text
    assert yaml.safe_load(text) == {}


@pytest.mark.parametrize("wrong", [None, [], {}, {"variables": []}])
def test_something_else_is_refused_in_one_line(wrong: object, call_filter: Filter) -> None:
    with pytest.raises(FilterError, match="not a result"):
        call_filter(NAME, wrong)
