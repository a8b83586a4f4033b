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

ANYTHING = rf"^(?:{'|'.join(SECTIONS)})(?:/.*)?$"
"""Every path of this dialect, whether or not something is there."""
