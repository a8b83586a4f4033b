"""The profile of a customer, field by field: the one list behind forms, comparison, merge, undo, history and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class FieldKind(Enum):
    TEXT = auto()
    EMAIL = auto()
    PHONE = auto()
    WEBSITE = auto()
    ADDRESS = auto()
    CONSENT = auto()
    """Yes, No or never asked (None)."""
    FLAG = auto()
    CHOICE = auto()
    LOGIN = auto()
    """Refers to the CartLogin whose login is shown."""
    PASSWORD = auto()
    """Refers to the CartLogin whose password opens the login shown."""
    PAY_SOURCE = auto()


REFERENCES = (FieldKind.LOGIN, FieldKind.PASSWORD, FieldKind.PAY_SOURCE)


@dataclass(frozen=True)
class ProfileField:
    """`strictest` is the answer that a merge takes when customers gave different ones."""

    key: str
    label: str
    kind: FieldKind
    group: str
    strictest: bool | None = None

    @property
    def column(self) -> str:
        return f"{self.key}_id" if self.kind in REFERENCES else self.key

    @property
    def blank(self) -> Any:
        match self.kind:
            case FieldKind.ADDRESS:
                return {}
            case FieldKind.FLAG:
                return False
            case FieldKind.CONSENT | FieldKind.LOGIN | FieldKind.PASSWORD | FieldKind.PAY_SOURCE:
                return None
            case _:
                return ""


IDENTITY, ADDRESSES, SHOP, CONSENT, OTHER = "Identity", "Addresses", "Shop account", "Consent", "Other"

FIELDS: tuple[ProfileField, ...] = (
    ProfileField("first_name", "First name", FieldKind.TEXT, IDENTITY),
    ProfileField("last_name", "Last name", FieldKind.TEXT, IDENTITY),
    ProfileField("email", "Email", FieldKind.EMAIL, IDENTITY),
    ProfileField("phone", "Phone", FieldKind.PHONE, IDENTITY),
    ProfileField("company", "Company", FieldKind.TEXT, IDENTITY),
    ProfileField("website", "Website", FieldKind.WEBSITE, IDENTITY),
    ProfileField("billing_address", "Billing address", FieldKind.ADDRESS, ADDRESSES),
    ProfileField("shipping_address", "Shipping address", FieldKind.ADDRESS, ADDRESSES),
    ProfileField("cart_login", "Login", FieldKind.LOGIN, SHOP),
    ProfileField("cart_password", "Password", FieldKind.PASSWORD, SHOP),
    ProfileField("pay_source", "Default payment method", FieldKind.PAY_SOURCE, SHOP),
    ProfileField("do_not_sell", "Do not sell name", FieldKind.CONSENT, CONSENT, strictest=True),
    ProfileField("sms_contact", "SMS contact", FieldKind.CONSENT, CONSENT, strictest=False),
    ProfileField("email_opt_in", "Email opt-in", FieldKind.CONSENT, CONSENT, strictest=False),
    ProfileField("tax_exempt", "Tax exempt", FieldKind.FLAG, OTHER),
    ProfileField("lead_status", "Lead status", FieldKind.CHOICE, OTHER),
    *(ProfileField(f"custom{n}", f"Custom {n}", FieldKind.TEXT, OTHER) for n in range(1, 6)),
)

NAME_FIELDS = ("first_name", "last_name", "company", "email", "phone")
"""A customer is shown by one of these; at least one is required."""

BY_KEY: Mapping[str, ProfileField] = {field.key: field for field in FIELDS}
BLANK: Mapping[str, Any] = {field.key: field.blank for field in FIELDS}
