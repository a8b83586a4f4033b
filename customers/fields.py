"""The profile of a customer, field by field: the one list behind forms, comparison, merge, undo, history and API."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any


class Kind(Enum):
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


REFERENCES = (Kind.LOGIN, Kind.PASSWORD, Kind.PAY_SOURCE)


@dataclass(frozen=True)
class ProfileField:
    """`strictest` is the answer that binds us most, where two customers answered differently."""

    key: str
    label: str
    kind: Kind
    group: str
    strictest: bool | None = None

    @property
    def column(self) -> str:
        return f"{self.key}_id" if self.kind in REFERENCES else self.key

    @property
    def blank(self) -> Any:
        match self.kind:
            case Kind.ADDRESS:
                return {}
            case Kind.FLAG:
                return False
            case Kind.CONSENT | Kind.LOGIN | Kind.PASSWORD | Kind.PAY_SOURCE:
                return None
            case _:
                return ""


IDENTITY, ADDRESSES, SHOP, CONSENT, OTHER = "Identity", "Addresses, each as a whole", "Shop account", "Consent", "Other"

FIELDS: tuple[ProfileField, ...] = (
    ProfileField("first_name", "First name", Kind.TEXT, IDENTITY),
    ProfileField("last_name", "Last name", Kind.TEXT, IDENTITY),
    ProfileField("email", "E-mail", Kind.EMAIL, IDENTITY),
    ProfileField("phone", "Phone", Kind.PHONE, IDENTITY),
    ProfileField("company", "Company", Kind.TEXT, IDENTITY),
    ProfileField("website", "Website", Kind.WEBSITE, IDENTITY),
    ProfileField("billing_address", "Billing address", Kind.ADDRESS, ADDRESSES),
    ProfileField("shipping_address", "Shipping address", Kind.ADDRESS, ADDRESSES),
    ProfileField("cart_login", "Login", Kind.LOGIN, SHOP),
    ProfileField("cart_password", "Password", Kind.PASSWORD, SHOP),
    ProfileField("pay_source", "Default pay source", Kind.PAY_SOURCE, SHOP),
    ProfileField("do_not_sell", "Do not sell name", Kind.CONSENT, CONSENT, strictest=True),
    ProfileField("sms_contact", "SMS contact", Kind.CONSENT, CONSENT, strictest=False),
    ProfileField("email_opt_in", "E-mail opt-in", Kind.CONSENT, CONSENT, strictest=False),
    ProfileField("tax_exempt", "Tax exempt", Kind.FLAG, OTHER),
    ProfileField("lead_status", "Lead status", Kind.CHOICE, OTHER),
    *(ProfileField(f"custom{n}", f"Custom {n}", Kind.TEXT, OTHER) for n in range(1, 6)),
)

CALLED = ("first_name", "last_name", "company", "email", "phone")
"""By one of these at least a customer is called."""

BY_KEY: Mapping[str, ProfileField] = {field.key: field for field in FIELDS}
BLANK: Mapping[str, Any] = {field.key: field.blank for field in FIELDS}
