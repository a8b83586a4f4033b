"""What a column of a file can mean: the one list behind the guesses, the page of columns and the reader.

The fields of the profile come from `customers/profile/fields.py`; one that refers to another row, such as a login, is
no text in a cell. Where several columns mean the same, the first that is not blank counts; notes and tags are put
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from customers.lib.addresses.address import PARTS
from customers.profile.fields import FIELDS, NAME_FIELDS, OF_CUSTOMER, FieldKind, ProfileField


class CellKind(Enum):
    TEXT = auto()
    ID = auto()
    EMAIL = auto()
    PHONE = auto()
    YES_NO = auto()
    NO_YES = auto()
    """Yes is a no: an opt-out."""
    CHOICE = auto()
    """One of the choices of the profile field with its key."""
    DATE = auto()
    MONEY = auto()
    NUMBER = auto()
    CURRENCY = auto()
    ORDER_STATUS = auto()
    SUBSCRIPTION_STATUS = auto()
    INTERVAL = auto()
    TAGS = auto()
    ATTRIBUTE = auto()
    """Its name is the header."""


KINDS = {
    FieldKind.EMAIL: CellKind.EMAIL,
    FieldKind.PHONE: CellKind.PHONE,
    FieldKind.CONSENT: CellKind.YES_NO,
    FieldKind.FLAG: CellKind.YES_NO,
    FieldKind.CHOICE: CellKind.CHOICE,
}
CUSTOMER, BILLING, SHIPPING, CONSENT = "Customer", "Billing", "Shipping", "Consent"
ORDER, LINE, SUBSCRIPTION = "Order", "Order line", "Subscription"
ADDRESSES = {"billing_address": BILLING, "shipping_address": SHIPPING}


@dataclass(frozen=True)
class Target:
    """`key` is stored in mappings, so it does not change."""

    key: str
    label: str
    group: str
    kind: CellKind = CellKind.TEXT

    @property
    def name(self) -> str:
        """Such as “Billing: City”."""
        return f"{self.group}: {self.label}"

    @property
    def part(self) -> str:
        """“city” of “billing_address.city”."""
        return self.key.partition(".")[2]


def _of_profile(field: ProfileField) -> Iterator[Target]:
    if field.kind is FieldKind.ADDRESS:
        yield from (Target(f"{field.key}.{part}", label, ADDRESSES[field.key]) for part, label in PARTS.items())
    elif field.kind is FieldKind.CONSENT:
        yield Target(field.key, field.label, CONSENT, CellKind.YES_NO)
        yield Target(f"not_{field.key}", f"{field.label}, Yes means No", CONSENT, CellKind.NO_YES)
    else:
        yield Target(field.key, field.label, CUSTOMER, KINDS.get(field.kind, CellKind.TEXT))


TARGETS: tuple[Target, ...] = (
    Target("customer_id", "Source ID", CUSTOMER, CellKind.ID),
    Target("full_name", "Full name", CUSTOMER),
    *(target for field in FIELDS if field.kind not in OF_CUSTOMER for target in _of_profile(field)),
    Target("shipping_name", "Full name", SHIPPING),
    Target("lead_created_at", "Lead created", CUSTOMER, CellKind.DATE),
    Target("tags", "Tags", CUSTOMER, CellKind.TAGS),
    Target("note", "Note", CUSTOMER),
    Target("attribute", "Attribute, named as the column", CUSTOMER, CellKind.ATTRIBUTE),
    Target("order_id", "Order ID", ORDER, CellKind.ID),
    Target("order_date", "Date", ORDER, CellKind.DATE),
    Target("order_status", "Status", ORDER, CellKind.ORDER_STATUS),
    Target("currency", "Currency", ORDER, CellKind.CURRENCY),
    Target("order_total", "Total", ORDER, CellKind.MONEY),
    Target("order_shipping", "Shipping", ORDER, CellKind.MONEY),
    Target("order_tax", "Tax", ORDER, CellKind.MONEY),
    Target("order_discount", "Discount", ORDER, CellKind.MONEY),
    Target("order_refunded", "Refunded", ORDER, CellKind.MONEY),
    Target("coupon_code", "Coupon code", ORDER),
    Target("ip_address", "IP address", ORDER),
    Target("line_description", "Description", LINE),
    Target("line_sku", "SKU", LINE, CellKind.ID),
    Target("line_quantity", "Quantity", LINE, CellKind.NUMBER),
    Target("line_price", "Price of one", LINE, CellKind.MONEY),
    Target("line_amount", "Amount for all", LINE, CellKind.MONEY),
    Target("line_id", "Line ID", LINE, CellKind.ID),
    Target("line_items", "All lines in one cell", LINE),
    Target("subscription_id", "Subscription ID", SUBSCRIPTION, CellKind.ID),
    Target("subscription_product", "Product or plan", SUBSCRIPTION),
    Target("subscription_sku", "SKU or plan ID", SUBSCRIPTION, CellKind.ID),
    Target("subscription_price", "Price for all", SUBSCRIPTION, CellKind.MONEY),
    Target("subscription_unit_price", "Price of one", SUBSCRIPTION, CellKind.MONEY),
    Target("subscription_quantity", "Quantity", SUBSCRIPTION, CellKind.NUMBER),
    Target("subscription_interval", "Interval", SUBSCRIPTION, CellKind.INTERVAL),
    Target("subscription_interval_count", "Intervals between bills", SUBSCRIPTION, CellKind.NUMBER),
    Target("subscription_status", "Status", SUBSCRIPTION, CellKind.SUBSCRIPTION_STATUS),
    Target("subscription_started", "Started", SUBSCRIPTION, CellKind.DATE),
    Target("subscription_ends", "Cancelled or ends", SUBSCRIPTION, CellKind.DATE),
    Target("subscription_next_bill", "Next bill", SUBSCRIPTION, CellKind.DATE),
)
BY_KEY: Mapping[str, Target] = {target.key: target for target in TARGETS}

MANY = ("tags", "note", "attribute")
IDENTIFYING = ("customer_id", "email", "phone")
"""One of these is needed in a file: a customer without any could not be told from another of the same name."""
NAMES = ("full_name", "shipping_name", *NAME_FIELDS)
OF_LINE = tuple(target.key for target in TARGETS if target.group == LINE and target.key != "line_items")


def groups() -> Mapping[str, list[Target]]:
    """The targets by group, as a page lists them."""
    by_group: dict[str, list[Target]] = {}
    for target in TARGETS:
        by_group.setdefault(target.group, []).append(target)
    return by_group
