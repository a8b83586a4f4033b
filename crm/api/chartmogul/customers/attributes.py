"""Tags and custom attributes: of one customer by uuid, or added to all customers with an email."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import BeforeValidator

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.customers.attribute_values import AttributeIn, guessed_values, typed_values
from crm.api.chartmogul.customers.customers import no_such_email, with_options
from crm.api.chartmogul.customers.requests import attribute_kinds
from crm.api.chartmogul.customers.responses import MERGED_TAG, labels_of, serialize_all, serialize_attributes
from crm.api.chartmogul.customers.schemas import AttributeOptions, AttributesOut, CustomersOut
from crm.api.chartmogul.errors import answers, invalid
from customers.labels import tags as tag_rules
from customers.labels.attributes import AttributeValue, remove_attributes, set_attributes
from customers.labels.many import label_customers
from customers.matching.lookup import with_email
from customers.models import Customer
from customers.permissions import CHANGE_CUSTOMERS, VIEW_CUSTOMERS

router = Router(tags=["Attributes"], by_alias=True, exclude_unset=True)


MOST_CUSTOMERS = 200  # with one email, labelled at once


def unwrap_list(names: Any) -> Any:
    """PHP's client wraps a list in a list."""
    return names[0] if isinstance(names, list) and len(names) == 1 and isinstance(names[0], list) else names


Names = Annotated[list[str], BeforeValidator(unwrap_list)]


class TagsIn(Schema):
    tags: Names


class TagsByEmail(TagsIn):
    email: str


class CustomsIn(Schema):
    custom: list[AttributeIn]


class CustomsByEmail(CustomsIn):
    email: str
    with_associated_emails: bool = False


class CustomChange(Schema):
    custom: dict[str, Any]


class CustomGone(Schema):
    custom: Names


class TagsOut(Schema):
    tags: list[str]


class CustomOut(Schema):
    custom: dict[str, str | int | float | bool]
    message: str | None = None


@router.get("/customers/{uuid}/attributes", auth=Key(VIEW_CUSTOMERS), response=answers(200, AttributesOut))
def retrieve_attributes(request: ApiRequest, uuid: str, options: Query[AttributeOptions]) -> dict[str, Any]:
    return with_options(customer_attributes(lookup.customer(uuid)), options)


def customer_attributes(customer: Customer) -> dict[str, Any]:
    return serialize_attributes(labels_of([customer])[customer.pk])


def current(customer: Customer, name: str) -> dict[str, Any]:
    return {name: customer_attributes(customer)[name]}


@router.post(
    "/customers/attributes/tags", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomersOut)
)
def add_tags_by_email(request: ApiRequest, body: TagsByEmail) -> dict[str, Any]:
    return label_by_email(request, body.email, tags=body.tags)


@router.post(
    "/customers/{uuid}/attributes/tags", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, TagsOut)
)
def add_tags(request: ApiRequest, uuid: str, body: TagsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    tag_rules.add_tags(customer, *storable_tags(body.tags), by=request.by)
    return current(customer, "tags")


@router.delete(
    "/customers/{uuid}/attributes/tags", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, TagsOut)
)
def remove_tags(request: ApiRequest, uuid: str, body: TagsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    tag_rules.remove_tags(customer, *body.tags, by=request.by)
    return current(customer, "tags")


@router.post(
    "/customers/attributes/custom", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomersOut)
)
def add_custom_by_email(request: ApiRequest, body: CustomsByEmail) -> dict[str, Any]:
    contacts_too = body.with_associated_emails
    return label_by_email(request, body.email, values=typed_values(body.custom), contacts_too=contacts_too)


@router.post(
    "/customers/{uuid}/attributes/custom", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomOut)
)
def add_custom(request: ApiRequest, uuid: str, body: CustomsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    set_attributes(customer, typed_values(body.custom), by=request.by)
    return current(customer, "custom")


@router.put(
    "/customers/{uuid}/attributes/custom", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomOut)
)
def change_custom(request: ApiRequest, uuid: str, body: CustomChange) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    values = guessed_values(body.custom, attribute_kinds(customer))
    set_attributes(customer, values, by=request.by)
    return current(customer, "custom")


@router.delete(
    "/customers/{uuid}/attributes/custom", auth=Key(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), response=answers(200, CustomOut)
)
def remove_custom(request: ApiRequest, uuid: str, body: CustomGone) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    is_removed = remove_attributes(customer, *body.custom, by=request.by)
    return {**current(customer, "custom"), "message": "success" if is_removed else "noop"}


def label_by_email(
    request: ApiRequest,
    email: str,
    *,
    tags: Sequence[str] = (),
    values: Mapping[str, AttributeValue] | None = None,
    contacts_too: bool = False,
) -> dict[str, Any]:
    """Label all customers who have the email, or none of them; return the customers."""
    matches = with_email(email, contacts_too=contacts_too).select_related("owner")
    customers = list(matches.order_by("created", "pk")[: MOST_CUSTOMERS + 1])
    if not customers:
        raise no_such_email(email)
    if len(customers) > MOST_CUSTOMERS:
        raise invalid(
            email=f"More than {MOST_CUSTOMERS} customers have this email. Send the uuid of a customer instead."
        )
    label_customers(customers, tags=storable_tags(tags), values=values or {}, by=request.by)
    return {"entries": serialize_all(customers, request)}


def storable_tags(tags: Sequence[str]) -> list[str]:
    # That tag is derived from merges.
    return [tag for tag in tags if tag != MERGED_TAG]
