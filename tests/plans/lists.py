"""Each filter and each order of every list, one at a time: {page: {parameter: its values}}.

`{customer}` and the like are what `url_arguments` of tests/test_queries.py names.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.audit.forms.audit_filter import AuditFilterForm
from crm.audit.models import AuditAction
from crm.jobs.forms.job_filter import JobFilterForm
from crm.jobs.models import JobState
from crm.webhooks.forms.delivery_filter import DeliveryFilterForm
from crm.webhooks.models import DeliveryState
from customers.batches import merged, undone
from customers.matching.forms import EVIDENCE, WorklistFilterForm
from customers.matching.worklist.tabs import GroupsTab
from customers.merging.forms.history_filter import MergeHistoryForm
from customers.merging.history import MergeState
from customers.models import MergedBy, Via
from customers.models.history import HistoryKind
from customers.models.rule import FindingOutcome
from customers.pages.forms.tab_filter import TabFilter
from customers.pages.tabs import offered
from customers.review.forms.period import PeriodForm
from customers.search.sorting import SORTS
from customers.totals.status import STATUSES
from orders.models import OrderKind, OrderStatus
from orders.pages.forms.order_filter import OrderFilterForm
from orders.search.filters import OrderState

Query = Mapping[str, str]

DAYS = {"since": ["2026-01-01"], "until": ["2026-12-31"]}
PLACE = "2026-06-01T12:00:00+00:00_1000"
NUMBER = {"before": ["1000"]}

ORDERS: dict[str, list[str]] = {
    "q": ["{order}", "{customer}", "4242", "Helena Holy", "Product", "hholy@example.org"],
    "status": [*OrderState.values, OrderStatus.DECLINED],
    "kind": [OrderKind.RECURRING],
    "source": ["{source}"],
    **DAYS,
    "low": ["900"],
    "high": ["5"],
}
MERGES: dict[str, list[str]] = {
    "customer": ["{customer}", "Helena", "helena1@example.org"],
    "by": ["{user}", "api"],
    "number": ["{merge}"],
    "via": [Via.RULE],
    "rule": ["{rule}"],
    "state": [*MergeState.values],
    "batch": ["{batch}"],
    **DAYS,
}
WORKLIST: dict[str, list[str]] = {
    "source": ["{source}"],
    "spent": ["50"],
    "owner": ["0", "{user}"],
    "received": ["2026-01-01T00:00:00+00:00/2026-12-31T00:00:00+00:00"],
    "after": ["500-2000"],
}

LISTS: dict[str, dict[str, list[str]]] = {
    "customers:list": {
        "q": [
            "helena",
            "helena holy",
            "helena prague",
            "helena tucson az",
            "helena salt lake city",
            "hel",
            "hel hol",
            "helena1@example.org",
            "+420 241 770 449",
            "{order}",
            "{customer}",
            "zzz",
        ],
        "sort": [sort.key for sort in SORTS],
        "status": [status for status, _ in STATUSES],
        "source": ["{source}"],
        "country": ["CZ"],
        "duplicates": ["on"],
        "account_type": ["{account_type}"],
        "phase": ["{phase}"],
        "opportunity": ["{phase}"],
        "closing_reason": ["{closing_reason}"],
        "after": ["2026-06-01T12:00:00+00:00\x1f1000"],
    },
    "orders:order_list": ORDERS | {"before": [PLACE]},
    "customers:merges": MERGES | {"before": [PLACE], "after": [PLACE]},
    "batches:undo": {"state": [*MergeState.values]},
    "batches:rerun": {"status": [OrderStatus.DECLINED]},
    "audit:list": {
        "q": ["{customer}", "10.0.0.1", "0b5dbe1c7a3f4b0e9d0c6a2f7e4d1b3a"],
        "by": ["{user}"],
        "action": [AuditAction.values[0]],
        "result": ["refused", "done"],
        **DAYS,
        "before": [PLACE],
    },
    "jobs:list": {"q": ["17", "records"], "kind": ["rebuild"], "state": [JobState.DONE], "by": ["me", "{user}"]}
    | NUMBER,
    "webhooks:list": {"endpoint": ["{endpoint}"], "kind": ["customer.merged"], "state": [DeliveryState.WAITING]}
    | NUMBER,
    "accounts:list": {"q": ["jane"], "may": ["customers.view_customer"], "state": ["in", "out"], "after": ["1"]},
    "accounts:changes": {"user": ["{user}"]} | NUMBER,
    "customers:deletions": NUMBER,
    "customers:ignored": {"q": ["office"], "tab": ["changes"]} | NUMBER,
    "customers:tasks": {"after": [PLACE]},
    "customers:merge_quality": {**DAYS, "made_by": [*MergedBy.values]},
    "customers:merge": {"q": ["helena", "helena1@example.org", "{other}"]},
    "customers:why_ask": {"one": ["{customer}"], "other": ["{other}"]},
    "rules:detail": {"found": [FindingOutcome.CONFLICT]} | NUMBER,
    "batches:merge_detail": {"outcome": [tab for tab, _ in merged.TABS], "after": ["1"]},
    "batches:undo_detail": {"outcome": [tab for tab, _ in undone.TABS], "after": ["1"]},
    "orders:double_payments": NUMBER,
    "orders:source_list": {"after": ["M"]},
    "imports:list": NUMBER,
    "webhooks:replay": {"since": ["2026-01-01T00:00"]},
}
FORMS = {
    "orders:order_list": OrderFilterForm,
    "customers:merges": MergeHistoryForm,
    "audit:list": AuditFilterForm,
    "jobs:list": JobFilterForm,
    "webhooks:list": DeliveryFilterForm,
    "customers:merge_quality": PeriodForm,
    "customers:duplicates": WorklistFilterForm,
    "customers:detail": TabFilter,
}
"""Whose fields are all parameters of the list."""


def queries_of(page: str) -> Iterator[Query]:
    yield from ({name: value} for name, values in LISTS.get(page, {}).items() for value in values)
    yield from chain.from_iterable(tab() for name, tab in TABBED.items() if name == page)


def _worklist() -> Iterator[Query]:
    yield from ({"tab": tab} for tab in ("related", "dismissed"))
    for tab in GroupsTab:
        yield {"tab": tab}
        filters = WORKLIST | {"evidence": [*EVIDENCE[tab]]}
        yield from ({"tab": tab, name: value} for name, values in filters.items() for value in values)


def _tabs_alone() -> Iterator[Query]:
    yield from ({"tab": tab} for tab in GroupsTab)


def _customer_page() -> Iterator[Query]:
    for choice in offered(set(ALL_PERMISSIONS)):
        yield {"tab": choice.slug}
        yield {"tab": choice.slug, "before": PLACE}
    for tab in ("orders", "history"):
        yield {"tab": tab, "source": "{source}"}
    yield {"tab": "history", "kind": HistoryKind.EDIT, "before": PLACE}


TABBED = {"customers:duplicates": _worklist, "batches:merge": _tabs_alone, "customers:detail": _customer_page}
