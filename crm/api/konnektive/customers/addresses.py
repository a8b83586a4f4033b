"""The two addresses of a customer, in the parameters and in the answers of this dialect."""

from collections.abc import Mapping
from typing import Protocol

from pydantic.alias_generators import to_camel

from crm.api.konnektive.fields import Parameters

# {attribute of the parameters: part of an address}
PARTS = {
    "address1": "line1",
    "address2": "line2",
    "city": "city",
    "state": "state",
    "postal_code": "postal_code",
    "country": "country",
}


class Recipient(Protocol):
    """A customer, or an order."""

    first_name: str
    last_name: str
    company: str


def read_address(sent: Parameters, prefix: str) -> dict[str, str]:
    """The address in the parameters that begin with `prefix`: "" or "ship_"."""
    return {part: getattr(sent, prefix + name) for name, part in PARTS.items()}


def serialize_billing(address: Mapping[str, str]) -> dict[str, str]:
    return {to_camel(name): address.get(part, "") for name, part in PARTS.items()}


def serialize_shipping(address: Mapping[str, str], *, recipient: Recipient) -> dict[str, str]:
    parts = {to_camel(f"ship_{name}"): address.get(part, "") for name, part in PARTS.items()}
    return {
        "shipFirstName": recipient.first_name,
        "shipLastName": recipient.last_name,
        "shipCompanyName": recipient.company,
        **parts,
    }
