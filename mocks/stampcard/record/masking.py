"""Secrets and people in a recording become pseudonyms: the same value the same pseudonym, and no way back.

What is masked is told by the name it stands under (a header, a parameter, a JSON member) or by its form (an e-mail
address anywhere). A value that was masked once is masked wherever it comes again, in paths and messages, too.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from uuid import UUID

from stampcard.core import codec
from stampcard.core.journal import SECRET_FIELDS

SECRETS = SECRET_FIELDS | frozenset(
    """access_key api-key apikey app_id app_key applicationid auth_token bearer client client_id client_secret_key
    cookie credential device_token digest id_token jwt nonce passcode pin private_key proxy-authorization push_token
    secretkey
    set-cookie session_id session_token sessionid signature user_token verification_code x-api-key x-app-id
    x-client-application-id x-management-id x-pch-digest x-pch-key x-voucherify-signature""".split()
)
"""Names of credentials of the four vendors and of usual ones, lower case; ids of applications are half of a key."""

EMAILS = frozenset("email email_address secondary_email alternate_email".split())
PHONES = frozenset(
    """phone phone_number mobile mobile_phone mobile_number telephone cell to_phone_number from_phone_number
    user_phone_number whatsapp_number""".split()
)
NAMES = frozenset(
    """first_name last_name middle_name full_name display_name nickname maiden_name surname given_name family_name
    for_referring_full_name firstname lastname username user_name""".split()
)
DATES = frozenset("birthday birthdate birth_date date_of_birth dob anniversary".split())
PLACES = frozenset(
    """address address1 address2 address_line1 address_line2 line_1 line_2 street street_address zip zip_code zipcode
    postal_code postcode""".split()
)
OTHERS = frozenset(
    """ip ip_address remote_ip client_ip x-forwarded-for x-real-ip forwarded latitude longitude current_location
    device_id app_device_id ad_id fb_uid avatar_remote_url""".split()
)
PEOPLE = frozenset("customer customers holder user users guest referrer recipient member contact person".split())
"""Members that hold a person: a `name` there is a person's, as it is beside an e-mail address or a phone."""

MIN_REMEMBERED = 6
"""Characters of a masked text from which on it is masked wherever else it stands; shorter ones would hit too much."""

MAX_REMEMBERED = 1000
"""Masked texts that are remembered, the newest; under a name that is masked, older ones still are."""

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"(?<![\w:.])\+[0-9]{8,15}(?![\w:])")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = re.compile(r"(\d{4})([-/]?)(\d{2})\2(\d{2})")
_MEMBER = re.compile(r"""("(?P<name>[A-Za-z_-]+)"\s*:\s*")(?P<value>(?:\\.|[^"\\])*)""")


class Masker:
    """Makes pseudonyms with a key: without it nobody can try whose they are. `more` are further names of secrets."""

    def __init__(self, key: str, more: Iterable[str] = ()) -> None:
        self._key = key.encode()
        self._secrets = SECRETS | OTHERS | {name.lower() for name in more}
        self._seen: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    # Whole messages

    def headers(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, self._header(name.lower(), value)) for name, value in pairs]

    def url(self, url: str) -> str:
        """A URL or a target: parameters by name, and path segments and user by what is known."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        path = "/".join(self._segment(segment) for segment in parts.path.split("/"))
        query = self.form(parts.query) if "=" in parts.query else self.text(parts.query)
        return urlunsplit((parts.scheme, host, path, query, ""))

    def form(self, text: str) -> str:
        """Form-encoded pairs."""
        pairs = parse_qsl(text, keep_blank_values=True)
        return urlencode([(name, str(self._member(_last(name), value, name))) for name, value in pairs])

    def body(self, media: str, text: str) -> str:
        """A body as text: JSON and forms by their members, all else by form and by what is known."""
        try:
            return codec.encode(self.value(codec.decode(text.encode()))).decode()
        except (codec.BadJson, UnicodeEncodeError):
            pass
        if media == "application/x-www-form-urlencoded":
            return self.form(text)
        return self.text(_MEMBER.sub(lambda m: m[1] + str(self._member(m["name"], m["value"], "")), text))

    def value(self, value: Any, name: str = "", within: str = "") -> Any:
        """JSON: `name` is the member a value stands under, `within` the one that holds it."""
        if isinstance(value, dict):
            if name.lower() in PLACES:
                return {key: self._leaves(item, self._place) for key, item in value.items()}
            person = within_person(name, within, value)
            return {
                self.text(key): self._person_name(item)
                if person and key == "name" and isinstance(item, str)
                else self.value(item, key, name)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.value(item, name, within) for item in value]
        return self._member(name, value, within)

    def text(self, text: str) -> str:
        """Free text: e-mail addresses, and whatever was masked before."""
        text = _EMAIL.sub(lambda found: self._address(found[0]), text)
        text = _PHONE.sub(lambda found: self._phone(found[0]), text)
        if self._pattern is None and self._seen:
            longest = sorted(self._seen, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest)))
        return self._pattern.sub(lambda found: self._seen[found[0]], text) if self._pattern else text

    # By name

    def _kind(self, name: str) -> Callable[[str], str] | None:
        low = name.lower()
        for names, kind in (
            (self._secrets, self._secret),
            (EMAILS, self._address),
            (PHONES, self._phone),
            (NAMES, self._person_name),
            (DATES, self._day),
            (PLACES, self._place),
        ):
            if low in names:
                return kind
        return None

    def _member(self, name: str, value: Any, within: str) -> Any:
        kind = self._kind(name)
        if kind is None or value in (None, "", True, False):
            return self.text(value) if isinstance(value, str) else value
        return self._leaf(value, kind)

    def _leaves(self, value: Any, kind: Callable[[str], str]) -> Any:
        """All that stands under a masked name, such as the parts of an address."""
        if isinstance(value, dict):
            return {key: self._leaves(item, self._kind(key) or kind) for key, item in value.items()}
        if isinstance(value, list):
            return [self._leaves(item, kind) for item in value]
        return value if value is None or isinstance(value, bool) else self._leaf(value, kind)

    def _leaf(self, value: Any, kind: Callable[[str], str]) -> Any:
        """A text's pseudonym, or a number's of as many digits."""
        if isinstance(value, int):
            return int("1" + self._digits(str(value), len(str(abs(value))) - 1)) if abs(value) > 9 else value
        if isinstance(value, float):
            return 0.0
        return self._remember(value, kind(value))

    def _header(self, name: str, value: str) -> str:
        if name in ("location", "referer", "origin", "content-location"):
            return self.url(value)
        if name in ("cookie", "set-cookie"):
            return f"{value.partition('=')[0]}={self._secret(value)}"
        if name not in self._secrets:
            return self.text(value)
        scheme, blank, rest = value.partition(" ")
        if not blank:
            return self._remember(value, self._secret(value))
        made = self._remember(rest, self._secret(rest))
        return f"{scheme} {made}"

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        masked = self.text(plain)
        return segment if masked == plain else quote(masked, safe="@")

    # Pseudonyms

    def _remember(self, value: str, pseudonym: str) -> str:
        """E-mail addresses are known by their form and need no remembering."""
        long = len(value) >= (10 if value.isdecimal() else MIN_REMEMBERED)
        if long and "@" not in value and value not in self._seen:
            if len(self._seen) >= MAX_REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[value] = pseudonym
            self._pattern = None
        return pseudonym

    def _digest(self, value: str) -> str:
        return hmac.new(self._key, value.encode(errors="replace"), hashlib.sha256).hexdigest()

    def _digits(self, value: str, count: int) -> str:
        return str(int(self._digest(value), 16))[-count:].zfill(count)

    def _letters(self, value: str, count: int) -> str:
        return "".join(chr(ord("a") + int(digit, 16)) for digit in self._digest(value.lower())[:count])

    def _secret(self, value: str) -> str:
        digest = self._digest(value)
        return str(UUID(digest[:32], version=4)) if _UUID.fullmatch(value) else f"masked{digest[:16]}"

    def _address(self, value: str) -> str:
        """An address at example.com, whatever the case and encoding."""
        if "@" not in value and "%40" not in value:
            return self._secret(value)
        made = f"{self._letters(unquote(value), 10)}@example.com"
        return made.replace("@", "%40") if "%40" in value else made

    def _phone(self, value: str) -> str:
        """As long as it was, a leading + kept; 555 is nobody's number."""
        plus = "+" if value.startswith("+") else ""
        count = max(7, sum(character.isdigit() for character in value))
        return plus + ("1555" + self._digits(value, count))[:count]

    def _person_name(self, value: str) -> str:
        return " ".join(self._remember(part, self._letters(part, 7).capitalize()) for part in value.split()) or value

    def _place(self, value: str) -> str:
        return self._digits(value, len(value)) if value.isdecimal() else self._letters(value, 9).capitalize()

    def _day(self, value: str) -> str:
        """Another day in the same spelling; what is no date is a secret."""
        found = _DAY.search(value)
        if not found:
            return self._secret(value)
        day = date(1950, 1, 1) + timedelta(days=int(self._digest(value), 16) % 18000)
        return value[: found.start()] + day.strftime(f"%Y{found[2]}%m{found[2]}%d") + value[found.end() :]


def within_person(name: str, within: str, value: Mapping[str, Any]) -> bool:
    """Whether an object is a person."""
    return (
        name in PEOPLE
        or (name == "" and within in PEOPLE)
        or value.get("object") == "customer"
        or bool(value.keys() & (EMAILS | PHONES | NAMES))
    )


def _last(name: str) -> str:
    """The innermost part of a form's name: `first_name` of `user[first_name]`."""
    return name.replace("]", "").rpartition("[")[2]
