"""Program meta: what an app wants to know of its program, some 150 members.

What the setup knows is told from it; the others are settings of the vendor's dashboard that nothing here follows:
empty, unless `program_meta` of the setup has them.
"""

from __future__ import annotations

from typing import Any

from stampcard.core.endpoint import Call, Reply
from stampcard.punchh import accounts, meta, params, payloads
from stampcard.punchh.state import Business

TEXTS = """android_ga_code guest_lookup_type beacon_uuid earning_description ios_ga_code marketing_image_url
    marketing_info marketing_message marketing_title uber_client_id gift_card_auto_reload_disclaimer
    facebook_signup_incentive_text support_email_address faq_url instagram_page_url order_now_url
    order_url_for_sso menus_url privacy_url terms_and_conditions_url nutrition_url catering_url careers_url
    facebook_page twitter_handle share_invite_code_message share_invite_code_title app_disclaimer
    game_disclaimer upgrade_disclaimer challenges_disclaimer earning_disclaimer olo_base_url olo_api_key_ios
    olo_api_key_android olo_provider_key olo_group_order_invite_url checkin_evidenced_by
    guest_identity_code_type misc1 misc2 misc4 auto_select_strategy ios_guest_account_deletion
    android_guest_account_deletion app_feedback_url accessibility_url p2p_authentication_type
    membership_tier_boost login_mode""".split()
NOTHING = (
    """android_geocode_api_key ios_geocode_api_key share_invite_code_description card_redemption_value misc3""".split()
)
FLAGS = """facebook_sharing email_verification_enabled enable_gift_card_auto_reload require_passcode_for_gift_card
    migration_allowed allow_rating_in_feedback allow_guest_to_raise_reactivation enable_gift_card_purchase
    enable_gift_card_reload enable_gift_card_gifting enable_gift_card_consolidation enable_gift_card_sharing
    create_empty_gift_cards show_gift_card_history delete_gift_card_after_consolidation
    ios_guest_account_deactivation android_guest_account_deactivation enable_advance_auth
    enable_guest_challenge_opt_in enable_guest_challenge_opt_out enable_loyalty_identification_at_drive_thru
    drive_thru_location_level_strategy enable_drive_thru_pay enable_subscription_taxation_support
    enable_pargames_integration enable_save_points_for_swag enable_passkeys enable_external_idp""".split()
NUMBERS = """gift_card_auto_reload_threshold gift_card_auto_reload_default default_map_search_radius
    gift_card_minimum_transaction_amount max_gift_card_balance minimum_visit_amount minimum_age_to_signup
    maximum_rating_in_feedback""".split()
LISTS = """games profile_field_questions banking_rules preferred_gift_cards
    guest_account_deletion_request_email""".split()
BASKET_FLAGS = """allow_multiple_redemption_on_item allow_qualifying_items_reused auto_redemption
    enable_auto_unlock""".split()
LOGINS = """enable_advance_auth enable_facebook_login enable_google_login enable_apple_login passkeys_enabled
    external_idp_enabled""".split()


async def show(call: Call[Business]) -> Reply:
    """Cached; `exclude_locations` leaves the stores out whenever it is there, whatever it says."""
    told = meta.cached(call, "mobile", settings(call.state))
    if "exclude_locations" in params.given(call):
        told = {**told, "locations": []}
    call.summary = "the program meta"
    return Reply(200, told)


def settings(business: Business) -> dict[str, Any]:
    return {
        **dict.fromkeys(TEXTS, ""),
        **dict.fromkeys(NOTHING),
        **dict.fromkeys(FLAGS, False),
        **dict.fromkeys(NUMBERS, 0),
        **{name: [] for name in LISTS},
        **_program(business),
        **_features(business),
        "locations": [payloads.location(business, one) for one in business.locations.values()],
        "membership_levels": [{**row, **_conversion(business)} for row in meta.levels(business)],
        "redeemables": _redeemables(business),
        "base_redeemable": _base(business),
        "gis": {**dict.fromkeys(LOGINS, False), "enable_basic_auth": True, "login_mode": ""},
        **business.program_meta,
    }


def _conversion(business: Business) -> dict[str, Any]:
    program = business.program
    money = program.points_conversion_type == "currency"
    return {
        "points_conversion_threshold": program.conversion_threshold if program.type == "points" else 0,
        "currency_earned": accounts.money(program.conversion_value) if money else 0,
    }


def _program(business: Business) -> dict[str, Any]:
    program = business.program
    return {
        **_conversion(business),
        "business_id": business.id,
        "business_name": business.name,
        "content_language": business.locales[0].partition("-")[0],
        "program_type": program.type,
        "points_conversion_type": program.points_conversion_type,
        "visits_per_card": program.visits_per_card,
        "redemption_expiry_minutes": int(program.redemption_code_minutes),
        "minimum_visit_hours": int(program.scan_interval_minutes // 60),
        "earning_unit": "visit" if program.type == "visits" else "point",
        "checkins_earn": "visits" if program.type == "visits" else "points",
    }


def _features(business: Business) -> dict[str, Any]:
    designs = {card.design_id: card for card in business.gift_cards.values()}
    kinds = {campaign.kind for campaign in business.campaigns.values() if campaign.active}
    money = business.program.points_conversion_type == "currency"
    return {
        "gift_cards_enabled": bool(designs),
        "enable_gift_card_transfer": any(card.transferable for card in business.gift_cards.values()),
        "gift_card_designs": [
            {"backgroud_image_url": one.image_url, "card_type": "virtual_gift_card", "name": "", "design_id": number}
            for number, one in sorted(designs.items())
        ],
        "gift_card_default_amounts": {},
        "social_cause_campaigns_enabled": "social_cause" in kinds,
        "promotional_coupons_enabled": "coupon" in kinds,
        "subscription_enabled": bool(business.subscriptions),
        "subscriptions": {},
        "payment_credential": {},
        "subscriptions_payment_credential": {},
        "multiple_redemptions_enabled": True,
        "multiple_redemptions": {**dict.fromkeys(BASKET_FLAGS, False), "enable_discount_locking": True},
        "cancel_redemption": True,
        "enable_points_transfer": True,
        "enable_rewards_transfer": True,
        "enable_currency_transfer": money,
    }


def _redeemables(business: Business) -> list[dict[str, Any]]:
    """Those that points can buy."""
    return [
        {
            "redeemable_id": one.id,
            "name": one.name,
            "description": one.description,
            "redeemable_image_url": one.image_url,
            "redeemable_properties": [],
            "points_required_to_redeem": one.points,
            "meta_data": one.meta_data,
        }
        for one in business.redeemables.values()
        if one.active and one.points
    ]


def _base(business: Business) -> dict[str, Any]:
    found = meta.base_redeemable(business)
    return {
        "name": found.name if found else "",
        "description": found.description if found else "",
        "image_url": found.image_url if found else "",
        "redeemable_properties": [],
        "meta_data": found.meta_data if found else "",
    }
