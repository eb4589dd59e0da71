# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all Keycloak modules share (doc fragment keycloak)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput


def keycloak_argument_spec(**own: Any) -> dict[str, Any]:
    """Return the argument spec of a Keycloak module: the shared options and the module's own."""
    return {
        "auth_keycloak_url": {
            "type": "str",
            "required": True,
            "fallback": (env_fallback, ["KEYCLOAK_URL"]),
            "no_log": False,
        },
        "auth_realm": {"type": "str", "default": "master", "fallback": (env_fallback, ["KEYCLOAK_REALM"])},
        "auth_username": {"type": "str", "fallback": (env_fallback, ["KEYCLOAK_USERNAME"])},
        "auth_password": {"type": "str", "no_log": True, "fallback": (env_fallback, ["KEYCLOAK_PASSWORD"])},
        "auth_client_id": {
            "type": "str",
            "default": "admin-cli",
            "fallback": (env_fallback, ["KEYCLOAK_CLIENT_ID"]),
        },
        "auth_client_secret": {"type": "str", "no_log": True, "fallback": (env_fallback, ["KEYCLOAK_CLIENT_SECRET"])},
        "token": {"type": "str", "no_log": True, "fallback": (env_fallback, ["KEYCLOAK_TOKEN"])},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "client_cert": {"type": "path"},
        "client_key": {"type": "path"},
        "connection_timeout": {"type": "int", "default": 10},
        "http_agent": {"type": "str", "default": "cellsops.sso (Ansible)"},
        **own,
    }


def check_given_once(options: Mapping[str, Any], free: str, own: Mapping[str, str]) -> None:
    """Refuse a setting that is given by its own option and by Keycloak's name for it too. Raises InvalidInput.

    free: the option that takes settings by Keycloak's names. own: option to Keycloak's name.
    """
    for option, key in own.items():
        if options[option] is not None and key in (options[free] or {}):
            raise InvalidInput(f"{free}: {key} is also set by the option {option}. Use only one of the two.")


LONGEST = 255
"""Characters that the columns of Keycloak's database take; beyond it answers with HTTP 500 and no reason."""


def check_lengths(options: Mapping[str, Any], *names: str) -> None:
    """Refuse text that is too long for Keycloak. names: of options that are text or lists of text.

    Raises InvalidInput.
    """
    for name in names:
        value = options[name]
        longest = max((len(text) for text in ([value] if isinstance(value, str) else value or [])), default=0)
        if longest > LONGEST:
            raise InvalidInput(f"{name}: {longest} characters are given, and Keycloak takes {LONGEST} at most.")


def check_once(option: str, names: list[str]) -> None:
    """Refuse names that a list option declares more than once. Raises InvalidInput."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInput(f"{option}: {', '.join(twice)} is declared more than once.")
