"""AWS-style signatures of outgoing webhooks (trusted sites): prefix, vendor key, region and service as set up.

With the prefix AWS4 this is Signature Version 4; docs.antavo.com/docs/trusted-sites names the fields, the published
test vector of AWS fixes the arithmetic.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from urllib.parse import urlsplit

from stampcard.antavo.signing import Message, canonical_request, long_date
from stampcard.antavo.workflow import TrustedSite


def headers(site: TrustedSite, method: str, url: str, body: bytes, at: datetime) -> dict[str, str]:
    """The date header and Authorization over host and date."""
    parts = urlsplit(url)
    name = f"X-{site.vendor_key}-Date"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    message = Message(method, target, [("host", parts.netloc), (name, long_date(at))], body)
    return {name: long_date(at), "Authorization": authorization(site, message, at)}


def authorization(site: TrustedSite, message: Message, at: datetime) -> str:
    day, algorithm = long_date(at)[:8], f"{site.algorithm_prefix}-HMAC-SHA256"
    scope = f"{day}/{site.region}/{site.service}/{site.algorithm_prefix.lower()}_request"
    digest = hashlib.sha256(canonical_request(message).encode()).hexdigest()
    key = (site.algorithm_prefix + site.access_key_secret).encode()
    for part in (*scope.split("/"), "\n".join((algorithm, long_date(at), scope, digest))):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    names = ";".join(sorted(name.lower() for name, _ in message.headers))
    return f"{algorithm} Credential={site.access_key_id}/{scope}, SignedHeaders={names}, Signature={key.hex()}"
