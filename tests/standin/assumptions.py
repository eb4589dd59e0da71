# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of the stand-in for what is not known of Cells Enterprise: one for each assumption of the collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from standin.collection import ASSUMPTIONS, BY_ID

VARIABLES = {each.id: f"STANDIN_{each.id.upper()}" for each in ASSUMPTIONS}
"""The environment variable of each assumption, by its id."""


class Assumed(Mapping[str, str]):
    """The answer to each question, by the question's id."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        """Take the answers that differ from the defaults. Raises KeyError, ValueError."""
        self._answers = {each.id: each.default for each in ASSUMPTIONS}
        for name, answer in chosen.items():
            if answer not in BY_ID[name].answers:
                choices = ", ".join(BY_ID[name].answers)
                raise ValueError(f"{VARIABLES[name]} is {answer!r}, but it must be one of {choices}.")
            self._answers[name] = answer

    def __getitem__(self, name: str) -> str:
        """Return the answer to a question."""
        return self._answers[name]

    def __iter__(self) -> Iterator[str]:
        """Return the ids."""
        return iter(self._answers)

    def __len__(self) -> int:
        """Return the number of questions."""
        return len(self._answers)
