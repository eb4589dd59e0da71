# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module, as its documentation lists them."""

from __future__ import annotations

import importlib
from typing import Any

import yaml

from support.module import MODULES

FRAGMENTS = "ansible_collections.cellsops.sso.plugins.doc_fragments"
CONNECTION = ("keycloak", "cells")
"""The fragments of documentation with the options that all modules for a server share."""


def own_options(name: str) -> set[str]:
    """Return the options that a module's documentation has besides the shared ones, sub-options as option.name."""
    documentation = yaml.safe_load(importlib.import_module(f"{MODULES}.{name}").DOCUMENTATION)
    options: dict[str, Any] = documentation["options"]
    for fragment in documentation["extends_documentation_fragment"]:
        collection, _dot, file = fragment.rpartition(".")
        if collection == "cellsops.sso" and file not in CONNECTION:
            documented = importlib.import_module(f"{FRAGMENTS}.{file}").ModuleDocFragment.DOCUMENTATION
            options |= yaml.safe_load(documented).get("options", {})
    below = {f"{option}.{name}" for option, text in options.items() for name in text.get("suboptions", {})}
    return set(options) | below
