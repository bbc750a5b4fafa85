"""What is put into an empty world before it is checked, so that not every answer is 404: set up, called, known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SETUPS: Mapping[str, Mapping[str, Any]] = {
    "braze": {"scim": {"token": "scim-<api_key>"}},
    "punchh": {
        "locations": [{"name": "Main Street", "store_number": "1"}],
        "redeemables": [{"name": "Free coffee", "points": 10}],
    },
    "voucherify": {
        "project": {"id": "proj_checked"},
        "client_side": {"allowed_origins": ["*"], "redeem": True, "publish": True, "create_customer": True},
    },
    "antavo": {
        "club_templates": [{"id": "chess", "name": "Chess clubs"}],
        "faq": [{"title": "What is a stamp?", "description": "A mark for a coffee."}],
        "rewards": [{"id": "mug", "name": "A mug"}],
    },
}
"""A vendor's section of the setup document: what only a dashboard could do. `<name>` stands for a credential."""

ADA = {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "Lovelace"}
COUPONS = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}}
CAMPAIGN = {"campaign_type": "DISCOUNT_COUPONS", "type": "AUTO_UPDATE", "voucher": COUPONS}

CALLS: Mapping[str, tuple[tuple[str, str, Mapping[str, Any]], ...]] = {
    "braze": (("POST", "/users/track", {"attributes": [{"external_id": "ada", "first_name": "Ada"}]}),),
    "punchh": (
        ("POST", "/api2/mobile/users", {"client": "<client>", "user": ADA}),
        ("POST", "/api2/mobile/users/login", {"client": "<client>", "user": ADA}),
    ),
    "voucherify": (
        ("POST", "/v1/campaigns", {"name": "Spring", **CAMPAIGN}),
        ("POST", "/v1/publications", {"campaign": {"name": "Spring"}, "customer": {"source_id": "ada"}}),
    ),
    "antavo": (("POST", "/events", {"customer": "ada", "action": "opt_in", "data": {"first_name": "Ada"}}),),
}
"""Calls made after that; Ada logs in as well, for where she has signed up before."""

KNOWN: Mapping[str, Mapping[str, str]] = {
    "voucherify": {"campaignId": "Spring", "customerId": "ada", "projectId": "proj_checked"},
    "antavo": {"customer_id": "ada", "reward_id": "mug"},
}
"""Values of path parameters that are there then."""

CREDENTIALS: Mapping[str, Mapping[str, str]] = {"braze": {"scim_token": "scim-<api_key>"}}
"""Credentials that come by the setup."""


def filled(value: Any, facts: Mapping[str, str]) -> Any:
    """With every `<name>` replaced by the credential of that name."""
    if isinstance(value, Mapping):
        return {name: filled(item, facts) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, facts) for item in value]
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda found: facts.get(found[1], found[0]), value)
    return value
