"""Currencies of purchases and orders, and what they are worth in USD, in which Braze counts revenue."""

from __future__ import annotations

from collections.abc import Callable

from stampcard.braze.state import Workspace

CODES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC BTN BWP BYN BYR BZD CAD
    CDF CHF CLF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GGP GHS GIP GMD GNF
    GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
    LKR LRD LSL LTL LVL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
    PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VEF VES VND VUV WST XAF XAG XAU XCD XDR XOF XPD XPF XPT
    YER ZAR ZMK ZMW ZWL""".split()
)
"""ISO 4217, and former codes that older data still has."""


def is_currency(code: str) -> bool:
    return code.upper() in CODES


Note = Callable[[str, str, str], None]


def in_usd(workspace: Workspace, amount: float, currency: str, note: Note | None = None, at: str = "") -> float:
    """An amount in USD by the workspace's exchange rate; without one it stays as it was sent, and `note` is told.

    Braze takes the rate of the day, which nobody here knows: https://www.braze.com/docs/api/objects_filters/purchase_object
    """
    code = currency.upper()
    if code == "USD":
        return amount
    rate = workspace.exchange_rates.get(code)
    if rate is None:
        why = (
            f"Braze converts {code} to USD by the day's rate; the setup's exchange_rates has none: kept as it was sent"
        )
        if note is not None:
            note("currency", why, at)
        return amount
    return amount * rate
