# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The type of the fixture keep_picture: a function of a page or a part of it, and the picture's name."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page

KeepPicture = Callable[[Page | Locator, str], None]
