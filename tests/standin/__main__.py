# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cells command as python -m standin."""

from __future__ import annotations

import sys

from standin.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
