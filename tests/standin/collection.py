# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the collection's own functions importable, which the stand-in shares with the plugins.

If ansible_collections.cellsops.sso is not on the path, it comes from the checkout that the stand-in is part of: the
folder two levels above this package. A copy elsewhere needs plugins/module_utils beside tests/ as in the checkout.
"""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

NAME = "ansible_collections.cellsops.sso"
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def make_importable() -> None:
    """Make sure that the collection can be imported. Raises ImportError, one line."""
    try:
        importlib.import_module(f"{NAME}.plugins.module_utils.cells.audience_match")
    except ImportError:
        if not (CHECKOUT / "plugins/module_utils/cells/audience_match.py").is_file():
            raise ImportError(f"{NAME} is neither importable nor at {CHECKOUT}") from None
    else:
        return
    parts = NAME.split(".")
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        if name not in sys.modules or depth == len(parts):
            package = types.ModuleType(name)
            package.__path__ = [str(CHECKOUT)] if depth == len(parts) else []
            sys.modules[name] = package
    importlib.import_module(f"{NAME}.plugins.module_utils.cells.audience_match")


make_importable()

from ansible_collections.cellsops.sso.plugins.module_utils.cells.audience_match import audience_match
from ansible_collections.cellsops.sso.plugins.module_utils.cells.role_prediction import predicted_roles
from ansible_collections.cellsops.sso.plugins.module_utils.conformance.assumptions import ASSUMPTIONS, BY_ID, Assumption
from ansible_collections.cellsops.sso.plugins.module_utils.errors import SsoError

__all__ = ["ASSUMPTIONS", "BY_ID", "Assumption", "SsoError", "audience_match", "predicted_roles"]
