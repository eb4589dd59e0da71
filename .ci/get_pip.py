# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the script with which ansible-test puts pip into an environment: takes uv, or the pip of Python.

ansible-test looks for that script in its cache before it downloads it, and calls it with
--disable-pip-version-check pip==VERSION --no-setuptools --no-wheel.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
uv = shutil.which("uv")
# uv takes a tenth of the time, but it does not read pip's settings, such as an index of your own.
if (
    uv is None
    or subprocess.run(
        [uv, "pip", "install", "--quiet", "--system-certs", "--python", sys.executable, *wanted], check=False
    ).returncode
    != 0
):
    subprocess.run([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL, check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", *wanted], check=True)
