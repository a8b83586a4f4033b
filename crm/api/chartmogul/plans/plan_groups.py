"""Plan groups: plans that are looked at as one."""

from typing import Annotated, Any

from django.db.models import Count
from ninja import Query, Router, Schema, Status
from pydantic import BeforeValidator

from crm.api.chartmogul.auth import ApiRequest, Key
from crm.api.chartmogul.errors import answers, not_found
from crm.api.chartmogul.paging import Paged, page
from crm.api.chartmogul.plans import plans
from crm.api.chartmogul.plans.plans import ALTER, SEND, VIEW, PlansOut, refused
from customers.lib.text import can_be_stored
from orders.catalogue import plans as planning
from orders.models import PlanGroup

router = Router(tags=["Plan groups"])


def read_uuids(value: Any) -> Any:
    """A list, or one written as `[pl_1, pl_2]`, as the Python client's own examples have it."""
    return [each.strip() for each in value.strip("[] ").split(",") if each.strip()] if isinstance(value, str) else value


Uuids = Annotated[list[str], BeforeValidator(read_uuids)]


class GroupIn(Schema):
    name: str
    plans: Uuids


class GroupChanges(Schema):
    name: str | None = None
    plans: Uuids | None = None


class GroupOut(Schema):
    uuid: str
    name: str
    plans_count: int


class GroupsOut(Schema):
    plan_groups: list[GroupOut]
    cursor: str | None
    has_more: bool


def find(uuid: str) -> PlanGroup:
    group = PlanGroup.objects.filter(uuid=uuid).first() if can_be_stored(uuid) else None
    if group is None:
        raise not_found("Plan group", "uuid")
    return group


def shape(group: PlanGroup, count: int) -> dict[str, Any]:
    return {"uuid": group.uuid, "name": group.name, "plans_count": count}


def shape_counted(group: PlanGroup) -> dict[str, Any]:
    return shape(group, group.products.count())


@router.post("/plan_groups", auth=Key(SEND), response=answers(200, GroupOut))
def create_plan_group(request: ApiRequest, body: GroupIn) -> dict[str, Any]:
    try:
        return shape_counted(planning.create_group(body.name, body.plans))
    except planning.PlanError as error:
        raise refused(error) from None


@router.get("/plan_groups", auth=Key(VIEW), response=answers(200, GroupsOut))
def list_plan_groups(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    found = page(PlanGroup.objects.all(), asked, by="created")
    counts = dict(
        PlanGroup.objects.filter(pk__in=[each.pk for each in found.rows])
        .annotate(count=Count("products"))
        .values_list("pk", "count")
    )
    return found.as_list("plan_groups", [shape(each, counts[each.pk]) for each in found.rows])


@router.get("/plan_groups/{uuid}", auth=Key(VIEW), response=answers(200, GroupOut))
def retrieve_plan_group(request: ApiRequest, uuid: str) -> dict[str, Any]:
    return shape_counted(find(uuid))


@router.get("/plan_groups/{uuid}/plans", auth=Key(VIEW), response=answers(200, PlansOut))
def list_plans_of_group(request: ApiRequest, uuid: str, asked: Query[Paged]) -> dict[str, Any]:
    return plans.listed(plans.all_plans().filter(plan_groups=find(uuid)), asked)


@router.patch("/plan_groups/{uuid}", auth=Key(ALTER), response=answers(200, GroupOut))
def update_plan_group(request: ApiRequest, uuid: str, body: GroupChanges) -> dict[str, Any]:
    try:
        return shape_counted(planning.change_group(find(uuid), name=body.name, plans=body.plans))
    except planning.PlanError as error:
        raise refused(error) from None


@router.delete("/plan_groups/{uuid}", auth=Key(ALTER), response=answers(204, None))
def delete_plan_group(request: ApiRequest, uuid: str) -> Status[None]:
    find(uuid).delete()
    return Status(204, None)
