"""Opportunities as programs send them: on the home record of the customer, the likelihood in per cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.engagement import common
from customers.engagement.common import EngagementError
from customers.lib.money import CURRENCIES, format_amount, format_money, is_payable
from customers.models import Customer, ForecastCategory, Opportunity

if TYPE_CHECKING:
    from crm.accounts.models import User

CALLED = {
    "owner": "owner",
    "pipeline": "pipeline",
    "pipeline_stage": "stage",
    "estimated_close_date": "estimated close date",
    "amount": "amount",
    "currency": "currency",
    "forecast_category": "forecast",
    "win_likelihood": "likelihood",
}
# Where a program does not say how likely it is.
DECIDED = {ForecastCategory.WON: 100, ForecastCategory.LOST: 0}


@transaction.atomic
def add(customer: Customer, values: Mapping[str, Any], *, by: User | None) -> Opportunity:
    opportunity = common.attach_to_record(Opportunity(), customer)
    likelihood = DECIDED.get(values.get("forecast_category", ""), 0)
    common.save(opportunity, _cleaned(opportunity, {"win_likelihood": likelihood, **values}))
    worth = format_money(opportunity.amount, opportunity.currency)
    common.write_history(opportunity, f"Added the opportunity {opportunity}, {worth}.", by=by)
    return opportunity


@transaction.atomic
def edit(opportunity: Opportunity, values: Mapping[str, Any], *, by: User | None) -> Opportunity:
    locked = common.lock_row(opportunity)
    name = str(locked)
    changed = common.save(locked, _cleaned(locked, values))
    if changed:
        what = common.describe_changes(changed, CALLED, lambda value: _said(value, locked.currency)) or "details"
        common.write_history(locked, f"Changed the opportunity {name}: {what}.", by=by)
    return locked


@transaction.atomic
def delete(opportunity: Opportunity, *, by: User | None) -> None:
    locked = common.lock_row(opportunity)
    common.write_history(locked, f"Deleted the opportunity {locked}.", by=by)
    locked.delete()


def _said(value: Any, currency: str) -> str:
    if isinstance(value, Decimal):
        return format_amount(value, currency)
    return str(ForecastCategory(value).label) if value in ForecastCategory.values else str(value)


def _cleaned(opportunity: Opportunity, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(values)
    currency = cleaned.get("currency", opportunity.currency)
    amount = cleaned.get("amount", opportunity.amount)
    if currency not in CURRENCIES:
        raise EngagementError("Use the three letters of a currency, such as USD.", "currency")
    if not (is_payable(amount, currency) and amount >= 0):
        raise EngagementError(f"Use an amount from 0 on that can be paid in {currency}.", "amount")
    if not 0 <= cleaned.get("win_likelihood", 0) <= 100:
        raise EngagementError("Use a likelihood from 0 to 100.", "win_likelihood")
    if "custom" in cleaned:
        cleaned["custom"] = common.with_custom(opportunity.custom, cleaned["custom"])
    return cleaned
