"""What the selects of the settings offer, in words."""

import zoneinfo

from babel import Locale
from babel.numbers import get_currency_name

from invoice_app.domain.currencies import CURRENCY_EXPONENTS
from invoice_app.services.views import Choice

# Languages invoices are commonly written in; another one that is already set stays on offer.
_LOCALES = [
    "en_US",
    "en_GB",
    "en_AU",
    "en_CA",
    "en_IE",
    "en_IN",
    "en_NZ",
    "en_SG",
    "en_ZA",
    "bg_BG",
    "cs_CZ",
    "da_DK",
    "de_AT",
    "de_CH",
    "de_DE",
    "el_GR",
    "es_ES",
    "es_MX",
    "et_EE",
    "fi_FI",
    "fr_BE",
    "fr_CA",
    "fr_CH",
    "fr_FR",
    "hr_HR",
    "hu_HU",
    "is_IS",
    "it_IT",
    "lt_LT",
    "lv_LV",
    "nb_NO",
    "nl_BE",
    "nl_NL",
    "pl_PL",
    "pt_BR",
    "pt_PT",
    "ro_RO",
    "ru_RU",
    "sk_SK",
    "sl_SI",
    "sv_SE",
    "tr_TR",
    "uk_UA",
]

CURRENCIES = tuple(Choice(code, f"{code} · {get_currency_name(code, locale='en')}") for code in sorted(CURRENCY_EXPONENTS))
TIME_ZONES = tuple(Choice(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones()))
TAX_ROUNDINGS = (
    Choice("sum_by_net", "Once per tax rate, on the sum (the usual way)"),
    Choice("line", "On every line"),
    Choice("keep_gross", "Keep prices with tax as they are"),
)
TAX_CATEGORIES = (
    Choice("S", "Standard rate"),
    Choice("Z", "Zero rated"),
    Choice("E", "Exempt"),
    Choice("AE", "Reverse charge"),
    Choice("K", "Supply within the EU"),
    Choice("G", "Export"),
    Choice("O", "Outside the scope of tax"),
)
ROLES = (
    Choice("owner", "Owner"),
    Choice("admin", "Admin"),
    Choice("staff", "Staff"),
    Choice("read_only", "Read-only"),
)


def list_locales(present: str) -> tuple[Choice, ...]:
    """The locales on offer by name, `present` among them."""
    offered = {present, *_LOCALES} if present else set(_LOCALES)
    return tuple(sorted((Choice(locale, _name_locale(locale)) for locale in offered), key=lambda choice: choice.label))


def _name_locale(locale: str) -> str:
    return Locale.parse(locale).get_display_name("en") or locale
