# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares the predictions of check mode with the run, and with the server after it."""

from __future__ import annotations

from typing import Any

from support.playbook import Run

MASK = "**********"


def contains(seen: Any, said: Any) -> bool:
    """Return whether a server shows what the diff says; None and empty: that it shows nothing; masks hide anything."""
    if str(said).startswith(MASK):
        return True
    if isinstance(said, dict):
        return isinstance(seen or {}, dict) and all(contains((seen or {}).get(key), said[key]) for key in said)
    if isinstance(said, list) and isinstance(seen, list):
        if all(isinstance(entry, str) for entry in said):
            return sorted(said) == sorted(seen)
        return len(said) == len(seen) and all(any(contains(entry, one) for entry in seen) for one in said)
    return bool(seen == said or (not seen and not said))


def assert_predicted_run(predicted: Run, seen: Run, what: str = "") -> None:
    """Assert that check mode has predicted which tasks change something, and their changes.

    Check mode sees an object as it was before the whole run. If an earlier task has changed the object, it shows more
    changes than are left, but the same result.
    """
    touched: set[str] = set()
    for said, done in zip(predicted.tasks, seen.tasks, strict=True):
        assert said.task == done.task, what
        if not said.changed and not done.changed:
            continue
        diffs = [task.result.get("diff") or {} for task in (said, done)]
        if isinstance(diffs[1], list):
            # A file of Ansible's own modules, such as a report, tells the moment at which it was made.
            assert said.changed == done.changed, what + done.task
            continue
        title = str(diffs[1].get("after_header"))
        where = f"{what}{done.task}: {diffs}"
        if title not in touched:
            assert said.changed == done.changed, where
            assert diffs[0] == diffs[1], where
            assert said.result.get("actions") == done.result.get("actions"), where
        elif done.changed:
            assert said.changed, where
            assert contains(diffs[0]["after"], diffs[1]["after"]), where
        touched.add(title)
