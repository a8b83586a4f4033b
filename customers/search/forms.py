"""The filters in the URL of the customer list. Values that do not exist are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode

from customers.lib.addresses.countries import COUNTRIES, country_code, country_name
from customers.models import DataSource
from customers.search.filters import Country, Criterion, FromSource, HasDuplicates, with_status
from customers.search.query import clean_query
from customers.search.sales_filters import SalesFilter, read_sales_filter
from customers.search.search_text import SearchText
from customers.search.sorting import SORTS, Sort, SortPlace, sort_named
from customers.totals.status import STATUSES

LONGEST_COUNTRY = 100
MOST_SELECTED = 100
"""Customers that are selected in a list for one merge: their numbers stand in an address."""


@dataclass(frozen=True)
class Filter:
    """A filter that is set, as text, with the URL of the list without it."""

    label: str
    cleared: str


@dataclass(frozen=True)
class ListFilter:
    """A search, filters and an order; `country` is an ISO code, `after` where the page before ended."""

    text: str
    status: str
    source: DataSource | None
    country: str
    duplicates: bool
    sales: SalesFilter
    sort: Sort
    after: SortPlace | None
    sources: Sequence[DataSource]

    @property
    def criteria(self) -> list[Criterion]:
        candidates = (
            self.text and SearchText(self.text),
            self.source and FromSource((self.source.pk,)),
            self.country and Country(self.country),
            self.status and with_status(self.status),
            self.duplicates and HasDuplicates(),
        )
        return [*(criterion for criterion in candidates if criterion), *self.sales.criteria]

    @property
    def filters(self) -> list[Filter]:
        set_to = {
            "status": dict(STATUSES).get(self.status, ""),
            "source": self.source.name if self.source else "",
            "country": country_name(self.country),
            "duplicates": "Has duplicates" if self.duplicates else "",
            **self.sales.labels,
        }
        return [Filter(label, self.address(**{name: ""})) for name, label in set_to.items() if label]

    def address(self, **changes: str) -> str:
        named = {
            "q": self.text,
            "status": self.status,
            "source": str(self.source.pk) if self.source else "",
            "country": self.country,
            "duplicates": "on" if self.duplicates else "",
            **self.sales.values,
            "sort": self.sort.key if self.sort != SORTS[0] else "",
        }
        return "?" + urlencode({name: value for name, value in {**named, **changes}.items() if value})

    @property
    def described(self) -> str:
        """The search and the filters in words; "" without any."""
        return ", ".join(filter(None, [self.text and f"“{self.text}”", *(choice.label for choice in self.filters)]))

    @property
    def without_search(self) -> str:
        return self.address(q="")

    @property
    def without_filters(self) -> str:
        return self.address(status="", source="", country="", duplicates="", **dict.fromkeys(self.sales.values, ""))


def read_list_filter(query: Mapping[str, str]) -> ListFilter:
    sources = list(DataSource.objects.order_by("name"))
    sort = sort_named(query.get("sort", ""))
    status, country = query.get("status", ""), country_code(query.get("country", "")[:LONGEST_COUNTRY])
    return ListFilter(
        text=clean_query(query.get("q", "")),
        status=status if status in dict(STATUSES) else "",
        source=next((source for source in sources if str(source.pk) == query.get("source")), None),
        country=country if country in dict(COUNTRIES) else "",
        duplicates=query.get("duplicates", "") not in ("", "0", "off", "no"),
        sales=read_sales_filter(query),
        sort=sort,
        after=sort.parse(query.get("after", "")),
        sources=sources,
    )
