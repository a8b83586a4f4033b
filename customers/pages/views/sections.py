"""The parts of the customer page: a tab with its rows, the history, totals with the chart of spend."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from customers.engagement.forms.notes import NoteForm
from customers.merging.split import has_several_records
from customers.models import Customer, RecordTotals
from customers.pages import tabs
from customers.pages.forms.tab_filter import TabFilter
from customers.pages.read import CustomerRows
from customers.pages.tab_links import TabAddress, choice_links, group_links
from customers.pages.timeline import TimelineEntry
from customers.permissions import SPLIT, VIEW_ORDERS
from customers.totals.spend import spend_from
from customers.totals.spend_chart import SpendChart
from customers.totals.status import is_lead, status_of
from customers.totals.sums import Amount, sum_rows
from customers.web.permissions import StaffRequest

OF_ONE_TAB = ("tab", "before", "kind", "note")


def rows(
    request: StaffRequest,
    customer: Customer,
    records: tabs.Records,
    totals: Sequence[RecordTotals],
    filled: set[str],
) -> dict[str, Any]:
    choices = tabs.shown(tabs.offered(request.user.get_all_permissions()), filled)
    groups = tabs.grouped(choices, filled)
    chosen = tabs.opened(choices, filled, request.GET.get("tab", ""))
    group = next(group for group in groups if chosen in group.choices)
    address = TabAddress(customer.get_absolute_url(), _kept(request))
    sources = {record.data_source for record in records.values()}
    may_view_orders = request.user.has_perm(VIEW_ORDERS)
    narrowing = TabFilter(request.GET, sources, by_kind=chosen.is_history, with_orders=may_view_orders)
    of_source = [t for t in totals if narrowing.query.source in (None, t.source_record.data_source_id)]
    return {
        "customer": customer,
        "choices": choices,
        "group": group,
        "group_links": group_links(groups, chosen, address),
        "choice_links": choice_links(group, chosen, filled, address),
        "chosen": chosen,
        "filled": filled,
        "narrowing": narrowing,
        "page": tabs.page(chosen, customer, records, narrowing.query, totals),
        "sums": sum_rows(of_source) if chosen.tab.totals else None,
        "may_split": chosen.model is None and request.user.has_perm(SPLIT) and has_several_records(customer),
    }


def _kept(request: StaffRequest) -> str:
    """What of the address another tab keeps, such as the data source, behind its name."""
    query = request.GET.copy()
    for name in OF_ONE_TAB:
        query.pop(name, None)
    return f"&{query.urlencode()}" if query else ""


def newest(customer: Customer, shown: Mapping[str, Any]) -> dict[str, Any]:
    """`shown` is what `rows` answered: the newest rows may be among its rows."""
    query = shown["narrowing"].query
    is_first_page = bool(shown["chosen"].tab.newest) and not query.before and query.source is None
    newest_rows = tabs.newest_rows(shown["choices"], customer, shown["page"] if is_first_page else None)
    if newest_rows is None:
        return {}
    tab, tab_rows = newest_rows
    return {"newest_tab": tab, "newest": tab_rows}


def timeline(
    customer: Customer, records: tabs.Records, entries: Sequence[TimelineEntry], form: NoteForm | None
) -> dict[str, Any]:
    return {"customer": customer, "timeline": tabs.lines_of(entries, records), "form": form}


def totals_and_plot(request: StaffRequest, customer: Customer, read: CustomerRows, *, now: datetime) -> dict[str, Any]:
    sums = sum_rows(read.totals)
    balances = read.credit or {sums.spent_amounts[0].currency: Decimal()}
    may_view_orders = request.user.has_perm(VIEW_ORDERS)
    chosen = request.GET.get("currency", "")
    spent = spend_from(read.months, read.merges, now=now, currency=chosen) if may_view_orders else None
    return {
        "figures": sums if may_view_orders else None,
        "credit": [Amount(amount, currency) for currency, amount in balances.items()],
        "plot": SpendChart(spent) if spent and spent.is_filled else None,
        "since": sums.since(customer),
        "status": status_of(customer, sums),
        "is_lead": is_lead(customer, sums),
    }
