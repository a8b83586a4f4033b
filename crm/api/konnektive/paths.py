"""The first parts of this dialect's paths. Requests with one of them get its envelope, never a redirect."""

SECTIONS = (
    "campaign",
    "cbdata",
    "customer",
    "deleted",
    "fulfillment",
    "landers",
    "landingpages",
    "leads",
    "members",
    "order",
    "product",
    "purchase",
    "reports",
    "transactions",
    "upsale",
)


def _in_any_case(section: str) -> str:
    # Not (?i:…), which Django cannot turn into addresses; nor does it like a slash behind ^.
    return "".join(f"[{letter}{letter.upper()}]" for letter in section)


ANYTHING = rf"^[/]*(?:{'|'.join(map(_in_any_case, SECTIONS))})(?:/.*)?$"
"""Every path of this dialect, whether or not something is there, also with a doubled slash or in capitals."""
