"""Plan groups: plans that are reported as one."""

from typing import Annotated, Any

from django.db.models import Count
from ninja import Query, Router, Schema, Status
from pydantic import BeforeValidator, ConfigDict

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, invalid, not_found
from crm.api.chartmogul.paging import CursorQuery, NumberedPageOut, page_rows
from crm.api.chartmogul.plans import plans
from crm.api.chartmogul.plans.plans import PlansOut
from customers.lib.text import can_be_stored
from customers.permissions import VIEW_ORDERS
from orders.catalogue import plans as plan_rules
from orders.models import PlanGroup
from orders.permissions import ADD_ORDERS, CHANGE_ORDERS

router = Router(tags=["Plan groups"])


def parse_uuids(value: Any) -> Any:
    """From a list, or text such as `[pl_1, pl_2]`, as in the examples of the Python client."""
    if not isinstance(value, str):
        return value
    return [uuid.strip() for uuid in value.strip("[] ").split(",") if uuid.strip()]


Uuids = Annotated[list[str], BeforeValidator(parse_uuids)]


class GroupIn(Schema):
    """Both are required. Here ChartMogul names all that are missing, and with 422."""

    model_config = ConfigDict(json_schema_extra={"required": ["name", "plans"]})

    name: str = ""
    plans: Uuids = []


class GroupChanges(Schema):
    name: str | None = None
    plans: Uuids | None = None


class GroupOut(Schema):
    uuid: str
    name: str
    plans_count: int


class GroupsOut(NumberedPageOut):
    plan_groups: list[GroupOut]


def find(uuid: str) -> PlanGroup:
    group = PlanGroup.objects.filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if group is None:
        raise not_found("Plan group", "uuid")
    return group


def serialize(group: PlanGroup, count: int) -> dict[str, Any]:
    return {"uuid": group.uuid, "name": group.name, "plans_count": count}


def serialize_counted(group: PlanGroup) -> dict[str, Any]:
    return serialize(group, group.products.count())


@router.post("/plan_groups", auth=Key(ADD_ORDERS), response=answers(200, GroupOut))
def create_plan_group(request: ApiRequest, body: GroupIn) -> dict[str, Any]:
    if missing := GroupIn.model_fields.keys() - body.model_fields_set:
        raise invalid(**dict.fromkeys(sorted(missing), "can't be blank"))
    return serialize_counted(plan_rules.create_group(body.name, body.plans))


@router.get("/plan_groups", auth=Key(VIEW_ORDERS), response=answers(200, GroupsOut))
def list_plan_groups(request: ApiRequest, query: Query[CursorQuery]) -> dict[str, Any]:
    page = page_rows(PlanGroup.objects.all(), query, by="created")
    counts = dict(
        PlanGroup.objects.filter(pk__in=[group.pk for group in page.rows])
        .annotate(count=Count("products"))
        .values_list("pk", "count")
    )
    return page.as_list("plan_groups", [serialize(group, counts[group.pk]) for group in page.rows])


@router.get("/plan_groups/{uuid}", auth=Key(VIEW_ORDERS), response=answers(200, GroupOut))
def retrieve_plan_group(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return serialize_counted(find(uuid))


@router.get("/plan_groups/{uuid}/plans", auth=Key(VIEW_ORDERS), response=answers(200, PlansOut))
def list_plans_of_group(request: ApiRequest, uuid: str, query: Query[CursorQuery]) -> dict[str, Any]:
    return plans.plan_list(plans.all_plans().filter(plan_groups=find(uuid)), query)


@router.patch("/plan_groups/{uuid}", auth=Key(CHANGE_ORDERS), response=answers(200, GroupOut))
def update_plan_group(request: ApiRequest, uuid: str, body: GroupChanges) -> dict[str, Any]:
    return serialize_counted(plan_rules.change_group(find(uuid), name=body.name, plans=body.plans))


@router.delete("/plan_groups/{uuid}", auth=Key(CHANGE_ORDERS), response=answers(204, None))
def delete_plan_group(request: ApiRequest, uuid: str) -> Status[None]:
    find(uuid).delete()
    return Status(204, None)
