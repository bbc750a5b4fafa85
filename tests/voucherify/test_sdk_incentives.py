"""The vendor's own Python SDK against a live world: what shapes incentives, and the management API."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.blocking import LiveWorld

voucherify = pytest.importorskip("voucherify", reason="the vendor's SDK is not installed")

COUPON = {"type": "DISCOUNT_VOUCHER", "discount": {"type": "AMOUNT", "amount_off": 1000}}


def sdk(live: LiveWorld) -> Any:
    """A client with server, client-side and management keys."""
    facts = live["voucherify"]
    keys = {
        "X-App-Id": facts["app_id"],
        "X-App-Token": facts["app_token"],
        "X-Client-Application-Id": facts["client_app_id"],
        "X-Client-Token": facts["client_token"],
        "X-Management-Id": facts["management_id"],
        "X-Management-Token": facts["management_token"],
    }
    return voucherify.ApiClient(voucherify.Configuration(host=facts["url"], api_key=keys))


def body(model: str, **members: Any) -> Any:
    return getattr(voucherify, model).from_dict(members)


def test_the_sdk_asks_what_qualifies(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        coupon = body("VouchersCreateWithSpecificCodeRequestBody", **COUPON)
        voucherify.VouchersApi(client).create_voucher("TEN", vouchers_create_with_specific_code_request_body=coupon)
        order = {"amount": 5000}
        server = voucherify.QualificationsApi(client).check_eligibility(
            body("QualificationsCheckEligibilityRequestBody", order=order, options={"expand": ["redeemable"]})
        )
        browser = voucherify.ClientSideApi(client).check_eligibility_client_side(
            client_qualifications_check_eligibility_request_body=body(
                "ClientQualificationsCheckEligibilityRequestBody", order=order
            ),
        )

    assert [item.id for item in server.redeemables.data] == ["TEN"]
    assert server.redeemables.data[0].order.total_amount == 4000
    assert [item.id for item in browser.redeemables.data] == ["TEN"]


def test_the_sdk_stacks_tiers_and_limits_them_to_a_collection(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        products, promotions = voucherify.ProductCollectionsApi(client), voucherify.PromotionsApi(client)
        mug = voucherify.ProductsApi(client).create_product(
            body("ProductsCreateRequestBody", source_id="mug", name="Mug", price=1000)
        )
        collection = products.create_product_collection(
            body(
                "ProductCollectionsCreateRequestBody",
                name="Mugs",
                type="STATIC",
                products=[{"id": mug.id, "object": "product"}],
            )
        )
        held = products.list_products_in_collection(collection.id)
        campaign = voucherify.CampaignsApi(client).create_campaign(
            body("CampaignsCreateRequestBody", name="Sale", campaign_type="PROMOTION")
        )
        discount = {"type": "PERCENT", "percent_off": 10}
        tier = promotions.add_promotion_tier_to_campaign(
            campaign.id, body("PromotionsTiersCreateRequestBody", name="Ten", action={"discount": discount})
        )
        stack = promotions.create_promotion_stack(
            campaign.id, body("PromotionsStacksCreateRequestBody", name="All", tiers={"ids": [tier.id]})
        )
        listed = promotions.list_all_promotion_stacks()

    assert held.total == 1 and collection.object == "products_collection"
    assert [item.id for item in listed.data] == [stack.id]


def test_the_sdk_manages_schemas_stacking_rules_and_projects(live_world: LiveWorld) -> None:
    live_world.setup({"voucherify": {"project": {"id": "proj_sdk"}}})
    with sdk(live_world) as client:
        management = voucherify.ManagementApi(client)
        schema = management.create_metadata_schema(
            "proj_sdk",
            body(
                "ManagementProjectsMetadataSchemasCreateRequestBody",
                related_object="customer",
                properties={"club": {"type": "string", "optional": True, "array": False}},
            ),
        )
        seen = voucherify.MetadataSchemasApi(client).get_metadata_schema("customer")
        rules = management.create_stacking_rules(
            "proj_sdk", body("ManagementProjectsStackingRulesCreateRequestBody", applicable_redeemables_limit=3)
        )
        listed = management.list_stacking_rules("proj_sdk")
        event = management.create_custom_event_schema(
            "proj_sdk",
            body("ManagementProjectsCustomEventSchemasCreateRequestBody", name="review", schema={"properties": {}}),
        )
        project = management.create_project(body("ManagementProjectsCreateRequestBody", name="Second"))

    assert seen.id == schema.id
    assert listed.data[0].id == rules.id and listed.data[0].applicable_redeemables_limit == 3
    assert event.name == "review"
    assert project.server_side_key.app_id


def test_the_sdk_sees_what_a_customer_holds(live_world: LiveWorld) -> None:
    with sdk(live_world) as client:
        coupon = body("VouchersCreateWithSpecificCodeRequestBody", **COUPON)
        voucherify.VouchersApi(client).create_voucher("TEN", vouchers_create_with_specific_code_request_body=coupon)
        order = body("PublicationsCreateRequestBody", voucher="TEN", customer={"source_id": "ann"})
        voucherify.PublicationsApi(client).create_publication(publications_create_request_body=order)
        wallet = voucherify.CustomersApi(client).list_customer_redeemables("ann")

    assert [item.redeemable.voucher.code for item in wallet.data] == ["TEN"]
    assert wallet.data[0].redeemable.status == "ACTIVE"
