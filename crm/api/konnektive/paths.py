"""The first parts of this dialect's paths. What has one of them is answered in its envelope, and never redirected."""

SECTIONS = (
    "campaign",
    "cbdata",
    "customer",
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
