"""Opportunities as staff and API clients enter them, on the staff record of the customer. Likelihood is in percent.

A stage that is named as a lead phase is in that phase. Only a closed opportunity has a closing reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from customers.engagement import common
from customers.engagement.common import EngagementError
from customers.lib import sentences
from customers.lib.money import CURRENCIES, is_payable
from customers.lib.sentences import Value
from customers.models import Customer, ForecastCategory, LeadPhase, Opportunity
from customers.records.timestamps import touch_customer
from customers.totals.phase_sums import note_change, share_of

if TYPE_CHECKING:
    from crm.accounts.models import User

LABELS = {
    "owner": "Owner",
    "pipeline": "Pipeline",
    "pipeline_stage": "Stage",
    "estimated_close_date": "Estimated close date",
    "amount": "Amount",
    "currency": "Currency",
    "forecast_category": "Forecast",
    "win_likelihood": "Likelihood",
    "closing_reason": "Closing reason",
}
# The likelihood of a closed opportunity, unless the API client sends one.
DECIDED = {ForecastCategory.WON: 100, ForecastCategory.LOST: 0}
FILTERED_BY = {"phase", "forecast_category", "closing_reason"}
"""What finds the customer in the list, where it is noted for customers who changed."""


@transaction.atomic
def add(
    customer: Customer, values: Mapping[str, Any], *, by: User | None, unless_repeated: bool = False
) -> Opportunity:
    opportunity = common.attach_to_customer(Opportunity(), customer)
    likelihood = DECIDED.get(values.get("forecast_category", ""), 0)
    cleaned = _cleaned(opportunity, {"win_likelihood": likelihood, **values})
    if unless_repeated and (latest := common.repeated(opportunity, cleaned)):
        return latest
    common.save(opportunity, cleaned)
    note_change(None, share_of(opportunity))
    touch_customer(opportunity.source_record.customer_id)
    amount = sentences.money(opportunity.amount, opportunity.currency)
    sentence = "Added the opportunity {opportunity}, worth {amount}."
    common.write_history(opportunity, sentence, opportunity=str(opportunity), amount=amount, by=by)
    return opportunity


@transaction.atomic
def edit(opportunity: Opportunity, values: Mapping[str, Any], *, by: User | None, seen: str = "") -> Opportunity:
    locked = common.lock_row(opportunity, seen=seen)
    name, before = str(locked), share_of(locked)
    changed = common.save(locked, _cleaned(locked, values))
    if changed:
        note_change(before, share_of(locked))
        if changed.keys() & FILTERED_BY:
            touch_customer(locked.source_record.customer_id)
        changes = common.changes(changed, LABELS, lambda value: _value(value, locked.currency))
        sentence = "Changed the opportunity {opportunity}."
        if changes:
            common.write_history(locked, f"{sentence}\n{{changes}}", opportunity=name, changes=changes, by=by)
        else:
            common.write_history(locked, sentence, opportunity=name, by=by)
    return locked


@transaction.atomic
def delete(opportunity: Opportunity, *, by: User | None) -> None:
    locked = common.lock_row(opportunity)
    common.write_history(locked, "Deleted the opportunity {opportunity}.", opportunity=str(locked), by=by)
    note_change(share_of(locked), None)
    touch_customer(locked.source_record.customer_id)
    locked.delete()


def _value(value: Any, currency: str) -> Value:
    if isinstance(value, Decimal):
        return sentences.money(value, currency)
    if value in ForecastCategory.values:
        return sentences.word(str(ForecastCategory(value).label))
    return value if isinstance(value, date | int) else str("" if value is None else value)


def _cleaned(opportunity: Opportunity, values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = dict(values)
    currency = cleaned.get("currency", opportunity.currency)
    amount = cleaned.get("amount", opportunity.amount)
    if currency not in CURRENCIES:
        raise EngagementError("Use the three letters of a currency, such as USD.", "currency")
    if not (is_payable(amount, currency) and amount >= 0):
        raise EngagementError(f"Use an amount of 0 or more, with the decimals of {currency}.", "amount")
    if not 0 <= cleaned.get("win_likelihood", 0) <= 100:
        raise EngagementError("Use a likelihood from 0 to 100.", "win_likelihood")
    if "pipeline_stage" in cleaned and "phase" not in cleaned:
        cleaned["phase"] = LeadPhase.objects.filter(name=cleaned["pipeline_stage"]).first()
    reason = cleaned.get("closing_reason", opportunity.closing_reason)
    if reason and reason.outcome != cleaned.get("forecast_category", opportunity.forecast_category):
        if cleaned.get("closing_reason"):
            raise EngagementError(
                f"This is a reason for {reason.get_outcome_display()}. Select one that fits.", "closing_reason"
            )
        cleaned["closing_reason"] = None
    if "custom" in cleaned:
        cleaned["custom"] = common.with_custom(opportunity.custom, cleaned["custom"])
    return cleaned
