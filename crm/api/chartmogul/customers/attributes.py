"""Tags and custom attributes: of one customer by uuid, or put on all who have an email."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import BeforeValidator

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.customers.attribute_values import AttributeIn, typed, untyped
from crm.api.chartmogul.customers.customers import no_such_email, overridden
from crm.api.chartmogul.customers.reading import kinds_of
from crm.api.chartmogul.customers.schemas import AttributesOut, CustomersOut, WithOverrides
from crm.api.chartmogul.customers.shapes import MERGED, attributes_shape, labelled_of, shapes
from crm.api.chartmogul.errors import answers, invalid
from customers.labels import labels as tagging
from customers.labels.labels import Value
from customers.matching.lookup import with_email
from customers.models import Customer

router = Router(tags=["Attributes"], by_alias=True, exclude_unset=True)

VIEW, CHANGE = "customers.view_customer", "customers.change_customer"

MOST = 200
"""How many customers with one email are labelled at once."""


def flat(names: Any) -> Any:
    """PHP's client wraps a list in a list."""
    return names[0] if isinstance(names, list) and len(names) == 1 and isinstance(names[0], list) else names


Names = Annotated[list[str], BeforeValidator(flat)]


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


@router.get("/customers/{uuid}/attributes", auth=Key(VIEW), response=answers(200, AttributesOut))
def retrieve_attributes(request: ApiRequest, uuid: str, asked: Query[WithOverrides]) -> dict[str, Any]:
    return overridden(labels(lookup.customer(uuid)), asked)


def labels(customer: Customer) -> dict[str, Any]:
    return attributes_shape(labelled_of([customer])[customer.pk])


def left(customer: Customer, name: str) -> dict[str, Any]:
    """The tags, or the custom attributes, that the customer has by now."""
    return {name: labels(customer)[name]}


def act(doing: Callable[[], Any]) -> Any:
    try:
        return doing()
    except tagging.TagError as error:
        raise invalid(attributes=str(error)) from None


@router.post("/customers/attributes/tags", auth=Key(CHANGE), response=answers(200, CustomersOut))
def add_tags_by_email(request: ApiRequest, body: TagsByEmail) -> dict[str, Any]:
    return labelled(request, body.email, tags=body.tags)


@router.post("/customers/{uuid}/attributes/tags", auth=Key(CHANGE), response=answers(200, TagsOut))
def add_tags(request: ApiRequest, uuid: str, body: TagsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    act(lambda: tagging.add(customer, *own(body.tags), by=request.by))
    return left(customer, "tags")


@router.delete("/customers/{uuid}/attributes/tags", auth=Key(CHANGE), response=answers(200, TagsOut))
def remove_tags(request: ApiRequest, uuid: str, body: TagsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    act(lambda: tagging.remove(customer, *body.tags, by=request.by))
    return left(customer, "tags")


@router.post("/customers/attributes/custom", auth=Key(CHANGE), response=answers(200, CustomersOut))
def add_custom_by_email(request: ApiRequest, body: CustomsByEmail) -> dict[str, Any]:
    contacts_too = body.with_associated_emails
    return labelled(request, body.email, values=typed(body.custom), contacts_too=contacts_too)


@router.post("/customers/{uuid}/attributes/custom", auth=Key(CHANGE), response=answers(200, CustomOut))
def add_custom(request: ApiRequest, uuid: str, body: CustomsIn) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    act(lambda: tagging.set_attributes(customer, typed(body.custom), by=request.by))
    return left(customer, "custom")


@router.put("/customers/{uuid}/attributes/custom", auth=Key(CHANGE), response=answers(200, CustomOut))
def change_custom(request: ApiRequest, uuid: str, body: CustomChange) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    values = untyped(body.custom, kinds_of(customer))
    act(lambda: tagging.set_attributes(customer, values, by=request.by))
    return left(customer, "custom")


@router.delete("/customers/{uuid}/attributes/custom", auth=Key(CHANGE), response=answers(200, CustomOut))
def remove_custom(request: ApiRequest, uuid: str, body: CustomGone) -> dict[str, Any]:
    customer = lookup.customer(uuid)
    gone = act(lambda: tagging.remove_attributes(customer, *body.custom, by=request.by))
    return {**left(customer, "custom"), "message": "success" if gone else "noop"}


def labelled(
    request: ApiRequest,
    email: str,
    *,
    tags: Sequence[str] = (),
    values: Mapping[str, Value] | None = None,
    contacts_too: bool = False,
) -> dict[str, Any]:
    """All customers with the email, with what was put on them: on all of them or on none."""
    having = with_email(email, contacts_too=contacts_too).select_related("owner")
    customers = list(having.order_by("created", "pk")[: MOST + 1])
    if not customers:
        raise no_such_email(email)
    if len(customers) > MOST:
        raise invalid(email=f"More than {MOST} customers have this email. Send the uuid of a customer instead.")
    act(lambda: tagging.label_many(customers, tags=own(tags), values=values or {}, by=request.by))
    return {"entries": shapes(customers, request)}


def own(tags: Sequence[str]) -> list[str]:
    """Without the one that says of itself who is merged."""
    return [tag for tag in tags if tag != MERGED]
