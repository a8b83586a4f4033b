"""Plans of the other system, by their ID there. A plan that is renamed or billed otherwise there is changed here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.jobs.kind import RefusedRow
from customers.models import DataSource
from orders.catalogue import plans as catalogue
from orders.catalogue.plans import PlanError
from orders.models import Product


def take_plans(plans: Iterable[Any], source: DataSource) -> tuple[dict[str, int], list[RefusedRow]]:
    """{uuid there: number of the product here}, and those that cannot be taken in."""
    taken, refusals = {}, []
    for plan in plans:
        external_id = plan.external_id or plan.uuid
        try:
            taken[plan.uuid] = _take(plan, external_id, source).pk
        except PlanError as error:
            refusals.append(RefusedRow(f"Plan {external_id}", f"{error.field}: {error}"))
    return taken, refusals


def _take(plan: Any, external_id: str, source: DataSource) -> Product:
    values = {"name": plan.name, "count": plan.interval_count, "unit": plan.interval_unit}
    product = Product.objects.filter(data_source=source, external_id=external_id).first()
    if product is None:
        return catalogue.create(source, external_id=external_id, **values)
    if (product.name, product.interval_count, product.interval_unit) == tuple(values.values()):
        return product
    return catalogue.change(product, **values)
