"""The parts of the customer page: a tab with its rows, the history, due tasks, totals with the chart of spend."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from customers.credit import credit
from customers.engagement.forms import NoteForm
from customers.engagement.tasks import due_tasks
from customers.merging.split import has_several_records
from customers.models import Customer, RecordTotals
from customers.pages import tabs
from customers.pages.forms.tab_filter import TabFilter
from customers.totals.spend import spend_of
from customers.totals.spend_chart import SpendChart
from customers.totals.sums import Amount, sum_rows
from customers.web.permissions import SPLIT, VIEW_ORDERS

if TYPE_CHECKING:
    from customers.web.permissions import StaffRequest


def rows(
    request: "StaffRequest", customer: Customer, records: tabs.Records, totals: Sequence[RecordTotals]
) -> dict[str, Any]:
    offered = tabs.offered(request.user.get_all_permissions())
    filled = tabs.filled(offered, customer)
    choices = tabs.shown(offered, filled)
    chosen = next((c for c in choices if c.slug == request.GET.get("tab")), choices[0])
    sources = {record.data_source for record in records.values()}
    may_view_orders = request.user.has_perm(VIEW_ORDERS)
    narrowing = TabFilter(request.GET, sources, by_kind=chosen.is_history, with_orders=may_view_orders)
    of_source = [t for t in totals if narrowing.query.source in (None, t.source_record.data_source_id)]
    return {
        "customer": customer,
        "choices": choices,
        "chosen": chosen,
        "filled": filled,
        "narrowing": narrowing,
        "page": tabs.page(chosen, customer, records, narrowing.query, totals),
        "sums": sum_rows(of_source) if chosen.tab.totals else None,
        "may_split": chosen.model is None and request.user.has_perm(SPLIT) and has_several_records(customer),
    }


def timeline(
    request: "StaffRequest", customer: Customer, records: tabs.Records, form: NoteForm | None
) -> dict[str, Any]:
    entries = tabs.newest_entries(customer, records, with_orders=request.user.has_perm(VIEW_ORDERS))
    return {"customer": customer, "timeline": entries, "form": form}


def waiting(customer: Customer) -> dict[str, Any]:
    return {"due": due_tasks(customer, now=timezone.now())}


def totals_and_plot(request: "StaffRequest", customer: Customer, totals: Sequence[RecordTotals]) -> dict[str, Any]:
    sums = sum_rows(totals)
    balances = credit.balances([customer.pk]).get(customer.pk) or {sums.spent_amounts[0].currency: Decimal()}
    may_view_orders = request.user.has_perm(VIEW_ORDERS)
    chosen = request.GET.get("currency", "")
    spent = spend_of(customer, now=timezone.now(), currency=chosen) if may_view_orders else None
    return {
        "figures": sums if may_view_orders else None,
        "credit": [Amount(amount, currency) for currency, amount in balances.items()],
        "plot": SpendChart(spent) if spent else None,
        "since": sums.since(customer),
    }
