"""A customer as a request describes it, and as the rules take it."""

from typing import Any

from crm.accounts.models import User
from crm.api.chartmogul.customers import statuses
from crm.api.chartmogul.customers.attribute_values import guessed_values, typed_values
from crm.api.chartmogul.customers.profile import read_profile
from crm.api.chartmogul.customers.responses import MERGED_TAG
from crm.api.chartmogul.customers.schemas import AttributesIn, CustomerChange
from crm.api.chartmogul.users import find_user
from crm.api.profile_fields import CHARTMOGUL
from customers.labels.attributes import AttributeValue, attributes_of
from customers.lib.addresses.countries import country_code
from customers.lib.person_name import split_name
from customers.models import Customer, LeadStatus
from customers.sources.customers import Description

LONGEST_NAME = 100
# {name in this dialect: name of the rules}
ADDRESS = {"country": "country", "state": "state", "city": "city", "zip": "postal_code"}
STAFF_FIELDS = {"lead_created_at": "lead_created_at", "free_trial_started_at": "trial_started_at"}
# {name of the rules: name in this dialect}
FIELD_NAMES = {column: parameter for parameter, column in (ADDRESS | STAFF_FIELDS).items()} | {
    **CHARTMOGUL.names,
    "first_name": "name",
    "last_name": "name",
    "lead_status": "status",
}


def description_from(body: CustomerChange, customer: Customer | None = None) -> Description:
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    attributes = body.attributes or AttributesIn()
    return Description(
        profile=_profile(sent, customer),
        place={ADDRESS[name]: _address_part(name, value or "") for name, value in sent.items() if name in ADDRESS},
        beside=_staff_values(sent),
        tags=[tag for tag in attributes.tags if tag != MERGED_TAG],
        attributes=attribute_values(attributes, customer),
        contact=_contact(body, customer),
    )


def _profile(sent: dict[str, Any], customer: Customer | None) -> dict[str, Any]:
    profile = read_profile(sent)
    if "name" in sent:
        profile["first_name"], profile["last_name"] = split_name(sent["name"] or "", longest=LONGEST_NAME)
    if sent.get("status"):
        profile["lead_status"] = statuses.lead_status_named(sent["status"])
    elif customer is None:
        profile["lead_status"] = LeadStatus.NEW
    if customer and profile.get("lead_status") and customer.lead_status:
        # A client that sends back what it was answered does not change a lost lead into an unqualified one.
        shown = statuses.LEAD_NAMES[customer.lead_status]
        if shown == statuses.LEAD_NAMES[profile["lead_status"]]:
            del profile["lead_status"]
    return profile


def _address_part(name: str, text: str) -> str:
    return (country_code(text) or text) if name == "country" else text


def _staff_values(sent: dict[str, Any]) -> dict[str, Any]:
    values = {STAFF_FIELDS[name]: value for name, value in sent.items() if name in STAFF_FIELDS}
    return values | ({"owner": _owner(sent["owner"])} if "owner" in sent else {})


def _owner(email: str | None) -> User | None:
    return find_user(email, "owner") if email else None


def attribute_values(attributes: AttributesIn, customer: Customer | None) -> dict[str, AttributeValue]:
    if isinstance(attributes.custom, list):
        return typed_values(attributes.custom)
    return guessed_values(attributes.custom, attribute_kinds(customer) if customer and attributes.custom else {})


def attribute_kinds(customer: Customer) -> dict[str, str]:
    return {attribute.name: attribute.kind for attribute in attributes_of(customer)}


def _contact(body: CustomerChange, customer: Customer | None) -> dict[str, str]:
    # A new contact has nothing that could be emptied.
    sent = body.primary_contact.model_dump(exclude_unset=True) if body.primary_contact else {}
    return {name: value or "" for name, value in sent.items() if value or customer}
