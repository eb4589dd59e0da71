#!/bin/sh
# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# stop_node.sh ENGINE DATABASE NODE: stops the container NODE once the client of the guide stands in the database.
set -eu
query="select 1 from client where client_id = 'cells.test'"
tries=0
until [ "$("$1" exec "$2" psql --username=keycloak --no-align --tuples-only --command="$query")" = 1 ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 500 ]; then
    echo "There is no client cells.test" >&2
    exit 1
  fi
  sleep 0.2
done
exec "$1" stop --time 30 "$3"
