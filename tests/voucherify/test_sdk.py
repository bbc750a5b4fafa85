"""The vendor's own Python SDK, from PyPI, against a live world."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.blocking import LiveWorld

voucherify = pytest.importorskip("voucherify", reason="the vendor's SDK is not installed")


def sdk(live: LiveWorld) -> Any:
    facts = live["voucherify"]
    configuration = voucherify.Configuration(
        host=facts["url"], api_key={"X-App-Id": facts["app_id"], "X-App-Token": facts["app_token"]}
    )
    return voucherify.ApiClient(configuration)


def test_the_sdk_creates_a_campaign_publishes_from_it_and_gets_the_voucher(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        body = voucherify.CampaignsCreateRequestBody.from_dict(
            {
                "name": "Spring",
                "campaign_type": "DISCOUNT_COUPONS",
                "type": "AUTO_UPDATE",
                "vouchers_count": 1,
                "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
            }
        )
        campaign = voucherify.CampaignsApi(client).create_campaign(body)
        order = voucherify.PublicationsCreateRequestBody.from_dict(
            {"campaign": {"name": "Spring"}, "customer": {"source_id": "ann"}}
        )
        publication = voucherify.PublicationsApi(client).create_publication(publications_create_request_body=order)
        code = publication.voucher.code
        voucher = voucherify.VouchersApi(client).get_voucher(code)

    assert campaign.name == "Spring"
    assert voucher.campaign_id == campaign.id
    assert voucher.publish.count == 1


def test_the_sdk_validates_redeems_and_rolls_back(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        customer = voucherify.CustomersCreateRequestBody.from_dict({"source_id": "ann", "name": "Ann"})
        ann = voucherify.CustomersApi(client).create_customer(customers_create_request_body=customer)
        discount = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 1000}}
        voucher = voucherify.VouchersCreateWithSpecificCodeRequestBody.from_dict(discount)
        voucherify.VouchersApi(client).create_voucher("TEN", vouchers_create_with_specific_code_request_body=voucher)
        basket = {
            "redeemables": [{"object": "voucher", "id": "TEN"}],
            "customer": {"source_id": "ann"},
            "order": {"amount": 5000},
        }
        validation = voucherify.ValidationsApi(client).validate_stacked_discounts(
            voucherify.ValidationsValidateRequestBody.from_dict(basket)
        )
        redeemed = voucherify.RedemptionsApi(client).redeem_stacked_discounts(
            redemptions_redeem_request_body=voucherify.RedemptionsRedeemRequestBody.from_dict(basket)
        )
        rollback = voucherify.RedemptionsApi(client).rollback_redemption(redeemed.redemptions[0].id)

    assert validation.valid is True and validation.order.total_amount == 4000
    assert redeemed.redemptions[0].customer_id == ann.id
    assert rollback.result == "SUCCESS"


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_the_sdk_runs_a_loyalty_program(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        loyalties = voucherify.LoyaltiesApi(client)
        card = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 100}}
        program = {"name": "Club", "type": "AUTO_UPDATE", "voucher": card}
        loyalties.create_loyalty_program(
            loyalties_create_campaign_request_body=voucherify.LoyaltiesCreateCampaignRequestBody.from_dict(program)
        )
        member = loyalties.add_member(
            "Club",
            loyalties_members_create_request_body=voucherify.LoyaltiesMembersCreateRequestBody.from_dict(
                {"customer": {"source_id": "ann"}}
            ),
        )
        balance = loyalties.update_loyalty_card_balance(
            member.code,
            loyalties_members_balance_update_request_body=voucherify.LoyaltiesMembersBalanceUpdateRequestBody.from_dict(
                {"points": 50}
            ),
        )

    assert member.loyalty_card.balance == 100
    assert balance.balance == 150
