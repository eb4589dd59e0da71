# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a server's certificate is still good, by a handshake of our own: requests does not tell."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.transport import is_unencrypted, tls_reason

DAY = 86400


def days_left(url: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return {url, days_left, local}: whole days, None for plain http; local: whether that is on this machine.

    params: ca_path and connection_timeout (seconds). Raises Unreachable where nobody answers, or with a certificate
    that is not trusted, has expired or is another host's.
    """
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme != "https":
        return {"url": shown, "days_left": None, "local": not is_unencrypted(url)}
    host = parts.hostname or ""
    context = ssl.create_default_context(cafile=params["ca_path"] or None)
    if params.get("client_cert"):
        context.load_cert_chain(params["client_cert"], params["client_key"])
    try:
        connection = socket.create_connection((host, parts.port or 443), timeout=params["connection_timeout"])
        with connection, context.wrap_socket(connection, server_hostname=host) as tls:
            certificate = tls.getpeercert() or {}
    except ssl.SSLError as error:
        raise Unreachable("TLS", shown, tls_reason(str(error))) from error
    except OSError as error:
        raise Unreachable("TLS", shown, f"no answer: {error.strerror or error}") from error
    ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    return {"url": shown, "days_left": int((ends - time.time()) // DAY), "local": False}
