"""What each API dialect calls the fields of a profile.

A dialect is somebody else's contract: a field of FIELDS has a name of its own there, or rules of its own, or is absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from customers.profile.fields import BY_KEY, FIELDS, FieldKind

NAMED_KINDS = (
    *(FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.WEBSITE),
    *(FieldKind.CONSENT, FieldKind.FLAG),
)


@dataclass(frozen=True)
class Dialect:
    """`names` are read and answered by themselves, `apart` by code of their own, `absent` not at all."""

    names: Mapping[str, str]
    apart: tuple[str, ...]
    absent: tuple[str, ...]


KONNEKTIVE = Dialect(
    names={
        "first_name": "firstName",
        "last_name": "lastName",
        "email": "emailAddress",
        "phone": "phoneNumber",
        "company": "companyName",
        "do_not_sell": "doNotSellName",
        "sms_contact": "contactOptIn",
        "email_opt_in": "emailOptIn",
        "tax_exempt": "isTaxExempt",
        **{f"custom{n}": f"custom{n}" for n in range(1, 6)},
    },
    apart=("billing_address", "shipping_address", "cart_login", "cart_password", "pay_source"),
    absent=("website", "lead_status", "lead_phase", "account_type"),
)
CHARTMOGUL = Dialect(
    names={"email": "email", "company": "company", "website": "website_url"},
    apart=("first_name", "last_name", "billing_address", "lead_status"),
    absent=(
        *("phone", "shipping_address", "cart_login", "cart_password", "pay_source"),
        *("do_not_sell", "sms_contact", "email_opt_in", "tax_exempt", "lead_phase", "account_type"),
        *(f"custom{n}" for n in range(1, 6)),
    ),
)
DIALECTS = {"KONNEKTIVE": KONNEKTIVE, "CHARTMOGUL": CHARTMOGUL}


def check_dialects(
    app_configs: Sequence[AppConfig] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    return [error for name, dialect in DIALECTS.items() for error in errors_of(name, dialect)]


def errors_of(name: str, dialect: Dialect) -> Iterator[CheckMessage]:
    listed = {*dialect.names, *dialect.apart, *dialect.absent}
    for key in (field.key for field in FIELDS if field.key not in listed):
        hint = f"Add its name to {name} in crm/api/profile_fields.py, or list it in `absent` there."
        yield Error(f"{name} does not say what it calls the profile field {key}", hint=hint, id="crm.E001")
    for key in (key for key in dialect.names if BY_KEY[key].kind not in NAMED_KINDS):
        hint = f"List it in `apart` of {name} in crm/api/profile_fields.py, and read and answer it by code of its own."
        yield Error(f"{name} cannot read {key} by a name alone", hint=hint, id="crm.E002")
