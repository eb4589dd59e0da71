# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface for calling a filter in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Filter = Callable[..., Any]
"""Takes a filter's name, its arguments and options, and returns its value. Raises FilterError."""


class FilterError(Exception):
    """The failure of a filter: the message of its AnsibleFilterError."""
