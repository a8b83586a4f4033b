"""Plans: to us, products that bill again."""

from typing import Any

from django.db.models import QuerySet
from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import ApiError, answers, invalid, not_found
from crm.api.chartmogul.formats import systems
from crm.api.chartmogul.paging import Paged, page
from customers.lib.text import can_be_stored
from orders.catalogue import plans
from orders.models import Product

router = Router(tags=["Plans"])

SEND, VIEW, ALTER = "orders.add_order", "orders.view_order", "orders.change_order"


class PlanIn(Schema):
    data_source_uuid: str
    name: str
    interval_count: int
    interval_unit: str
    external_id: str | None = None


class PlanChanges(Schema):
    name: str | None = None
    interval_count: int | None = None
    interval_unit: str | None = None


class Asked(Paged):
    data_source_uuid: str | None = None
    external_id: str | None = None
    system: str | None = None


class PlanOut(Schema):
    uuid: str
    data_source_uuid: str
    name: str
    interval_count: int
    interval_unit: str
    external_id: str


class PlansOut(Schema):
    plans: list[PlanOut]
    cursor: str | None
    has_more: bool


def shape(plan: Product) -> dict[str, Any]:
    """A product that no billing system sent goes by its number in the shop; a week has seven days."""
    count, unit = plan.interval_count or 0, plan.interval_unit
    weeks = unit == "week"
    return {
        "uuid": plan.uuid,
        "data_source_uuid": plan.data_source.uuid if plan.data_source else "",
        "name": plan.name,
        "interval_count": count * 7 if weeks else count,
        "interval_unit": "day" if weeks else unit,
        "external_id": plan.external_id or plan.sku,
    }


def refused(error: plans.PlanError) -> ApiError:
    return invalid(**{error.field: str(error)})


def all_plans() -> QuerySet[Product]:
    return Product.objects.exclude(interval_unit="").select_related("data_source")


def find(uuid: str) -> Product:
    plan = all_plans().filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if plan is None:
        raise not_found("Plan", "uuid")
    return plan


def listed(plans: QuerySet[Product], asked: Paged) -> dict[str, Any]:
    found = page(plans, asked, by="created")
    return found.as_list("plans", [shape(each) for each in found.rows])


@router.post("/plans", auth=Key(SEND), response=answers(201, PlanOut))
def create_plan(request: ApiRequest, body: PlanIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    try:
        plan = plans.create(
            source,
            name=body.name,
            count=body.interval_count,
            unit=body.interval_unit,
            external_id=body.external_id or "",
        )
    except plans.PlanError as error:
        raise refused(error) from None
    return Status(201, shape(plan))


@router.get("/plans", auth=Key(VIEW), response=answers(200, PlansOut))
def list_plans(request: ApiRequest, asked: Query[Asked]) -> dict[str, Any]:
    wanted = {"data_source__uuid": asked.data_source_uuid, "external_id": asked.external_id}
    filters = {key: value for key, value in wanted.items() if value is not None}
    if not all(map(can_be_stored, [*filters.values(), asked.system or ""])):
        return listed(Product.objects.none(), asked)
    of_system = {} if asked.system is None else {"data_source__system__in": systems(asked.system)}
    return listed(all_plans().filter(**filters, **of_system), asked)


@router.get("/plans/{uuid}", auth=Key(VIEW), response=answers(200, PlanOut))
def retrieve_plan(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shape(find(uuid))


@router.patch("/plans/{uuid}", auth=Key(ALTER), response=answers(202, PlanOut))
def update_plan(request: ApiRequest, uuid: str, body: PlanChanges) -> Status[dict[str, Any]]:
    given = {"name": body.name, "count": body.interval_count, "unit": body.interval_unit}
    try:
        plan = plans.change(find(uuid), **{key: value for key, value in given.items() if value is not None})
    except plans.PlanError as error:
        raise refused(error) from None
    return Status(202, shape(plan))


@router.delete("/plans/{uuid}", auth=Key(ALTER), response=answers(204, None))
def delete_plan(request: ApiRequest, uuid: str) -> Status[None]:
    try:
        plans.delete(find(uuid))
    except plans.PlanError as error:
        raise refused(error) from None
    return Status(204, None)
