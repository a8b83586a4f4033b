"""What a request says of a customer, as the rules take it."""

from typing import Any

from crm.accounts.models import User
from crm.api.chartmogul.customers import statuses
from crm.api.chartmogul.customers.attribute_values import typed, untyped
from crm.api.chartmogul.customers.schemas import AttributesIn, CustomerChange
from crm.api.chartmogul.customers.shapes import MERGED
from crm.api.chartmogul.engagement.users import user
from crm.api.chartmogul.errors import ApiError, invalid
from customers.labels import labels
from customers.labels.labels import Value
from customers.lib.countries import country_code
from customers.lib.person_name import split_name
from customers.models import Customer, LeadStatus
from customers.sources.customers import DescribeError, Description

LONGEST_NAME = 100
PROFILE = {"email": "email", "company": "company", "website_url": "website"}
PLACE = {"country": "country", "state": "state", "city": "city", "zip": "postal_code"}
BESIDE = {"lead_created_at": "lead_created_at", "free_trial_started_at": "trial_started_at"}
CALLED = {ours: theirs for theirs, ours in (PROFILE | PLACE | BESIDE).items()} | {
    "first_name": "name",
    "last_name": "name",
    "lead_status": "status",
}


def described(body: CustomerChange, customer: Customer | None = None) -> Description:
    """What `body` says, of a new customer unless it is said of `customer`."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    attributes = body.attributes or AttributesIn()
    return Description(
        profile=_profile(given, customer),
        place={PLACE[name]: _part(name, value or "") for name, value in given.items() if name in PLACE},
        beside=_beside(given),
        tags=[tag for tag in attributes.tags if tag != MERGED],
        attributes=values(attributes, customer),
        contact=_contact(body, customer),
    )


def _profile(given: dict[str, Any], customer: Customer | None) -> dict[str, str]:
    profile = {PROFILE[name]: value or "" for name, value in given.items() if name in PROFILE}
    if "name" in given:
        profile["first_name"], profile["last_name"] = split_name(given["name"] or "", longest=LONGEST_NAME)
    if given.get("status"):
        profile["lead_status"] = statuses.lead_status(given["status"])
    elif customer is None:
        profile["lead_status"] = LeadStatus.NEW
    if customer and profile.get("lead_status") and customer.lead_status:
        # Told back what it was told, a lost lead stays one.
        shown = statuses.LEADS[customer.lead_status]
        if shown == statuses.LEADS[profile["lead_status"]]:
            del profile["lead_status"]
    return profile


def _part(name: str, text: str) -> str:
    return (country_code(text) or text) if name == "country" else text


def _beside(given: dict[str, Any]) -> dict[str, Any]:
    beside = {BESIDE[name]: value for name, value in given.items() if name in BESIDE}
    return beside | ({"owner": _owner(given["owner"])} if "owner" in given else {})


def _owner(email: str | None) -> User | None:
    return user(email, "owner") if email else None


def values(attributes: AttributesIn, customer: Customer | None) -> dict[str, Value]:
    if isinstance(attributes.custom, list):
        return typed(attributes.custom)
    return untyped(attributes.custom, kinds_of(customer) if customer and attributes.custom else {})


def kinds_of(customer: Customer) -> dict[str, str]:
    return {each.name: each.kind for each in labels.attributes(customer)}


def _contact(body: CustomerChange, customer: Customer | None) -> dict[str, str]:
    """What is said of whom to talk to; only of a contact that is there can something be emptied."""
    sent = body.primary_contact.model_dump(exclude_unset=True) if body.primary_contact else {}
    return {name: value or "" for name, value in sent.items() if value or customer}


def refused(error: DescribeError) -> ApiError:
    """By the name that the field has in the request."""
    return invalid(**{CALLED.get(error.field, error.field): str(error)})
