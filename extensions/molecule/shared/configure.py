# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edit pydio.json while Cells stands still: configure.py FILE LIFE [AUDIENCE...].

LIFE: of access tokens, such as 15s. AUDIENCE: URLs, the whole audience of cells-frontend; without any it has none.
The file is written as Cells writes it, and in place, so that it keeps its owner and mode.
"""

import json
import sys
from pathlib import Path

path, life, *audience = sys.argv[1:]
config = json.loads(Path(path).read_text(encoding="utf-8"))
service = config["services"]["pydio.web.oauth"]
service["accessTokenLifespan"] = life
for client in service["staticClients"]:
    if client["client_id"] == "cells-frontend":
        client.pop("audience", None)
        if audience:
            client["audience"] = audience
Path(path).write_text(json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False), encoding="utf-8")
