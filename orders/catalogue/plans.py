"""Plans, which are the products that billing systems bill again and again, and groups of plans."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from customers.lib.errors import ActionError
from customers.lib.text import can_be_stored
from customers.models import DataSource
from customers.models.ids import LONGEST_ID
from orders.models import OrderItem, PlanGroup, Product, Purchase

UNITS = ("day", "month", "year")
LONGEST_NAME = 200
LONGEST_SKU = 60
MOST_INTERVALS = 1000


class PlanError(ActionError):
    """`field` is a field of the plan or group, or `plan` or `plan_group` itself."""


def create(source: DataSource, *, name: str, count: int, unit: str, external_id: str = "") -> Product:
    """Add a plan to `source`; without an `external_id` it gets a new one."""
    plan = Product(data_source=source, external_id=external_id or str(uuid4()))
    _check_text("external_id", plan.external_id or "", LONGEST_ID)
    _write(plan, name=name, count=count, unit=unit)
    _refuse_known(plan)
    plan.sku = _free_sku(plan)
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError:
        _refuse_known(plan)
        raise
    return plan


def _refuse_known(plan: Product) -> None:
    if Product.objects.filter(data_source=plan.data_source_id, external_id=plan.external_id).exists():
        raise PlanError("The external ID for this plan already exists in our system.", "external_id")


@transaction.atomic
def change(plan: Product, **values: Any) -> Product:
    """Change `name`, `count` and `unit`, as far as they are given."""
    before = {"name": plan.name, "count": plan.interval_count, "unit": plan.interval_unit}
    _write(plan, **before | values)
    written = {"name": plan.name, "interval_count": plan.interval_count, "interval_unit": plan.interval_unit}
    if not Product.objects.filter(pk=plan.pk).update(**written):
        raise PlanError("This plan was deleted a moment ago.", "plan")
    if (plan.interval_count, plan.interval_unit) != (before["count"], before["unit"]):
        _stop_counting(plan)
    return plan


def _stop_counting(plan: Product) -> None:
    """What its purchases come to is derived when asked for, until the clock counts them anew: see `Purchase.mrr`."""
    billed = OrderItem.objects.filter(product=plan).exclude(purchase=None).values("purchase")
    Purchase.objects.filter(Q(product=plan) | Q(pk__in=billed), connection="").update(mrr_until=timezone.now())


def delete(plan: Product) -> None:
    """Delete a plan; PlanError if an order or invoice has it."""
    try:
        plan.delete()
    except (ProtectedError, IntegrityError):  # IntegrityError when it was bought a moment ago
        raise PlanError("This plan has subscriptions or line items. Delete their invoices first.", "plan") from None


def _write(plan: Product, *, name: str, count: int, unit: str) -> None:
    _check_text("name", name.strip(), LONGEST_NAME)
    if unit not in UNITS and unit != plan.interval_unit:
        raise PlanError(f"must be one of {', '.join(UNITS)}", "interval_unit")
    if not 0 < count <= MOST_INTERVALS:
        raise PlanError(f"must be a whole number from 1 to {MOST_INTERVALS}", "interval_count")
    plan.name, plan.interval_count, plan.interval_unit = name.strip(), count, unit


def _check_text(field: str, text: str, longest: int) -> None:
    if not text:
        raise PlanError("can't be blank", field)
    if len(text) > longest or not can_be_stored(text):
        raise PlanError(f"must have {longest} characters or fewer and no NUL character", field)


def _free_sku(plan: Product) -> str:
    sku = plan.external_id or ""
    is_free = len(sku) <= LONGEST_SKU and not Product.objects.filter(sku=sku).exists()
    return sku if is_free else plan.uuid


@transaction.atomic
def create_group(name: str, plans: Collection[str]) -> PlanGroup:
    _check_text("name", name.strip(), LONGEST_NAME)
    members = _members(plans)
    group = PlanGroup.objects.create(name=name.strip())
    group.products.set(members)
    return group


@transaction.atomic
def change_group(group: PlanGroup, *, name: str | None = None, plans: Collection[str] | None = None) -> PlanGroup:
    if not PlanGroup.objects.select_for_update().filter(pk=group.pk).exists():
        raise PlanError("This plan group was deleted a moment ago.", "plan_group")
    if name is not None:
        _check_text("name", name.strip(), LONGEST_NAME)
        group.name = name.strip()
        group.save(update_fields=["name"])
    if plans is not None:
        group.products.set(_members(plans))
    return group


def _members(plans: Collection[str]) -> Sequence[Product]:
    """The plans with these uuids, locked against deletion; PlanError names a missing one."""
    named = Product.objects.select_for_update(no_key=True).filter(uuid__in=filter(can_be_stored, plans))
    by_uuid = {plan.uuid: plan for plan in named.order_by("pk")}
    if missing := next((uuid for uuid in plans if uuid not in by_uuid), None):
        raise PlanError(f"Plan {missing[:LONGEST_SKU]} not found", "plans")
    return list(by_uuid.values())
