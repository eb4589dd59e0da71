# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter sso_variables_file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sso_variables_file
author:
  - cellsops.sso developers (@cellsops)
version_added: 1.0.0
short_description: The text of a variables file for a site that was set up by hand
description:
  - Returns the result of M(cellsops.sso.sso_export_info) as YAML text. Settings that the variables cannot express
    become comments at the top.
  - Text that looks like a Jinja template, such as a template of Pydio Cells in a mapping rule, gets the tag C(!unsafe),
    so that Ansible leaves it unchanged.
positional: _input
options:
  _input:
    description:
      - The result of M(cellsops.sso.sso_export_info), with C(variables), C(not_expressible), C(left_alone) and
        C(not_checked).
    type: dict
    required: true
  given:
    description: Further variables to write to the file, such as C(sso_cells_config_path).
    type: dict
    default: {}
seealso:
  - module: cellsops.sso.sso_export_info
"""

EXAMPLES = r"""
- name: Write the variables of the site
  ansible.builtin.copy:
    content: "{{ site | cellsops.sso.sso_variables_file }}"
    dest: site.yml
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
  sample: |
    ---
    sso_realm: cells
"""

from collections.abc import Callable, Mapping
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError

SECRETS = """\
# No secret is in this file. Keep these variables in a vault: sso_cells_token, and the account for Keycloak:
# sso_keycloak_username and sso_keycloak_password, or sso_keycloak_client_id and sso_keycloak_client_secret.
# The client's secret stays in Keycloak. The role reads it there."""

LISTS = {
    "not_expressible": "The role would change these settings, and has no variable for them:",
    "not_checked": "These settings could not be read, and the role might change them:",
    "left_alone": "The role has no variable for these settings, and leaves them alone:",
}
TEMPLATE = ("{{", "{%", "{#")


class _Dumper(yaml.SafeDumper):
    """Writes text that looks like a Jinja template with a tag, so that Ansible leaves it unchanged."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return that nothing becomes an alias."""
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if any(mark in text for mark in TEMPLATE):
        return dumper.represent_scalar("!unsafe", text, style="'")
    return dumper.represent_scalar("tag:yaml.org,2002:str", text)


_Dumper.add_representer(str, _represent_text)


def sso_variables_file(site: Any, given: Any = None) -> str:
    """Return the text of a variables file. Raises AnsibleFilterError for anything but a result of sso_export_info."""
    if not isinstance(site, Mapping) or not isinstance(site.get("variables"), Mapping):
        raise AnsibleFilterError("sso_variables_file: this is not a result of cellsops.sso.sso_export_info.")
    comments = [
        "\n".join([f"# {title}", *(f"# - {' '.join(str(line).split())}" for line in site[name])])
        for name, title in LISTS.items()
        if site.get(name)
    ]
    variables = _plain({**site["variables"], **(given or {})})
    text = yaml.dump(variables, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return "\n".join(["---", SECRETS, *comments, "", text])


def _plain(value: Any) -> Any:
    """Return a value in Python's own types: Ansible's, which know where a value came from, have no form in YAML."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return "".join(value)
    return value


class FilterModule:
    """The class that Ansible loads from a filter plugin."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filter by its name."""
        return {"sso_variables_file": sso_variables_file}
