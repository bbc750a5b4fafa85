"""Who is calling: each family has its own credentials, its own order of checks and its own refusals.

An operation that publishes a refusal in words of its own names it in its contract: `x-token-refusal` (bare: without
the wrapper `errors`; sign_in: the text of the ordering site), `x-missing-client` (named, short) and
`x-signature-refusal` (message).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from stampcard.core import codec
from stampcard.core.contract import Operation
from stampcard.core.errors import ApiError
from stampcard.core.http import Request
from stampcard.punchh import errors, params, signing
from stampcard.punchh.errors import MOBILE, NEWER_MOBILE, SIGN_IN_TEXT, SIGNATURE_TEXTS
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business, Location

MAX_HEADERS = 32768
MAX_HEADER = 16384
_POS_TOKEN = re.compile(r'token\s+token="?(?P<location>[^",\s]+)"?\s*,?\s*btoken="?(?P<business>[^",\s]+)"?', re.I)
INVALID_CLIENT = (
    "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method."
)
TOKEN_STYLES = {
    "unauthorized": (401, "unauthorized", ["An active access token must be used to query information about "
                                            "the current user."]),
    "invalid_access_token": (403, "invalid_access_token", ["Error: access_token not found or is incorrect! Valid "
                                                            "access_token of the user required."]),
}  # fmt: skip


MISSING_CLIENT: Mapping[str, Callable[[], ApiError]] = {
    "usual": lambda: MOBILE.missing("client"),
    "named": lambda: NEWER_MOBILE.missing("client"),
    "short": lambda: errors.by_name(400, "client", "Required parameter missing or value empty."),
}
"""What `x-missing-client` of an operation stands for."""


class Access(msgspec.Struct, frozen=True):
    """What a call may do beyond its business: act for a guest (by a token), or stand at a location's register.

    `client` is the client it named, read once.
    """

    client: str = ""
    guest: Guest | None = None
    token: str = ""
    location: Location | None = None


class Keys(msgspec.Struct):
    """The credentials of all businesses, each naming its business."""

    clients: dict[str, Business]
    admin_keys: dict[str, Business]
    location_keys: dict[str, Business]

    def find(self, request: Request) -> tuple[Business | None, str]:
        """Whose world a request is for, nothing checked yet, and the client it names."""
        path = request.raw_path
        if path.startswith("/api2/dashboard"):
            return self.admin_keys.get(request.bearer or ""), ""
        if path.startswith(("/api/pos", "/receipt_details")):
            key = pos_keys(request)[0]
            return self.location_keys.get(key) or self._at_a_new_location(key), ""
        client = client_of(request)
        if client:
            return self.clients.get(client), client
        token = user_token(request)
        owners = (b for b in self.clients.values() if token in b.mobile_tokens or token in b.sso_tokens)
        return (next(owners, None) if token else None), ""

    def _at_a_new_location(self, key: str) -> Business | None:
        """Locations are made by calls, too, and have keys of their own."""
        found = next((one for one in self.clients.values() if key and _location(one, key)), None)
        if found is not None:
            self.location_keys[key] = found
        return found


def body_of(request: Request) -> Mapping[str, Any]:
    """The body when it is an object, else nothing; never raises."""
    try:
        body = params.read_body(request) if request.body else {}
    except codec.BadJson:
        return {}
    return body if isinstance(body, dict) else {}


def client_of(request: Request) -> str:
    """The `client` (`client_id` for OAuth) of body or query."""
    body = body_of(request)
    for name in ("client", "client_id"):
        found = params.text(body.get(name)) or request.query.get(name, [""])[-1]
        if found:
            return found
    return ""


def user_token(request: Request) -> str:
    """The guest's token: Bearer header, or `authentication_token` in the body, or either name in the query."""
    body = body_of(request)
    for found in (
        request.bearer,
        params.text(body.get("authentication_token")),
        params.text(body.get("access_token")),
    ):
        if found:
            return found
    query = request.query
    return query.get("authentication_token", query.get("access_token", [""]))[-1]


def pos_keys(request: Request) -> tuple[str, str]:
    """Location key and business key of `Authorization: Token token=..., btoken=...`."""
    found = _POS_TOKEN.match(request.headers.get("authorization").strip())
    return (found["location"], found["business"]) if found else ("", "")


def check(business: Business | None, client: str, request: Request, operation: Operation) -> tuple[Business, Access]:
    """Check what the operation asks for, in the family's order. Raises ApiError."""
    _check_headers(business, request)
    schemes = operation.extra.get("auth", [])
    if "business_admin_bearer" in schemes:
        if business is None:
            raise errors.one(401, SIGN_IN_TEXT)
        return business, Access()
    if "pos_location_business_token" in schemes:
        return _check_register(business, request)
    if "digest_sha256" in schemes:
        found = _check_mobile(business, client, request, operation.extra)
        if "user_bearer" not in schemes:
            return found, Access()
        return found, _mobile_guest(found, request, operation.extra.get("token-refusal", ""))
    if "digest_sha1" in schemes:
        found = _check_sso(business, client, request)
        return found, _sso_guest(found, request) if "sso_user_token" in schemes else Access()
    if business is None:
        raise ApiError(401, {"error": "invalid_client", "error_description": INVALID_CLIENT})
    return business, Access()


def _check_headers(business: Business | None, request: Request) -> None:
    """The limits are published, the answer is not (assumed)."""
    if len(request.headers.packed) > MAX_HEADER:
        sizes = [len(name) + len(value) for name, value in request.headers.raw]
        if sum(sizes) > MAX_HEADERS or max(sizes) > MAX_HEADER:
            raise ApiError(400, {"status": 400, "error": "Request Header Or Cookie Too Large"})
    if business is not None and business.switches.transport_require_user_agent:
        if not request.headers.get("user-agent"):
            raise ApiError(400, {"errors": {"missing_header": ["User-Agent"]}})


def _check_readable(client: str, request: Request) -> None:
    """A signed family finds its client in the body: one that cannot be read is told first."""
    if request.oversize:
        raise errors.too_large()
    if request.body and (not client or request.raw_query):
        try:
            params.read_body(request)
        except codec.BadJson as error:
            raise errors.bad_json() from error


def _check_mobile(business: Business | None, client: str, request: Request, own: Mapping[str, Any]) -> Business:
    """`own` names the refusals that an operation publishes in words of its own."""
    _check_readable(client, request)
    if not client:
        raise MISSING_CLIENT[own.get("missing-client", "usual")]()
    if business is None:
        text = "Client ID is incorrect. Please check client param or contact us"
        raise errors.by_name(401, "unknown_client", [text])
    if not _signed(business, request, signing.SHA256):
        if own.get("signature-refusal") == "message":
            raise ApiError(412, {"message": "Sending invalid Signature", "code": 412})
        text = SIGNATURE_TEXTS[business.switches.errors_invalid_signature_text]
        raise errors.by_name(412, "invalid_signature", [text])
    _check_language(business, request)
    return business


def _check_sso(business: Business | None, client: str, request: Request) -> Business:
    """A missing or unknown client cannot be told from a wrong digest; it has no business whose switch could differ."""
    _check_readable(client, request)
    if business is None or not client or not _signed(business, request, signing.SHA1):
        raise ApiError(412, ["Invalid Signature"])
    _check_language(business, request)
    return business


def _signed(business: Business, request: Request, algorithm: str) -> bool:
    switches = business.switches
    if switches.signature_mode == "off":
        return True
    return signing.matches(
        business.secret,
        request,
        algorithm,
        lenient=switches.signature_mode == "lenient",
        include_query=switches.signature_include_query,
    )


def _check_language(business: Business, request: Request) -> None:
    given = request.headers.get("accept-language")
    if not given or given == "*":
        return
    wanted = given.partition(",")[0].partition(";")[0].strip()
    known = {locale.lower() for locale in business.locales}
    if wanted and wanted != "*" and wanted.lower() not in known and wanted.lower().partition("-")[0] not in known:
        locales = ", ".join(business.locales)
        text = f"Unknown/Invalid locale in Accept-Language Header. Supported locales are {locales}."
        raise errors.by_name(400, "invalid_language", [text])


def _mobile_guest(business: Business, request: Request, own: str) -> Access:
    """`own` names the refusal of an operation that publishes one of its own: bare (no wrapper) or sign_in."""
    token = request.bearer or ""
    guest = business.mobile_tokens.get(token)
    if guest is None or guest.status != "active" or guest.gone:
        if own == "sign_in":
            raise errors.one(401, SIGN_IN_TEXT)
        raise unauthorized_bare() if own == "bare" else unauthorized(business)
    return Access(guest=guest, token=token)


def unauthorized(business: Business) -> ApiError:
    """The refusal of a guest's token on the mobile family, in the style the setup chose."""
    style = business.switches.errors_token_style
    if style == "access_denied":
        return ApiError(401, {"errors": {"message": "Access is denied due to invalid credentials.", "code": 401}})
    return errors.by_name(*TOKEN_STYLES[style])


def unauthorized_bare() -> ApiError:
    """The refusal of a guest's token by challenges."""
    status, name, text = TOKEN_STYLES["unauthorized"]
    return ApiError(status, {name: text})


def _sso_guest(business: Business, request: Request) -> Access:
    token = user_token(request)
    guest = business.sso_tokens.get(token) or business.mobile_tokens.get(token)
    if guest is None or guest.status != "active" or guest.gone:
        raise errors.one(401, SIGN_IN_TEXT)
    return Access(guest=guest, token=token)


def _check_register(business: Business | None, request: Request) -> tuple[Business, Access]:
    location_key, business_key = pos_keys(request)
    location = _location(business, location_key) if business is not None else None
    if business is None or location is None or business_key != business.business_key:
        if not request.raw_path.startswith("/receipt_details"):
            raise errors.one(401, "Invalid Location Key")
        if not location_key:
            raise errors.POS.missing("location_key")
        raise ApiError(401, ["Invalid LocationKey"])
    return business, Access(location=location)


def _location(business: Business, key: str) -> Location | None:
    """The location whose key it is now: a key outlives neither its location nor its replacement."""
    return next((found for found in business.locations.values() if found.key == key), None)
