"""The Webhooks Manager: which events leave, by which webhook or adapter, and which switch holds them back."""

from __future__ import annotations

from stampcard.punchh.state import Business, Event
from stampcard.punchh.webhooks import adapter, webhook


def dispatch(business: Business, event: Event) -> None:
    """Hand an event to every webhook and adapter that is switched on and wants it."""
    if not business.webhook_management:
        _held(business, event, "Enable Webhook Management is off")
        return
    for hook in business.webhooks.values():
        if hook.active and event.name in hook.events:
            webhook.send(business, hook, event)
    for found in business.adapters.values():
        if adapter.family(event) not in found.events:
            continue
        if not business.show_adapters_tab:
            _held(business, event, "Show Adapters Tab is off")
        elif not found.active:
            _held(business, event, f"adapter {found.name} is not active")
        else:
            adapter.send(business, found, event)


def _held(business: Business, event: Event, why: str) -> None:
    business.world.record("punchh", "webhooks held", f"nothing sent: {why}", cause=event.id)
