# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one error of the lab: a line for the person at the terminal."""

from __future__ import annotations


class LabError(Exception):
    """An error in one line: the request, the answer, and the next step."""
