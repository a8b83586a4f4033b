"""Plans: our products that bill again."""

from typing import Any

from django.db.models import QuerySet
from ninja import Query, Router, Schema, Status

from crm.api.chartmogul import lookup
from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.data_sources import stored_systems
from crm.api.chartmogul.errors import answers, not_found
from crm.api.chartmogul.fields import IdText, Number
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, page_rows
from customers.lib.text import can_be_stored
from customers.permissions import VIEW_ORDERS
from orders.catalogue import plans
from orders.models import Product
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Plans"])


class PlanIn(Schema):
    data_source_uuid: str
    name: str
    interval_count: Number
    interval_unit: str
    external_id: IdText | None = None


class PlanChanges(Schema):
    name: str | None = None
    interval_count: Number | None = None
    interval_unit: str | None = None


class PlanQuery(CursorQuery):
    data_source_uuid: str | None = None
    external_id: IdText | None = None
    system: str | None = None


class PlanOut(Schema):
    uuid: str
    data_source_uuid: str
    name: str
    interval_count: int
    interval_unit: str
    external_id: str


class PlansOut(NumberedPageOut):
    plans: list[PlanOut]


def serialize(plan: Product) -> dict[str, Any]:
    count, unit = plan.interval_count or 0, plan.interval_unit
    weeks = unit == "week"  # this dialect has no weeks
    return {
        "uuid": plan.uuid,
        "data_source_uuid": plan.data_source.uuid if plan.data_source else "",
        "name": plan.name,
        "interval_count": count * 7 if weeks else count,
        "interval_unit": "day" if weeks else unit,
        "external_id": plan.external_id or plan.sku,  # a product of the shop has no external id
    }


def all_plans() -> QuerySet[Product]:
    return Product.objects.exclude(interval_unit="").select_related("data_source")


def find(uuid: str) -> Product:
    plan = all_plans().filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if plan is None:
        raise not_found("Plan", "uuid")
    return plan


def plan_list(plans: QuerySet[Product], query: CursorQuery) -> dict[str, Any]:
    page = page_rows(plans, query, by="created")
    return page.as_list("plans", [serialize(plan) for plan in page.rows])


@router.post("/plans", auth=Key(ADD_ORDERS), response=answers(201, PlanOut))
def create_plan(request: ApiRequest, body: PlanIn) -> Status[dict[str, Any]]:
    source = lookup.data_source(body.data_source_uuid)
    plan = plans.create(
        source,
        name=body.name,
        count=body.interval_count,
        unit=body.interval_unit,
        external_id=body.external_id or "",
    )
    return Status(201, serialize(plan))


@router.get("/plans", auth=Key(VIEW_ORDERS), response=answers(200, PlansOut))
def list_plans(request: ApiRequest, query: Query[PlanQuery]) -> dict[str, Any]:
    columns = {"data_source__uuid": query.data_source_uuid, "external_id": query.external_id}
    filters = {key: value for key, value in columns.items() if value is not None}
    if not all(map(can_be_stored, [*filters.values(), query.system or ""])):
        return plan_list(Product.objects.none(), query)
    system = {} if query.system is None else {"data_source__system__in": stored_systems(query.system)}
    return plan_list(all_plans().filter(**filters, **system), query)


@router.get("/plans/{uuid}", auth=Key(VIEW_ORDERS), response=answers(200, PlanOut))
def retrieve_plan(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize(find(uuid))


@router.patch("/plans/{uuid}", auth=Key(CHANGE_ORDERS), response=answers(202, PlanOut))
def update_plan(request: ApiRequest, uuid: str, body: PlanChanges) -> Status[dict[str, Any]]:
    changes = {"name": body.name, "count": body.interval_count, "unit": body.interval_unit}
    plan = plans.change(find(uuid), **{key: value for key, value in changes.items() if value is not None})
    return Status(202, serialize(plan))


@router.delete("/plans/{uuid}", auth=Key(CHANGE_ORDERS), response=answers(204, None))
def delete_plan(request: ApiRequest, uuid: str) -> Status[None]:
    plans.delete(find(uuid))
    return Status(204, None)
