"""What the customer page shows at first, apart from the rows of a tab, read in one statement.

Each part is a query of the module that knows what its rows mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from customers.credit.credit import Amounts, balance_rows
from customers.engagement.tasks import DueTasks, due_among, due_rows
from customers.labels.effective import effective_by, label_rows
from customers.matching.duplicates import Candidate, duplicates_by
from customers.matching.keys import counts_by_key, ignored_of, shared_by
from customers.matching.not_duplicates import marks_by_other, marks_of
from customers.merging.second_person.requests import requests_of
from customers.models import Attribute, Customer, Merge, MergeMember, NotDuplicate, RecordTotals, SourceRecord, Tag
from customers.pages import tabs
from customers.pages.timeline import HIGHEST, TimelineEntry, newest_among, newest_of_timeline
from customers.profile.fields import REFERENCE_KEYS
from customers.records.source_records import by_pk, first_records, with_missing
from customers.statements.prepared import Prepared, Slot
from customers.statements.together import PreparedTogether
from customers.totals.spend import CurrencyMonth, earliest_plotted, merges_into, month_sums
from customers.totals.sums import totals_rows


@dataclass(frozen=True)
class CustomerRows:
    records: Mapping[int, SourceRecord]
    totals: Sequence[RecordTotals]
    filled: set[str]
    has_merges: bool
    requests: Sequence[int]
    credit: Amounts
    months: Sequence[CurrencyMonth]
    merges: Sequence[Merge]
    tags: Sequence[str]
    attributes: Sequence[Attribute]
    due: DueTasks | None
    marks: Mapping[int, NotDuplicate]
    candidates: Sequence[Candidate]
    timeline: Sequence[TimelineEntry]


def customer_by_pk(pk: int) -> Customer | None:
    """With the rows that the page names, such as its owner; None if there is none."""
    return next(iter(_with_references(pk)), None) if pk <= HIGHEST else None


_with_references = Prepared(lambda pk: Customer.objects.select_related("owner", *REFERENCE_KEYS).filter(pk=pk))


def read_customer(customer: Customer, *, with_orders: bool, now: datetime) -> CustomerRows:
    rows = _read[with_orders](customer.pk, _as_text(now), _as_text(earliest_plotted(now)))
    marks = marks_by_other([*rows["marks as first"], *rows["marks as second"]], customer.pk)
    counts = counts_by_key([*rows["shared keys"], *rows["ignored keys"]])
    records = by_pk(rows["records"])
    labelled = with_missing(records, [row.source_record_id for row in (*rows["tags"], *rows["attributes"])])
    return CustomerRows(
        records=records,
        totals=rows["totals"],
        filled=tabs.filled(*rows["fillings"]),
        has_merges=bool(rows["merged"]),
        requests=[pk for (pk,) in rows["requests"]],
        credit=dict(rows["credit"]),
        months=rows["months"],
        merges=rows["merges"],
        tags=[tag.name for tag in effective_by(rows["tags"], labelled, customer)],
        attributes=effective_by(rows["attributes"], labelled, customer),
        due=due_among(rows["due"]),
        marks=marks,
        candidates=duplicates_by(customer, counts, marks),
        timeline=newest_among(*(rows[name] for name in newest_of_timeline(with_orders=with_orders))),
    )


def _as_text(time: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(time))


def _merged(customer: Slot) -> QuerySet[Customer, Any]:
    """A row if the customer was ever in a merge."""
    survived = Exists(Merge.objects.filter(survivor=OuterRef("pk")))
    was_duplicate = Exists(MergeMember.objects.filter(duplicate=OuterRef("pk")))
    return Customer.objects.filter(survived | was_duplicate, pk=customer).values_list("pk")


def _together(*, with_orders: bool) -> PreparedTogether:
    of_customer = {
        "records": first_records,
        "totals": totals_rows,
        "fillings": tabs.fillings,
        "merged": _merged,
        "requests": requests_of,
        "credit": balance_rows,
        "months": month_sums,
        "tags": lambda customer: label_rows(Tag, customer),
        "attributes": lambda customer: label_rows(Attribute, customer),
        "marks as first": lambda customer: marks_of(customer)[0],
        "marks as second": lambda customer: marks_of(customer)[1],
        "shared keys": shared_by,
        "ignored keys": ignored_of,
        **newest_of_timeline(with_orders=with_orders),
    }
    return PreparedTogether(
        due=lambda customer, now, _: due_rows(customer, now),
        merges=lambda customer, _, earliest: merges_into(customer, earliest),
        **{name: lambda customer, *_, query=query: query(customer) for name, query in of_customer.items()},
    )


_read = {with_orders: _together(with_orders=with_orders) for with_orders in (True, False)}
