# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a server's certificates are still good, by a handshake of our own: requests does not tell."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.cellsops.sso.plugins.module_utils.errors import InvalidInput, Unreachable
from ansible_collections.cellsops.sso.plugins.module_utils.transport import import_requests, is_unencrypted, tls_reason

DAY = 86400


def days_left(url: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return {url, days_left, local}: whole days, None for plain http; local: whether the server is on this machine.

    params: ca_path and connection_timeout (seconds). Raises Unreachable if there is no answer, or if the certificate is
    not trusted, has expired or belongs to another host; InvalidInput, MissingLibrary.
    """
    parts = urlsplit(url)
    shown = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme != "https":
        return {"url": shown, "days_left": None, "local": not is_unencrypted(url)}
    host = parts.hostname or ""
    context = _context(params["ca_path"])
    if params.get("client_cert"):
        context.load_cert_chain(params["client_cert"], params["client_key"])
    try:
        connection = socket.create_connection((host, parts.port or 443), timeout=params["connection_timeout"])
        with connection, context.wrap_socket(connection, server_hostname=host) as tls:
            ends = _first_end(tls)
    except ssl.SSLError as error:
        raise Unreachable("TLS", shown, tls_reason(str(error))) from error
    except OSError as error:
        raise Unreachable("TLS", shown, f"no answer: {error.strerror or error}") from error
    return {"url": shown, "days_left": int((ends - time.time()) // DAY), "local": False}


def _context(ca_path: str | None) -> ssl.SSLContext:
    """Return a context that is as strict as requests and trusts the same certificates. Raises InvalidInput."""
    requests = import_requests()
    from urllib3.util.ssl_ import create_urllib3_context

    named = ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    bundle = named or requests.certs.where()
    context = create_urllib3_context()
    try:
        context.load_verify_locations(**{"capath" if os.path.isdir(bundle) else "cafile": bundle})
    except OSError as error:
        raise InvalidInput(f"{bundle} contains no CA certificates in PEM form: {error.strerror or error}") from error
    return context


def _first_end(tls: ssl.SSLSocket) -> float:
    """Return the Unix time at which the first certificate of the chain ends; before Python 3.13, the server's own."""
    own = float(ssl.cert_time_to_seconds(str((tls.getpeercert() or {})["notAfter"])))
    if not hasattr(tls, "get_verified_chain"):
        return own
    try:
        from cryptography.x509 import load_der_x509_certificate

        chain = [load_der_x509_certificate(encoded) for encoded in tls.get_verified_chain()]
    except (ImportError, ValueError):
        # A ValueError is a certificate that the library finds malformed, and OpenSSL does not.
        return own
    return min(own, *(certificate.not_valid_after_utc.timestamp() for certificate in chain))
