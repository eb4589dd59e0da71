# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries changes on a lab and writes the result of each to a file: ``LAB=… python -m support.changes.record FILE``.

Further words are parts of names of changes; without any, all are tried that the file does not have yet.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from lab.lab import Lab
from lab.site import make_site
from support.changes.catalogue import CHANGES
from support.changes.trial import Outcome, Trials, role_process
from support.guide import apply_guide


def main(record: Path, parts: list[str]) -> None:
    """Try the changes and write each outcome as it comes."""
    done = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    first, step = map(int, os.environ.get("PART", "0/1").split("/"))
    # In another order, so that those who stop early have seen something of each kind.
    names = random.Random(1).sample(list(CHANGES), len(CHANGES))[first::step]
    names = [n for n in names if (any(part in n for part in parts) if parts else n not in done)]
    names = names[: int(os.environ.get("MOST", "0")) or None]
    folder = Path(tempfile.mkdtemp(prefix="cellsops-sso-changes-"))
    for site in make_site(Lab.attach(Path(os.environ["LAB"])), folder / "site", access_token_life=600):
        apply_guide(site)
        with role_process() as role:
            trials = Trials(site, role)
            # The role's additions to the guide do not count as changes.
            print(trials.role(), flush=True)
            trials = Trials(site, role)
            for name in names:
                began = time.time()
                try:
                    outcome = trials.outcome(CHANGES[name], "ROLE" in os.environ)
                except Exception:  # noqa: BLE001 - shown, and the next one is tried
                    traceback.print_exc()
                    print(f"?? {name}", flush=True)
                    continue
                done[name] = entry(outcome, site.realm)
                record.write_text(json.dumps(done, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                print(
                    f"{time.time() - began:5.1f} s {'BAD' if outcome.disagreements else 'ok '} {name}: {outcome}",
                    flush=True,
                )


def entry(outcome: Outcome, realm: str) -> dict[str, Any]:
    """Return the recorded form of an outcome."""
    return outcome._asdict()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
