"""The search and the filters of the customer list, which read the database in the cheaper of two ways.

`ids_if_few` reads the customers who pass from an index, as long as they are few. `condition` tests customers that
another index leads to. It is written so that it cannot use an index itself: a planner without statistics would choose
that one and read half of all customers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Q

from customers.lib.addresses.countries import country_spellings
from customers.models import BillingStatus, Customer, DataSource, MatchKey, SharedValue, SourceRecord
from customers.models.customer import CustomerQuerySet
from customers.models.places import BillingCountry
from customers.models.source import with_external_id
from customers.search.conditions import asked_of_each, is_one_of, unindexed
from customers.search.find import at_most
from customers.totals.status import CUSTOMER, PURCHASES

_SHARED = SharedValue.objects.filter(kind=OuterRef("kind"), value=OuterRef("value"))
SHARES_A_VALUE = Exists(MatchKey.objects.filter(Exists(_SHARED), source_record__customer=OuterRef("pk")))


class Criterion(ABC):
    @property
    def ids_are_exact(self) -> bool:
        """Whether `ids_if_few` returns only customers that pass."""
        return True

    @property
    @abstractmethod
    def condition(self) -> Q:
        """On any customer, also a retired one."""

    @property
    def combinations(self) -> Q | None:
        """On the combinations of all customers that pass; None where combinations do not tell."""
        return None

    @property
    def besides(self) -> Q:
        """What is asked of customers with such a combination, because no combination says it."""
        return Q()

    @property
    def is_of_leads(self) -> bool | None:
        """Whether all who pass are leads; False where none of them is."""
        return None

    @abstractmethod
    def ids_if_few(self, most: int) -> set[int] | None:
        """All customers that pass, and maybe others; None when there may be more than `most`."""

    @property
    def condition_of_few(self) -> Q:
        """On the customers of `ids_if_few`."""
        return Q() if self.ids_are_exact else self.condition


@dataclass(frozen=True)
class Status(Criterion):
    """One of the billing statuses; or one of the lead statuses, where there is no billing status."""

    statuses: tuple[str, ...]

    @property
    def ids_are_exact(self) -> bool:
        return self._is_billing

    @property
    def _is_billing(self) -> bool:
        return self.statuses[0] in BillingStatus

    @property
    def condition(self) -> Q:
        billing, lead = unindexed("billing_status"), unindexed("lead_status")
        return (
            is_one_of(billing, self.statuses)
            if self._is_billing
            else is_one_of(billing, [""]) & is_one_of(lead, self.statuses)
        )

    @property
    def combinations(self) -> Q:
        return Q(billing_status__in=self.statuses) if self._is_billing else lead_combinations(self.statuses)

    def ids_if_few(self, most: int) -> set[int] | None:
        column = "billing_status" if self._is_billing else "lead_status"
        return at_most(most, Customer.objects.filter(**{f"{column}__in": self.statuses}).values("pk"))


@dataclass(frozen=True)
class ShownStatus(Criterion):
    """The one status that pages show (`customers/totals/status.py`), where no purchase says it."""

    status: str

    @property
    def ids_are_exact(self) -> bool:
        return False

    @property
    def condition(self) -> Q:
        without_purchases = is_one_of(unindexed("billing_status"), [""])
        if self.status == CUSTOMER:
            return without_purchases & self.besides
        return without_purchases & is_one_of(unindexed("lead_status"), [self.status]) & self.besides

    @property
    def besides(self) -> Q:
        is_no_lead = is_one_of(unindexed("lead_status"), [""])
        has_bought = asked_of_each(PURCHASES)
        return is_no_lead | has_bought if self.status == CUSTOMER else ~has_bought

    @property
    def combinations(self) -> Q:
        return Q(billing_status="") if self.status == CUSTOMER else lead_combinations([self.status])

    @property
    def is_of_leads(self) -> bool:
        return self.status != CUSTOMER

    def ids_if_few(self, most: int) -> set[int] | None:
        if self.status == CUSTOMER:
            return None  # most customers are
        return at_most(most, Customer.objects.filter(lead_status=self.status).values("pk"))


def lead_combinations(statuses: Sequence[str]) -> Q:
    return Q(billing_status="", lead_status__in=statuses)


def with_status(status: str) -> Criterion:
    return Status((status,)) if status in BillingStatus else ShownStatus(status)


@dataclass(frozen=True)
class FromSource(Criterion):
    """One of the data sources has a record of the customer; with `external_id`, unless that is empty."""

    sources: tuple[int, ...]
    external_id: str = ""

    @property
    def condition(self) -> Q:
        records = SourceRecord.objects.alias(source=unindexed("data_source")).filter(source__in=self.sources)
        return Q(Exists(records.filter(self._with_id, customer=OuterRef("pk"))))

    @property
    def combinations(self) -> Q | None:
        if self.external_id or self._is_of_staff:
            return None
        return Q(data_source__in=self.sources)

    @cached_property
    def _is_of_staff(self) -> bool:
        # Not noted of staff records, which an order or a note may add without a change of the customer.
        return DataSource.objects.filter(pk__in=self.sources, name=DataSource.STAFF).exists()

    def ids_if_few(self, most: int) -> set[int] | None:
        of_source = SourceRecord.objects.filter(self._with_id, data_source__in=self.sources)
        return at_most(most, of_source.values("customer"))

    @property
    def _with_id(self) -> Q:
        return with_external_id(self.external_id) if self.external_id else Q()


@dataclass(frozen=True)
class Country(Criterion):
    """The billing address is in the country of this ISO code, however it was written."""

    code: str

    @property
    def condition(self) -> Q:
        return is_one_of(unindexed(BillingCountry()), country_spellings(self.code))

    @property
    def combinations(self) -> Q:
        return Q(country=self.code)

    def written(self) -> CustomerQuerySet:
        return Customer.objects.filter(is_one_of(BillingCountry(), country_spellings(self.code)))

    def ids_if_few(self, most: int) -> set[int] | None:
        return at_most(most, self.written().values("pk"))


@dataclass(frozen=True)
class HasDuplicates(Criterion):
    """Another customer has or had the same email or phone. The list then asks whether it is a duplicate."""

    @property
    def ids_are_exact(self) -> bool:
        return False

    @property
    def condition(self) -> Q:
        return Q(SHARES_A_VALUE)

    @property
    def combinations(self) -> Q:
        return Q(shares_value=True)

    def ids_if_few(self, most: int) -> set[int] | None:
        values = list(SharedValue.objects.values_list("kind", "value")[: most + 1])
        if len(values) > most:
            return None
        return at_most(most, MatchKey.objects.among(values).values("source_record__customer"))
