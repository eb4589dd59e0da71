# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The export assumes the same declarations as the role makes, with the guide's names and with others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.cellsops.sso.plugins.module_utils.export import role_options

ROLE = Path(__file__).parents[3] / "roles/setup"
REQUIRED = {
    "sso_keycloak_url": "https://sso.example.org",
    "sso_realm": "cells",
    "sso_cells_url": "https://cells.example.org/base/",
}
GUIDE = {"sso_ldap_provider": "ldap"}
OTHER = {
    "sso_client_id": "other",
    "sso_client_name": "Other",
    "sso_rotate_secret_on": "2026",
    "sso_callback_url": "https://cells.example.org/auth/dex/callback",
    "sso_connector_id": "corporate",
    "sso_scopes": ["openid", "email"],
    "sso_groups_attribute": "team.list",
    "sso_scope_name": "teams",
    "sso_scope_description": "Teams",
    "sso_ldap_provider": "directory",
    "sso_sites": ["https://cells.example.org"],
    "sso_groups_source": ["ldap_attribute", "client_roles"],
    "sso_groups_client": "shop",
    "sso_groups_role_prefix": "shop-",
}
DECLARED = {
    "client": "clients",
    "ldap": "user_model_attribute",
    "connector": "connector_id",
}
"""The files of the role that declare an object, each with an option of the task that does."""


def declared_by_the_role(variables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the options that the role gives to the modules, and its variables, as Ansible renders them."""
    tasks: dict[str, dict[str, Any]] = {
        name: next(
            options
            for task in yaml.safe_load((ROLE / f"tasks/{name}.yml").read_text(encoding="utf-8"))
            for options in task.values()
            if isinstance(options, dict) and option in options
        )
        for name, option in DECLARED.items()
    }
    out = folder / "declared.json"
    names = sorted(yaml.safe_load((ROLE / "defaults/main.yml").read_text(encoding="utf-8")))
    shown = {**tasks, "variables": {name: f"{{{{ {name} }}}}" for name in names}}
    play: dict[str, Any] = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars_files": [str(ROLE / "defaults/main.yml"), "own.yml"],
        "tasks": [{"ansible.builtin.copy": {"content": "{{ declared | to_json }}", "dest": str(out), "mode": "0600"}}],
    }
    # Omitted values have no form in JSON.
    play["vars"] = {
        "declared": json.loads(json.dumps(shown).replace("omit", "none").replace("setup_preflight.", "sso_"))
    }
    own = (ROLE / "vars/main/steps.yml").read_text(encoding="utf-8")
    (folder / "own.yml").write_text(own.replace("omit", "none"), encoding="utf-8")
    (folder / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    (folder / "given.json").write_text(json.dumps({**REQUIRED, **variables}), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "play.yml", "--extra-vars", "@given.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    declared: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return declared


def same_form(options: dict[str, Any]) -> dict[str, Any]:
    """Return options as a module takes them: without those that are left out, lists of names sorted."""
    kept = {name: value for name, value in options.items() if value is not None}
    for name in ("default_client_scopes", "scopes", "sites"):
        if name in kept:
            kept[name] = sorted(kept[name])
    return kept


@pytest.mark.parametrize("variables", [GUIDE, OTHER], ids=["the guide's names", "other names"])
def test_the_export_knows_what_the_role_declares(variables: dict[str, Any], tmp_path: Path) -> None:
    declared = declared_by_the_role(variables, tmp_path)
    known = {**declared["variables"], **REQUIRED, **variables}
    # The export takes these from the servers; the role derives them.
    known["sso_callback_url"] = declared["connector"]["redirect_uri"]
    beside = {"client_secret", "update_secret", "mapping_rules_mode"}
    beside |= {"take_over", "state", "if_unused", "apart_from_client_scopes", "provider_cache_policy"}

    for name, options in (
        ("client", declared["client"]["clients"][0]),
        ("scope", declared["client"]["client_scopes"][0]),
        ("ldap", declared["ldap"]),
        ("connector", declared["connector"]),
    ):
        mine = getattr(role_options, f"{name}_options")(known)
        # An ansible-core before 2.19 renders none, which stands for a value that is left out, as an empty text.
        role = {
            key: value
            for key, value in options.items()
            if key not in beside and (value != "" or mine.get(key) is not None)
        }
        mine = {key: value for key, value in mine.items() if key not in beside}
        assert same_form(mine) == same_form(role), name
