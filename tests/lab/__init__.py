# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab: a real Keycloak, a real LDAP server and the stand-in for Pydio Cells, for demo, tests and benchmarks.

No root, no containers, loopback only, free ports. ``lab.lab.Lab`` starts them all; each server also works alone.
On the command line: ``python -m lab up``, ``status``, ``down``, ``cells stop|start|restart``.
"""
