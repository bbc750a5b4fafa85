"""Users, campaigns and what happens to them, for the tests of the message engine."""

from __future__ import annotations

from typing import Any

from stampcard.braze.dashboard import buttons
from stampcard.client import WorldClient
from tests.braze.calls import track

EVENT = {"action": "perform custom event", "event": "e"}
SESSION = {"action": "start session"}
NOW = "now"


def people(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"external_id": name, "email": f"{name}@example.com", **more} for name in names or ("ann",)]


def triggered(name: str = "C", trigger: dict[str, Any] = EVENT, body: str = "x", **more: Any) -> dict[str, Any]:
    """An action-based campaign with a mail; users get it again and again."""
    row = {"name": name, "delivery": "action_based", "triggers": [trigger], "re_eligibility": 0}
    return row | {"messages": {"email": {"body": body}}} | more


def scheduled(name: str = "S", at: str = NOW, body: str = "x", **more: Any) -> dict[str, Any]:
    """A scheduled campaign with a mail; `schedule` says more than `at`."""
    row = {"name": name, "delivery": "scheduled", "schedule": {"at": at}, "re_eligibility": 0}
    return row | {"messages": {"email": {"body": body}}} | more


async def setup(world: WorldClient, *campaigns: dict[str, Any], users: Any = None, **more: Any) -> None:
    await world.setup({"braze": {"users": users or people(), "campaigns": list(campaigns), **more}})


async def happen(world: WorldClient, name: str = "e", who: str = "ann", **properties: Any) -> None:
    """A custom event, now, by /users/track."""
    now = (await world.clock())["now"]
    await track(world.braze, events=[{"external_id": who, "name": name, "time": now, "properties": properties}])
    await world.settle()


async def device(world: WorldClient, action: str = "start session", who: str = "ann", **more: Any) -> Any:
    """What a user's device tells."""
    assert world.inside is not None
    told = await buttons.device(world.inside.tenants["braze"], {"user": who, "action": action, **more})
    await world.settle()
    return told


async def seen(world: WorldClient) -> list[tuple[str, str]]:
    """Status and time of every message."""
    return [(row["status"], row["at"][:16]) for row in await world.outbox()]


async def events(world: WorldClient, event_type: str) -> list[dict[str, Any]]:
    """The properties of the message events of a type."""
    assert world.inside is not None
    found = await buttons.message_events(world.inside.tenants["braze"], {"event_type": event_type})
    return [event["properties"] for event in found]


async def bodies(world: WorldClient) -> list[str]:
    """The body of every message, empty where there is none."""
    return [row["parts"].get("body", "") for row in await world.outbox()]
