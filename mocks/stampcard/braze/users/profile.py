"""Reserved profile fields: what each accepts, and the form it is stored in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from stampcard.braze.values import INVALID, read_time
from stampcard.braze.zones import find_zone

CONTROL = frozenset({"_update_existing_only", "push_token_import", "_merge_objects"})
IDENTIFYING = frozenset({"external_id", "user_alias", "braze_id", "api_key"})

_EMAIL = re.compile(
    r"[^@\s\x00-\x1f<>()\[\],;:\\\"]+@[^@\s\x00-\x1f<>()\[\],;:\\\"]+\.[^@\s.\x00-\x1f<>()\[\],;:\\\"]{2,}"
)

COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
    JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
    MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
    RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV
    TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW""".split()
)
LANGUAGES = frozenset(
    """aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu""".split()
)


def is_email(value: Any) -> bool:
    """Whether Braze takes a value for an address (its own check is not published; this one is assumed)."""
    return isinstance(value, str) and len(value) <= 320 and _EMAIL.fullmatch(value) is not None


def _text(value: Any) -> Any:
    if value.__class__ is str:
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return INVALID
    return str(value)


def _one_of(*values: str) -> Callable[[Any], Any]:
    return lambda value: value if value in values else INVALID


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else INVALID


def _instant(value: Any) -> Any:
    return read_time(value) or INVALID


def _object(value: Any) -> Any:
    return value if isinstance(value, dict) else INVALID


def _birthday(value: Any) -> Any:
    try:
        return value if len(value) == 10 and date.fromisoformat(value) else INVALID
    except (TypeError, ValueError):
        return INVALID


def _country(value: Any) -> Any:
    """The two letters; an English name is mapped to them; anything else is stored as nothing."""
    if not isinstance(value, str):
        return INVALID
    if value.upper() in COUNTRIES:
        return value.upper()
    return _code_of_country(value) or INVALID


def _code_of_country(name: str) -> str | None:
    from babel import Locale

    wanted = name.strip().casefold()
    territories = Locale("en").territories
    return next((code for code in COUNTRIES if territories.get(code, "").casefold() == wanted), None)


def _language(value: Any) -> Any:
    return value.lower() if isinstance(value, str) and value.lower() in LANGUAGES else INVALID


def _time_zone(value: Any) -> Any:
    return value if isinstance(value, str) and find_zone(value) is not None else INVALID


def _location(value: Any) -> Any:
    """Stored as [longitude, latitude], the order of exports."""
    if not isinstance(value, dict):
        return INVALID
    place = [value.get("longitude"), value.get("latitude")]
    for number, most in zip(place, (180, 90), strict=True):
        if isinstance(number, bool) or not isinstance(number, int | float) or not -most <= number <= most:
            return INVALID
    return [float(number) for number in place if number is not None]


_SUBSCRIBED = _one_of("opted_in", "subscribed", "unsubscribed")

FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "first_name": _text,
    "last_name": _text,
    "home_city": _text,
    "dob": _birthday,
    "gender": _one_of("M", "F", "O", "N", "P"),
    "country": _country,
    "language": _language,
    "time_zone": _time_zone,
    "current_location": _location,
    "date_of_first_session": _instant,
    "date_of_last_session": _instant,
    "email_subscribe": _SUBSCRIBED,
    "push_subscribe": _SUBSCRIBED,
    "email_open_tracking_disabled": _boolean,
    "email_click_tracking_disabled": _boolean,
    "marked_email_as_spam_at": _instant,
    "facebook": _object,
    "twitter": _object,
    "attributed_campaign": _text,
    "attributed_source": _text,
    "attributed_adgroup": _text,
    "attributed_ad": _text,
}
"""Field -> function from the value sent to the value stored, or INVALID: then the field is left as it was.

Fields with an index or effects of their own (email, phone, subscription_groups, push_tokens): tracking/attributes.py.
https://www.braze.com/docs/api/objects_filters/user_attributes_object
"""
