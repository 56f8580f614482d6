"""Time zones of projects: Procore names them as Ruby on Rails does, as IANA does, or in an older way.

A date is never converted by any of this (D80): zones only turn times of day into moments, and back.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC_ZONE = ZoneInfo("UTC")

_BY_ZONE: dict[str, tuple[str, ...]] = {
    # the Pacific, from the date line eastwards
    "Etc/GMT+12": ("International Date Line West",),
    "Pacific/Midway": ("Midway Island",),
    "Pacific/Pago_Pago": ("American Samoa",),
    "Pacific/Honolulu": ("Hawaii",),
    "Pacific/Guam": ("Guam",),
    "Pacific/Port_Moresby": ("Port Moresby",),
    "Pacific/Guadalcanal": ("Solomon Is.",),
    "Pacific/Noumea": ("New Caledonia",),
    "Pacific/Fiji": ("Fiji",),
    "Pacific/Majuro": ("Marshall Is.",),
    "Pacific/Auckland": ("Auckland", "Wellington"),
    "Pacific/Chatham": ("Chatham Is.",),
    "Pacific/Tongatapu": ("Nuku'alofa",),
    "Pacific/Fakaofo": ("Tokelau Is.",),
    "Pacific/Apia": ("Samoa",),
    # North America
    "America/Juneau": ("Alaska",),
    "America/Los_Angeles": ("Pacific Time (US & Canada)",),
    "America/Tijuana": ("Tijuana",),
    "America/Denver": ("Mountain Time (US & Canada)",),
    "America/Phoenix": ("Arizona",),
    "America/Chihuahua": ("Chihuahua",),
    "America/Mazatlan": ("Mazatlan",),
    "America/Chicago": ("Central Time (US & Canada)",),
    "America/Regina": ("Saskatchewan",),
    "America/Mexico_City": ("Guadalajara", "Mexico City"),
    "America/Monterrey": ("Monterrey",),
    "America/Guatemala": ("Central America",),
    "America/New_York": ("Eastern Time (US & Canada)",),
    "America/Indiana/Indianapolis": ("Indiana (East)",),
    "America/Halifax": ("Atlantic Time (Canada)",),
    "America/St_Johns": ("Newfoundland",),
    "America/Puerto_Rico": ("Puerto Rico",),
    "America/Nuuk": ("Greenland",),
    # South America and the Atlantic
    "America/Bogota": ("Bogota",),
    "America/Lima": ("Lima", "Quito"),
    "America/Caracas": ("Caracas",),
    "America/La_Paz": ("La Paz",),
    "America/Santiago": ("Santiago",),
    "America/Asuncion": ("Asuncion",),
    "America/Sao_Paulo": ("Brasilia",),
    "America/Argentina/Buenos_Aires": ("Buenos Aires",),
    "America/Montevideo": ("Montevideo",),
    "America/Guyana": ("Georgetown",),
    "Atlantic/South_Georgia": ("Mid-Atlantic",),
    "Atlantic/Azores": ("Azores",),
    "Atlantic/Cape_Verde": ("Cape Verde Is.",),
    # Europe
    "Etc/UTC": ("UTC",),
    "Europe/Dublin": ("Dublin",),
    "Europe/London": ("Edinburgh", "London"),
    "Europe/Lisbon": ("Lisbon",),
    "Europe/Belgrade": ("Belgrade",),
    "Europe/Bratislava": ("Bratislava",),
    "Europe/Budapest": ("Budapest",),
    "Europe/Ljubljana": ("Ljubljana",),
    "Europe/Prague": ("Prague",),
    "Europe/Sarajevo": ("Sarajevo",),
    "Europe/Skopje": ("Skopje",),
    "Europe/Warsaw": ("Warsaw",),
    "Europe/Zagreb": ("Zagreb",),
    "Europe/Brussels": ("Brussels",),
    "Europe/Copenhagen": ("Copenhagen",),
    "Europe/Madrid": ("Madrid",),
    "Europe/Paris": ("Paris",),
    "Europe/Amsterdam": ("Amsterdam",),
    "Europe/Berlin": ("Berlin",),
    "Europe/Zurich": ("Bern", "Zurich"),
    "Europe/Rome": ("Rome",),
    "Europe/Stockholm": ("Stockholm",),
    "Europe/Vienna": ("Vienna",),
    "Europe/Bucharest": ("Bucharest",),
    "Europe/Helsinki": ("Helsinki",),
    "Europe/Kyiv": ("Kyiv",),
    "Europe/Riga": ("Riga",),
    "Europe/Sofia": ("Sofia",),
    "Europe/Tallinn": ("Tallinn",),
    "Europe/Vilnius": ("Vilnius",),
    "Europe/Athens": ("Athens",),
    "Europe/Istanbul": ("Istanbul",),
    "Europe/Minsk": ("Minsk",),
    "Europe/Kaliningrad": ("Kaliningrad",),
    "Europe/Moscow": ("Moscow", "St. Petersburg"),
    "Europe/Volgograd": ("Volgograd",),
    "Europe/Samara": ("Samara",),
    # Africa
    "Africa/Casablanca": ("Casablanca",),
    "Africa/Monrovia": ("Monrovia",),
    "Africa/Algiers": ("West Central Africa",),
    "Africa/Cairo": ("Cairo",),
    "Africa/Harare": ("Harare",),
    "Africa/Johannesburg": ("Pretoria",),
    "Africa/Nairobi": ("Nairobi",),
    # Asia
    "Asia/Jerusalem": ("Jerusalem",),
    "Asia/Kuwait": ("Kuwait",),
    "Asia/Riyadh": ("Riyadh",),
    "Asia/Baghdad": ("Baghdad",),
    "Asia/Tehran": ("Tehran",),
    "Asia/Muscat": ("Abu Dhabi", "Muscat"),
    "Asia/Baku": ("Baku",),
    "Asia/Tbilisi": ("Tbilisi",),
    "Asia/Yerevan": ("Yerevan",),
    "Asia/Kabul": ("Kabul",),
    "Asia/Yekaterinburg": ("Ekaterinburg",),
    "Asia/Karachi": ("Islamabad", "Karachi"),
    "Asia/Tashkent": ("Tashkent",),
    "Asia/Kolkata": ("Chennai", "Kolkata", "Mumbai", "New Delhi"),
    "Asia/Kathmandu": ("Kathmandu",),
    "Asia/Dhaka": ("Dhaka",),
    "Asia/Colombo": ("Sri Jayawardenepura",),
    "Asia/Almaty": ("Almaty", "Astana"),
    "Asia/Novosibirsk": ("Novosibirsk",),
    "Asia/Yangon": ("Rangoon",),
    "Asia/Bangkok": ("Bangkok", "Hanoi"),
    "Asia/Jakarta": ("Jakarta",),
    "Asia/Krasnoyarsk": ("Krasnoyarsk",),
    "Asia/Shanghai": ("Beijing", "Chongqing"),
    "Asia/Hong_Kong": ("Hong Kong",),
    "Asia/Urumqi": ("Urumqi",),
    "Asia/Kuala_Lumpur": ("Kuala Lumpur",),
    "Asia/Singapore": ("Singapore",),
    "Asia/Taipei": ("Taipei",),
    "Asia/Irkutsk": ("Irkutsk",),
    "Asia/Ulaanbaatar": ("Ulaanbaatar",),
    "Asia/Seoul": ("Seoul",),
    "Asia/Tokyo": ("Osaka", "Sapporo", "Tokyo"),
    "Asia/Yakutsk": ("Yakutsk",),
    "Asia/Vladivostok": ("Vladivostok",),
    "Asia/Magadan": ("Magadan",),
    "Asia/Srednekolymsk": ("Srednekolymsk",),
    "Asia/Kamchatka": ("Kamchatka",),
    # Australia
    "Australia/Perth": ("Perth",),
    "Australia/Darwin": ("Darwin",),
    "Australia/Adelaide": ("Adelaide",),
    "Australia/Melbourne": ("Canberra", "Melbourne"),
    "Australia/Sydney": ("Sydney",),
    "Australia/Brisbane": ("Brisbane",),
    "Australia/Hobart": ("Hobart",),
}
"""IANA's zones and the names that Rails has for them."""

RAILS = {name: zone for zone, names in _BY_ZONE.items() for name in names}


@lru_cache(maxsize=1024)
def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of a name in any of these vocabularies; None for one that is unknown or empty."""
    text = (name or "").strip()
    if not text:
        return None
    try:
        return ZoneInfo(RAILS.get(text, text))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_or_utc(name: str | None) -> ZoneInfo:
    """UTC where the zone is not known: times of day are then Procore's own, undisturbed."""
    return zone_named(name) or UTC_ZONE
