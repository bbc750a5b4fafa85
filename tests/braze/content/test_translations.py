"""Translations: stored by the API, read by messages."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.braze.calls import bearer

CAMPAIGN, VARIATION = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000f1"
ES, MX = "00000000-0000-4000-8000-000000000011", "00000000-0000-4000-8000-000000000012"
BODY = "{% translation id_0 %}Hello {{${first_name}}}{% endtranslation %}!"
EMAIL = {"from": "A <a@example.com>", "subject": "Hi", "body": BODY, "message_variation_id": VARIATION}


async def put(world: WorldClient, locale: str, text: str) -> None:
    body = {"campaign_id": CAMPAIGN, "message_variation_id": VARIATION, "locale_id": locale}
    response = await world.braze.put(
        "/campaigns/translations", json=body | {"translation_map": {"id_0": text}}, headers=bearer(world.braze)
    )
    assert response.status_code == 200, response.text


async def sent_to(world: WorldClient, **profile: Any) -> str:
    """The body of the campaign's e-mail to a user of this profile."""
    user = {"external_id": "ann", "email": "ann@example.com", "first_name": "Ann", **profile}
    await world.setup({"braze": {"users": [user]}})
    body = {"campaign_id": CAMPAIGN, "recipients": [{"external_user_id": "ann"}]}
    await world.braze.post("/campaigns/trigger/send", json=body, headers=bearer(world.braze))
    await world.settle()
    (message,) = await world.outbox()
    text: str = message["parts"]["body"]
    return text


async def set_up(world: WorldClient) -> None:
    locales = [{"name": "Spanish", "language": "es", "uuid": ES}]
    locales.append({"name": "Mexico", "language": "es", "country": "MX", "uuid": MX})
    row = {"name": "Welcome", "id": CAMPAIGN, "delivery": "api_triggered", "messages": {"email": EMAIL}}
    await world.setup({"braze": {"locales": locales, "campaigns": [row]}})


async def test_without_a_translation_the_text_itself_is_sent(world: WorldClient) -> None:
    await set_up(world)
    assert await sent_to(world, language="es") == "Hello Ann!"


async def test_a_user_reads_the_text_in_their_language(world: WorldClient) -> None:
    await set_up(world)
    await put(world, ES, "Hola {{${first_name}}}")
    assert await sent_to(world, language="es", country="AR") == "Hola Ann!"


async def test_the_users_country_comes_before_the_language_alone(world: WorldClient) -> None:
    await set_up(world)
    await put(world, ES, "Hola")
    await put(world, MX, "Qué onda")
    assert await sent_to(world, language="es", country="MX") == "Qué onda!"


async def test_another_language_reads_the_text_itself(world: WorldClient) -> None:
    await set_up(world)
    await put(world, ES, "Hola")
    assert await sent_to(world, language="fr") == "Hello Ann!"


async def test_a_step_of_a_canvas_is_translated_too(world: WorldClient) -> None:
    step = {"name": "Hello", "type": "message", "messages": {"email": EMAIL}}
    row = {
        "name": "Journey",
        "id": CAMPAIGN,
        "entry": {"delivery": "api_triggered"},
        "variants": [{"name": "A", "percentage": 100, "steps": [step]}],
    }
    await world.setup({"braze": {"locales": [{"name": "S", "language": "es", "uuid": ES}], "canvases": [row]}})
    details = await world.braze.get("/canvas/details", params={"canvas_id": CAMPAIGN}, headers=bearer(world.braze))
    names = {"workflow_id": CAMPAIGN, "step_id": details.json()["steps"][0]["id"], "message_variation_id": VARIATION}
    body = {**names, "locale_id": ES, "translation_map": {"id_0": "Hola"}}
    assert (await world.braze.put("/canvas/translations", json=body, headers=bearer(world.braze))).status_code == 200
    response = await world.braze.get("/canvas/translations", params=names, headers=bearer(world.braze))
    assert response.json()["translations"][0]["translation_map"] == {"id_0": "Hola"}
