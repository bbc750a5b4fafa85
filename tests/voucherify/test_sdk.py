"""The vendor's own Python SDK, from PyPI, against a live world."""

from __future__ import annotations

import pytest

from stampcard.blocking import LiveWorld

voucherify = pytest.importorskip("voucherify", reason="the vendor's SDK is not installed")


def sdk(live: LiveWorld) -> voucherify.ApiClient:
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
