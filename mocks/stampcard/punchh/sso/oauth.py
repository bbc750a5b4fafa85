"""The hosted login: a form at Punchh, a code, a token. The setup says who logs in; there is no form."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from stampcard.core.endpoint import Call, Reply
from stampcard.core.errors import ApiError
from stampcard.punchh import params
from stampcard.punchh.access import INVALID_CLIENT
from stampcard.punchh.state import Business

CODE_MINUTES = 10
TEXTS = {
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client.",
    "invalid_client": INVALID_CLIENT,
    "invalid_request": "The request is missing a required parameter, includes an unsupported parameter value, or is "
    "otherwise malformed.",
}


def refused(name: str) -> ApiError:
    return ApiError(401, {"error": name, "error_description": TEXTS[name]})


async def authorize(call: Call[Business]) -> Reply:
    """Straight back to the site with a code for the guest of the setup, or with a refusal when there is none."""
    business, values = call.state, params.given(call)
    back = params.text(values.get("redirect_uri"))
    if not urlsplit(back).scheme or params.text(values.get("response_type")) not in ("", "code"):
        raise refused("invalid_request")
    guest = business.by_email.get(business.hosted_login.lower())
    mark = "&" if "?" in back else "?"
    if guest is None or not guest.is_member:
        call.diagnose("nobody-logs-in", "name who logs in: punchh.business.hosted_login of the setup")
        return Reply(302, headers=[("Location", f"{back}{mark}{urlencode({'error': 'access_denied'})}")])
    code = business.world.chance.hex(64)
    business.login_codes[code] = (guest, back, business.now + timedelta(minutes=CODE_MINUTES))
    call.summary = f"guest {guest.id} logs in at the hosted form"
    return Reply(302, headers=[("Location", f"{back}{mark}{urlencode({'code': code})}")])


async def token(call: Call[Business]) -> Reply:
    """A code becomes a token once; the token reads the guest at GET /api/auth/users."""
    business, values = call.state, params.given(call)
    if params.text(values.get("client_secret")) != business.secret:
        raise refused("invalid_client")
    if params.text(values.get("grant_type")) != "authorization_code":
        raise refused("invalid_request")
    found = business.login_codes.pop(params.text(values.get("code")), None)
    if found is None or found[2] <= business.now or found[1] != params.text(values.get("redirect_uri")):
        raise refused("invalid_grant")
    guest = found[0]
    made = business.world.chance.hex(64)
    business.sso_tokens[made] = guest
    call.summary = f"the login of guest {guest.id} is exchanged for a token"
    body = {"access_token": made, "token_type": "Bearer", "refresh_token": "", "scope": ""}
    return Reply(200, {**body, "created_at": str(int(call.world.clock.epoch))})
