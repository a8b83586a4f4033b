"""The profile of a customer, field by field: the one list behind form, pages, merge, undo, history, export and API.

What a field is called by the two API dialects is in crm/api/profile_fields.py. What a merge warns of when it narrows or
widens a consent is in merging/warnings.py; other consents have a general sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from django.db.models import QuerySet

from customers.models import AccountType, LeadPhase, LeadStatus, ListEntry


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
    """One of `choices`, or none of them ("")."""
    LOGIN = auto()
    """Refers to the CartLogin whose login is shown."""
    PASSWORD = auto()
    """Refers to the CartLogin whose password opens the login shown."""
    PAY_SOURCE = auto()
    LISTED = auto()
    """Refers to an entry of the list `listed`, which admins edit."""


OF_CUSTOMER = (FieldKind.LOGIN, FieldKind.PASSWORD, FieldKind.PAY_SOURCE)
"""Refer to a row that only one customer has."""
REFERENCES = (*OF_CUSTOMER, FieldKind.LISTED)


@dataclass(frozen=True)
class ProfileField:
    """`group` is where pages show it; what is in the group Identity is also compared on Compare.

    Every consent has `strictest`, the answer that a merge takes when customers gave different ones, and `refused`, what
    that answer refuses.
    `missing` is what the page of a customer says where there is no value, or what a form lets a user choose for none.
    `choices` are those of its column, and `parts` label each part of an address.
    """

    key: str
    label: str
    kind: FieldKind
    group: str
    strictest: bool | None = None
    refused: str = ""
    missing: str = ""
    choices: Sequence[tuple[str, str]] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    listed: type[ListEntry] | None = None

    def __post_init__(self) -> None:
        if self.kind is FieldKind.CONSENT and (self.strictest is None or not self.refused):
            raise ValueError(f"The consent {self.key} does not say which answer is `strictest`, and what is `refused`.")

    @property
    def column(self) -> str:
        return f"{self.key}_id" if self.kind in REFERENCES else self.key

    @property
    def entries(self) -> QuerySet[ListEntry]:
        if self.listed is None:
            raise TypeError(f"The profile field {self.key} is no choice of a list.")
        return self.listed._default_manager.all()

    @property
    def options(self) -> list[tuple[str, str]]:
        return [("", self.missing or "Not set"), *self.choices]

    def label_of(self, choice: str) -> str:
        return dict(self.choices).get(choice, choice)

    @property
    def blank(self) -> Any:
        match self.kind:
            case FieldKind.ADDRESS:
                return {}
            case FieldKind.FLAG:
                return False
            case kind if kind is FieldKind.CONSENT or kind in REFERENCES:
                return None
            case _:
                return ""


BILLING_PARTS = {
    "line1": "Billing address line 1",
    "line2": "Billing address line 2",
    "city": "Billing city",
    "state": "Billing state or region",
    "postal_code": "Billing postal code",
    "country": "Billing country",
}
SHIPPING_PARTS = {
    "line1": "Shipping address line 1",
    "line2": "Shipping address line 2",
    "city": "Shipping city",
    "state": "Shipping state or region",
    "postal_code": "Shipping postal code",
    "country": "Shipping country",
}

IDENTITY, ADDRESSES, SHOP, CONSENT, OTHER = "Identity", "Addresses", "Shop account", "Consent", "Other"

FIELDS: tuple[ProfileField, ...] = (
    ProfileField("first_name", "First name", FieldKind.TEXT, IDENTITY),
    ProfileField("last_name", "Last name", FieldKind.TEXT, IDENTITY),
    ProfileField("email", "Email", FieldKind.EMAIL, IDENTITY, missing="No email"),
    ProfileField("phone", "Phone", FieldKind.PHONE, IDENTITY, missing="No phone"),
    ProfileField("company", "Company", FieldKind.TEXT, IDENTITY, missing="No company"),
    ProfileField("website", "Website", FieldKind.WEBSITE, IDENTITY),
    ProfileField("billing_address", "Billing address", FieldKind.ADDRESS, ADDRESSES, parts=BILLING_PARTS),
    ProfileField("shipping_address", "Shipping address", FieldKind.ADDRESS, ADDRESSES, parts=SHIPPING_PARTS),
    ProfileField("cart_login", "Login", FieldKind.LOGIN, SHOP),
    ProfileField("cart_password", "Password", FieldKind.PASSWORD, SHOP),
    ProfileField("pay_source", "Default payment method", FieldKind.PAY_SOURCE, SHOP),
    ProfileField("do_not_sell", "Do not sell", FieldKind.CONSENT, CONSENT, strictest=True, refused="sale of data"),
    ProfileField("sms_contact", "SMS contact", FieldKind.CONSENT, CONSENT, strictest=False, refused="SMS"),
    ProfileField("email_opt_in", "Email opt-in", FieldKind.CONSENT, CONSENT, strictest=False, refused="email"),
    ProfileField("tax_exempt", "Tax exempt", FieldKind.FLAG, OTHER),
    # A choice is this line, its column and what the dialects say; all else that is named `lead_status` is about leads.
    ProfileField(
        *("lead_status", "Lead status", FieldKind.CHOICE, OTHER),
        missing="Customer, not a lead",
        choices=LeadStatus.choices,
    ),
    ProfileField("lead_phase", "Lead phase", FieldKind.LISTED, OTHER, listed=LeadPhase),
    ProfileField("account_type", "Account type", FieldKind.LISTED, OTHER, listed=AccountType),
    *(ProfileField(f"custom{n}", f"Custom {n}", FieldKind.TEXT, OTHER) for n in range(1, 6)),
)

NAME_FIELDS = ("first_name", "last_name", "company", "email", "phone")
"""A customer is shown by one of these; at least one is required."""

REFERENCE_KEYS = tuple(field.key for field in FIELDS if field.kind in REFERENCES)
"""What a page that shows the values reads with the customer."""

BY_KEY: Mapping[str, ProfileField] = {field.key: field for field in FIELDS}
BLANK: Mapping[str, Any] = {field.key: field.blank for field in FIELDS}
