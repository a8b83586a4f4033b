"""How this dialect names the parts of the two addresses."""

from collections.abc import Mapping
from typing import Protocol

NAMES = {
    "address1": "line1",
    "address2": "line2",
    "city": "city",
    "state": "state",
    "postalCode": "postal_code",
    "country": "country",
}


class Named(Protocol):
    """Whoever a parcel goes to."""

    first_name: str
    last_name: str
    company: str


def billing(address: Mapping[str, str]) -> dict[str, str]:
    return {theirs: address.get(ours, "") for theirs, ours in NAMES.items()}


def shipping(address: Mapping[str, str], *, name: Named) -> dict[str, str]:
    """With the names of the customer, who receives what is sent there."""
    parts = {f"ship{theirs[0].upper()}{theirs[1:]}": address.get(ours, "") for theirs, ours in NAMES.items()}
    return {"shipFirstName": name.first_name, "shipLastName": name.last_name, "shipCompanyName": name.company, **parts}
