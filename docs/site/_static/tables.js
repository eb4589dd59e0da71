// Copyright: (c) 2026, the cellsops.sso developers
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// On a phone, site.css shows each row of a table as a block: each cell then needs the heading of its column.
for (const table of document.querySelectorAll(".table-wrapper table.docutils:not(.ansible-option-table)")) {
  const headings = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  for (const row of table.querySelectorAll("tbody tr"))
    [...row.children].forEach((cell, column) => { cell.dataset.label = headings[column] ?? ""; });
  table.classList.add("stacked");
}
