"""What a vendor sends out: the `webhooks` of contracts/<vendor>/, each an event with its body and headers.

A delivery that is one of these events names it, and is checked against it before it leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from stampcard.core import codec
from stampcard.core.checking import BodyRule, ParameterRule, resolved
from stampcard.core.errors import ContractFault, DeliveryFault

METHODS = ("post", "get", "put", "delete", "patch")
EMULATIONS = frozenset({"emitted", "recorded", "none"})
PROVENANCES = frozenset({"documented", "observed", "assumed"})


@dataclass(frozen=True)
class Event:
    """One thing a vendor sends to an address somebody named.

    `emulation` is emitted, recorded (kept for whoever asks, and not sent) or none; `provenance` is documented, observed
    or assumed, with its `source`. `receiver` is who gets it: `consumer`, or the vendor whose endpoint it is made for.
    """

    name: str
    vendor: str
    method: str
    emulation: str
    provenance: str
    source: str
    receiver: str
    definition: Mapping[str, Any] = field(repr=False)
    components: Mapping[str, Any] = field(repr=False)

    @cached_property
    def headers(self) -> tuple[ParameterRule, ...]:
        rules = (ParameterRule(one, self.components) for one in self.definition.get("parameters", ()))
        return tuple(rule for rule in rules if rule.where == "header")

    @cached_property
    def bodies(self) -> Mapping[str, BodyRule]:
        """Media type -> the rule of a body; `*/*` stands for all others."""
        body = resolved(self.definition.get("requestBody", {}), self.components)
        return {
            media: BodyRule({"content": {media: content}}, self.components)
            for media, content in body.get("content", {}).items()
        }

    def check(self, headers: Iterable[tuple[str, str]], body: bytes) -> None:
        """Raises DeliveryFault for a header or a body that breaks the contract."""
        given = {name.lower(): value for name, value in headers}
        for rule in self.headers:
            if rule.name.lower() in given:
                _, wrong = rule.read([given[rule.name.lower()]])
                if wrong:
                    raise self._fault(f"the header {rule.name}: {wrong[0].message}")
            elif rule.required:
                raise self._fault(f"the header {rule.name} is missing")
        self.check_body(given.get("content-type", "").partition(";")[0].strip().lower(), body)

    def check_body(self, media: str, body: bytes) -> None:
        """Raises DeliveryFault for a body of a media type that breaks the contract."""
        rule = self.bodies.get(media) or self.bodies.get("*/*")
        if rule is None and (body or self.bodies):
            raise self._fault(f"no body of type {media or 'none'} is in its contract")
        if rule is None or not rule.schema:
            return
        try:
            value = codec.decode(body) if media == "application/json" else body.decode()
        except (codec.BadJson, UnicodeDecodeError) as error:
            raise self._fault(f"the body is no {media}: {error}") from error
        if found := rule.check(value):
            place = "/".join(map(str, found[0].path))
            raise self._fault(f"the body at /{place}: {found[0].message[:500]}")

    def _fault(self, what: str) -> DeliveryFault:
        return DeliveryFault(f"{self.vendor} {self.name} breaks its contract: {what}")


def read(vendor: str, webhooks: Mapping[str, Mapping[str, Any]], components: Mapping[str, Any]) -> dict[str, Event]:
    """The events of a bundled contract. Raises ContractFault for one that does not say what it must."""
    return {name: _event(vendor, name, item, components) for name, item in webhooks.items()}


def _event(vendor: str, name: str, item: Mapping[str, Any], components: Mapping[str, Any]) -> Event:
    methods = [method for method in METHODS if method in item]
    if len(methods) != 1:
        raise ContractFault(f"{vendor}: the webhook {name} needs one method, not {', '.join(methods) or 'none'}")
    definition = item[methods[0]]
    if definition.get("x-emulation") not in EMULATIONS or definition.get("x-provenance") not in PROVENANCES:
        raise ContractFault(f"{vendor}: the webhook {name} lacks a valid x-emulation or x-provenance")
    if not definition.get("x-source"):
        raise ContractFault(f"{vendor}: the webhook {name} lacks x-source")
    return Event(
        name=name,
        vendor=vendor,
        method=methods[0].upper(),
        emulation=definition["x-emulation"],
        provenance=definition["x-provenance"],
        source=definition["x-source"],
        receiver=definition.get("x-receiver", "consumer"),
        definition=definition,
        components=components,
    )
