"""POST /v1/auth/token: OAuth 2.0 client credentials for the asynchronous events."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta

from stampcard.antavo.errors import BAD_REQUEST, UNAUTHORIZED
from stampcard.antavo.state import AuthClient, Brand, Token
from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.core.http import Request

SCOPE = "loyalty.async_events"

# The pairing of words and codes follows the order of the published lists; only the first is shown as a whole.
_REFUSALS = {
    "invalid_request": (220011, "The request includes a parameter that is not allowed for this grant type."),
    "unauthorized_client": (
        220013,
        "The authenticated client is not authorized to use this authorization grant type",
    ),
    "unsupported_grant_type": (220014, "The authorization grant type is not supported by this server"),
    "invalid_scope": (220015, "The requested scope is invalid, unknown, or malformed"),
}


async def token(call: Call[Brand]) -> Reply:
    """A bearer token with the one scope there is."""
    body = call.body
    if body.get("grant_type") != "client_credentials":
        raise refused("unsupported_grant_type" if body.get("grant_type") else "invalid_request")
    if body.get("scope") != SCOPE:
        raise refused("invalid_scope")
    brand, client = call.state, call.key
    seconds = brand.settings.auth.token_seconds
    # Not from chance: two worlds of one seed would hand out the same token, and a token names its world.
    text = call.world.secrets.alnum(f"antavo token {len(brand.tokens)}", 64)
    made = Token(text, client.id, call.world.clock.now + timedelta(seconds=seconds))
    brand.tokens[made.token] = made
    call.summary = f"token for {client.id}"
    return Reply(200, {"access_token": made.token, "token_type": "Bearer", "expires_in": seconds, "scope": SCOPE})


def refused(word: str) -> ApiError:
    """An OAuth error, which has an envelope of its own."""
    code, message = _REFUSALS[word]
    return _oauth(400, word, BAD_REQUEST, code, message)


def client_refused() -> ApiError:
    error = _oauth(401, "invalid_client", UNAUTHORIZED, 220010, "Client authentication failed")
    error.headers = (("WWW-Authenticate", 'Basic realm="OAuth2 Token Endpoint"'),)
    return error


def bearer_refused() -> ApiError:
    detail = {"type": UNAUTHORIZED, "code": 220052, "message": "Bearer token authentication failed"}
    return ApiError(401, {"error": detail})


def _oauth(status: int, word: str, kind: str, code: int, message: str) -> ApiError:
    return ApiError(
        status, {"status": "error", "error": word, "details": {"type": kind, "code": code, "message": message}}
    )


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, or None."""
    scheme, _, rest = request.headers.get("authorization").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = b64decode(rest.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, secret) if colon else None


def is_valid(brand: Brand, client: AuthClient) -> bool:
    """Active and not past its expiry."""
    now = brand.world.clock.now
    return client.status == "active" and (client.expires_at is None or now < client.expires_at)
