# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Chromium, driven by Playwright, and the folder for its pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from support.pictures import KeepPicture

BROWSERS = ("chromium", "google-chrome")
"""Debian's, and the one that machines of continuous integration have."""
PICTURE_LIMIT = 200_000
"""Bytes that a picture of the documentation may have."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file: while there is one, Playwright's event loop runs in this thread."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"None of {', '.join(BROWSERS)} is on the PATH: apt-get install chromium", pytrace=False)
    # Chromium's sandbox refuses to work for root, which is who runs in most containers; /dev/shm is small there.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def keep_picture() -> KeepPicture:
    """Keep a picture of the window, or of a part of the page, in the folder that KEEP_SCREENSHOTS names."""
    folder = os.environ.get("KEEP_SCREENSHOTS")

    def keep(part: Page | Locator, name: str) -> None:
        picture = part.screenshot(animations="disabled")
        assert len(picture) < PICTURE_LIMIT, f"{name} has {len(picture)} bytes"
        if folder:
            Path(folder, f"{name}.png").write_bytes(picture)

    return keep
