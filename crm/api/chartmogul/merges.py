"""Merge customers, and take one out again. Both are done before they are answered."""

from typing import Any, Literal

from ninja import Router, Schema, Status
from pydantic import BaseModel, Field

from crm.api.auth import note_refusal
from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, invalid, refusal
from crm.api.chartmogul.fields import IdText
from customers.merging import unmerge
from customers.merging.allowed import NotAllowedError
from customers.merging.merge import merge_keeping_survivor
from customers.models import Customer, Note, Opportunity, StaffRow, Task
from customers.permissions import MERGE, SPLIT, UNDO, VIEW_CUSTOMERS

router = Router(tags=["Merges"])


MOVABLE: dict[str, type[StaffRow]] = {"tasks": Task, "opportunities": Opportunity, "notes": Note}


class CustomerIds(BaseModel):
    """A customer by `customer_uuid`, or by `data_source_uuid` and `external_id`."""

    customer_uuid: str = ""
    data_source_uuid: str = ""
    external_id: IdText = ""


class MergeIn(Schema):
    duplicate: CustomerIds = Field(alias="from")
    into: CustomerIds


class UnmergeIn(Schema):
    customer_uuid: str
    data_source_uuid: str
    external_id: IdText
    move_to_new_customer: list[Literal["tasks", "opportunities", "notes"]] = []


class Done(Schema):
    """An empty object."""


@router.post(
    "/customers/merges", auth=Key(VIEW_CUSTOMERS, MERGE), response=answers(202, Done), operation_id="merge_customers"
)
def merge_pair(request: ApiRequest, body: MergeIn) -> Status[dict[str, Any]]:
    duplicate, survivor = customer_named(body.duplicate, "from"), customer_named(body.into, "into")
    if duplicate == survivor:
        raise invalid(**{"from": "A customer cannot be merged with itself."})
    try:
        merge_keeping_survivor(duplicate, survivor, by=request.by)
    except NotAllowedError as error:
        note_refusal(str(error), by=request.by)
        raise refusal(403, str(error)) from None
    return Status(202, {})


def customer_named(ids: CustomerIds, param: str) -> Customer:
    # As it was before any merge: merging a pair that is merged already is not merging a customer with itself.
    has_record = bool(ids.data_source_uuid and ids.external_id)
    record = lookup.source_record(ids.data_source_uuid, ids.external_id, param) if has_record else None
    if ids.customer_uuid:
        customer = lookup.customer_before_merges(ids.customer_uuid, param)
        if record and customer.live_root() != record.customer:
            raise invalid(**{param: "The customer_uuid and the external_id belong to different customers."})
        return customer
    if record:
        return record.origin
    raise refusal(400, 'Identify the customer by "customer_uuid", or by "data_source_uuid" and "external_id"', param)


@router.post(
    "/customers/unmerges",
    auth=Key(VIEW_CUSTOMERS, UNDO, SPLIT),
    response=answers(202, Done),
    operation_id="unmerge_customers",
)
def unmerge_record(request: ApiRequest, body: UnmergeIn) -> Status[dict[str, Any]]:
    customer = lookup.customer(body.customer_uuid)
    record = lookup.source_record(body.data_source_uuid, body.external_id)
    if record.customer != customer:
        raise invalid(external_id="The customer has no such external ID in this data source.")
    unmerge.unmerge_customers(
        record, by=request.by, moving=[MOVABLE[name] for name in sorted({*body.move_to_new_customer})]
    )
    return Status(202, {})
