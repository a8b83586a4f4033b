"""What a customer's profile is: a function of the changes that stand.

Of each field the latest standing change decides; where none stands, what was there before the first. So an undo
restores nothing: it takes a merge out of what stands, and the profile follows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from customers import homes
from customers.fields import BY_KEY, FIELDS, REFERENCES, Kind, ProfileField
from customers.models import CartLogin, Customer, MergeMember, PaySource, ProfileChange

Values = dict[str, Any]
COLUMNS = [field.column for field in FIELDS]


def values_of(customer: Customer) -> Values:
    """The profile as stored, {field: value}; a reference is a primary key."""
    return {field.key: getattr(customer, field.column) for field in FIELDS}


def write_change(
    customer: Customer, after: Mapping[str, Any], *, origins: Mapping[str, int] | None = None, **act: Any
) -> ProfileChange | None:
    """Write down that the profile of the locked `customer` becomes `after`; nothing when it is that already.

    `origins` names the duplicate each value was taken from; `act` is by, via and merge. The caller refreshes.
    """
    before = values_of(customer)
    changed = {
        key: {"before": before[key], "after": value, "from": (origins or {}).get(key)}
        for key, value in after.items()
        if value != before[key]
    }
    if not changed:
        return None
    bump([customer])
    return ProfileChange.objects.create(customer=customer, values=changed, version=customer.version, **act)


def bump(customers: Collection[Customer]) -> None:
    """A new version: whoever decided on the old one has to look again."""
    Customer.objects.filter(pk__in=[c.pk for c in customers]).update(version=F("version") + 1, updated=Now())
    for customer in customers:
        customer.version += 1


class History:
    """The profile changes of some customers, read once, and what follows from them."""

    def __init__(self, customers: Collection[int]) -> None:
        self.changes: defaultdict[int, list[ProfileChange]] = defaultdict(list)
        rows = ProfileChange.objects.filter(customer__in=customers).select_related("merge", "by").order_by("version")
        for change in rows:
            self.changes[change.customer_id].append(change)
        merges = {change.merge_id for change in rows if change.merge_id}
        taken_back = (
            MergeMember.objects.filter(merge__in=merges).exclude(undone_at=None)
            if merges
            else MergeMember.objects.none()
        )
        self.undone: set[tuple[int, int]] = set(taken_back.values_list("merge", "duplicate"))
        self.owners = self._owners()

    def _owners(self) -> dict[tuple[Kind, int], int]:
        """The customer that owns each login or pay source named in a change, where it still counts."""
        wanted: defaultdict[Kind, set[int]] = defaultdict(set)
        for change in (c for changes in self.changes.values() for c in changes):
            for key, value in change.values.items():
                kind = BY_KEY[key].kind
                if kind in REFERENCES:
                    wanted[kind].update(pk for pk in (value["before"], value["after"]) if pk)
        found: dict[tuple[Kind, int], int] = {}
        for kind, pks in wanted.items():
            rows: QuerySet[Any] = (
                PaySource.objects.all() if kind is Kind.PAY_SOURCE else CartLogin.objects.filter(merge__undone_at=None)
            )
            for pk, owner in rows.filter(pk__in=pks).values_list("pk", "source_record__customer"):
                found[kind, pk] = owner
        return found

    def profile(
        self, customer: int, root: int, *, taken_back: Collection[tuple[int, int]] = (), without: int | None = None
    ) -> Values:
        """The named fields of `customer`, whose things are with `root`, as they follow from what stands.

        `taken_back` and `without` ask what it would be with those (merge, duplicate) parts, or a merge, undone.
        """
        changes = self.changes[customer]
        derived: Values = {}
        for change in changes:
            for key, value in change.values.items():
                derived.setdefault(key, value["before"])
        undone = {*self.undone, *taken_back}
        for change in changes:
            if change.merge is None or not (change.merge.undone_at or change.merge_id == without):
                standing = (item for item in change.values.items() if (change.merge_id, item[1]["from"]) not in undone)
                derived.update({k: v["after"] for k, v in standing if self._counts(BY_KEY[k], v["after"], root)})
        return {key: v if self._counts(BY_KEY[key], v, root) else None for key, v in derived.items()}

    def _counts(self, field: ProfileField, value: Any, root: int) -> bool:
        """A login or pay source counts only while it is this customer's."""
        return field.kind not in REFERENCES or value is None or self.owners.get((field.kind, value)) == root


def refresh(customers: Collection[int]) -> list[str]:
    """Make the profile columns what stands, and the home records follow; name what was not so."""
    history = History(customers)
    differed: list[str] = []
    rows = list(Customer.objects.filter(pk__in=customers, erased_at=None).select_related("merged_into"))
    for customer in rows:
        derived = history.profile(customer.pk, customer.live_root().pk)
        wrong = {key for key, value in derived.items() if getattr(customer, BY_KEY[key].column) != value}
        for key in wrong:
            setattr(customer, BY_KEY[key].column, derived[key])
        differed += [f"{key} of customer {customer.pk}" for key in sorted(wrong)]
    if differed:
        Customer.objects.bulk_update(rows, COLUMNS)
    return differed + homes.refresh(rows)
