# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python imports this when it starts with this folder on PYTHONPATH: its clock is then off by CLOCK_OFFSET seconds."""

from __future__ import annotations

import os
import time

_true_time = time.time
_offset = float(os.environ["CLOCK_OFFSET"])
time.time = lambda: _true_time() + _offset
