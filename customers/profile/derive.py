"""What a customer's profile is: a function of the changes that stand.

Of each field the latest standing change decides; where none stands, what was there before the first. So an undo
restores nothing: it takes a merge out of what stands, and the profile follows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, QuerySet

from customers.models import CartLogin, Customer, MergeMember, PaySource, ProfileChange
from customers.models.functions import Now
from customers.models.prepared import Prepared, PreparedWrite, insert, updating
from customers.profile.fields import BLANK, BY_KEY, FIELDS, REFERENCES, FieldKind
from customers.records import ownership
from customers.records.staff_record import refresh_staff_records

Values = dict[str, Any]
Difference = dict[str, dict[str, Any]]
"""{field: its values "before" and "after", and the customer it is "from"}, as a ProfileChange keeps it."""

_changes = Prepared(
    lambda customers: (
        ProfileChange.objects.filter(customer__in=customers).select_related("merge", "by").order_by("version")
    )
)
_taken_back = Prepared(
    lambda merges: (
        MergeMember.objects.filter(merge__in=merges).exclude(undone_at=None).values_list("merge", "duplicate")
    )
)
_bump = PreparedWrite(
    lambda customers: updating(Customer.objects.filter(pk__in=customers), version=F("version") + 1, updated=Now())
)


def profile_values(customer: Customer) -> Values:
    """The profile as stored, {field: value}; a reference is a primary key."""
    return {field.key: getattr(customer, field.column) for field in FIELDS}


def write_profile_change(
    customer: Customer,
    after: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    origins: Mapping[str, int] | None = None,
    **act: Any,
) -> ProfileChange | None:
    """Write down that the profile of the locked `customer` becomes `after`; nothing when it is that already.

    `before` is what it is, when that is not what is stored; `origins` names the duplicate each value was taken from;
    `act` is by, via and merge. The caller refreshes.
    """
    changed = profile_difference(profile_values(customer) if before is None else before, after, origins or {})
    if not changed:
        return None
    bump_versions([customer])
    change = ProfileChange(customer=customer, values=changed, version=customer.version, **act)
    insert(change)
    return change


def profile_difference(
    before: Mapping[str, Any], after: Mapping[str, Any], origins: Mapping[str, int] = {}
) -> Difference:
    """What makes `before` `after`; `origins` names the duplicate each value was taken from."""
    return {
        key: {"before": before[key], "after": value, "from": origins.get(key)}
        for key, value in after.items()
        if value != before[key]
    }


def first_profile_change(customer: Customer, **act: Any) -> ProfileChange:
    """What a new customer came with, not saved yet, so that each of its columns can be derived."""
    came_with = {
        key: {"before": BLANK[key], "after": value, "from": None}
        for key, value in profile_values(customer).items()
        if value != BLANK[key]
    }
    return ProfileChange(customer=customer, values=came_with, version=customer.version, **act)


def bump_versions(customers: Collection[Customer]) -> None:
    """Give each a new version, so that edits and merges planned on the old one are refused."""
    _bump([customer.pk for customer in customers])
    for customer in customers:
        customer.version += 1


class ProfileHistory:
    """The profile changes of some customers, read once, and what follows from them."""

    def __init__(self, customers: Collection[int], *, members: Collection[MergeMember] = ()) -> None:
        """`members` are all of some merges, if they were read already."""
        self.changes: defaultdict[int, list[ProfileChange]] = defaultdict(list)
        rows = _changes(list(customers))
        for change in rows:
            self.changes[change.customer_id].append(change)
        self.undone = {(member.merge_id, member.duplicate_id) for member in members if member.undone_at}
        unread = {change.merge_id for change in rows if change.merge_id} - {member.merge_id for member in members}
        self.undone.update(_taken_back(sorted(unread)))
        self.owners = self._owners()

    def _owners(self) -> dict[tuple[FieldKind, int], list[int]]:
        """The customers that have each login or pay source named in a change, from the one it came to up."""
        references: defaultdict[FieldKind, set[int]] = defaultdict(set)
        for change in (c for changes in self.changes.values() for c in changes):
            for key, value in change.values.items():
                kind = BY_KEY[key].kind
                if kind in REFERENCES:
                    references[kind].update(pk for pk in (value["before"], value["after"]) if pk)
        origins: dict[tuple[FieldKind, int], int] = {}
        for kind, pks in references.items():
            rows: QuerySet[Any] = (PaySource if kind is FieldKind.PAY_SOURCE else CartLogin)._default_manager.all()
            for pk, origin in rows.filter(pk__in=pks).values_list("pk", "source_record__origin"):
                origins[kind, pk] = origin
        chains = ownership.merge_chains(origins.values())
        return {named: chains[origin] for named, origin in origins.items()}

    def profile(
        self, customer: int, *, taken_back: Collection[tuple[int, int]] = (), without: int | None = None
    ) -> Values:
        """The named fields of `customer` as they follow from what stands.

        `taken_back` and `without` ask what it would be with those (merge, duplicate) parts, or a merge, undone.
        """
        changes = self.changes[customer]
        derived: Values = {}
        for change in changes:
            for key, value in change.values.items():
                derived.setdefault(key, value["before"])
        undone = {*self.undone, *taken_back}
        left = {duplicate for _merge, duplicate in taken_back}
        for change in changes:
            if change.merge is None or not (change.merge.undone_at or change.merge_id == without):
                standing = (item for item in change.values.items() if (change.merge_id, item[1]["from"]) not in undone)
                derived.update({k: v["after"] for k, v in standing if self._counts(k, v["after"], customer, left)})
        return {key: v if self._counts(key, v, customer, left) else None for key, v in derived.items()}

    def stands(self, change: ProfileChange, key: str) -> bool:
        """Whether what `change` wrote of a field was undone with no merge."""
        if change.merge is None:
            return True
        return not change.merge.undone_at and (change.merge_id, change.values[key]["from"]) not in self.undone

    def _counts(self, key: str, value: Any, customer: int, left: set[int]) -> bool:
        """A login or pay source counts only while this customer has it: their own, or of one merged into them."""
        if BY_KEY[key].kind not in REFERENCES or value is None:
            return True
        chain = self.owners.get((BY_KEY[key].kind, value), [])
        if customer not in chain:
            return False
        return left.isdisjoint(chain[: chain.index(customer)])


def save_profile(
    customer: Customer, values: Mapping[str, Any], *, new_version: bool = False, **columns: Any
) -> set[str]:
    """Make the profile of the locked `customer` say `values`, and write other `columns`; the names of what differed.

    With a `new_version`, edits and merges planned on the old one are refused.
    """
    columns |= {BY_KEY[key].column: value for key, value in values.items()}
    changed = {name: value for name, value in columns.items() if getattr(customer, name) != value}
    for name, value in changed.items():
        setattr(customer, name, value)
    if bytes(customer.sort_name) != customer.name_sort_key:
        customer.sort_name = changed["sort_name"] = customer.name_sort_key
    stamps = _new_version(customer) if new_version else {}
    if changed or stamps:
        Customer.objects.filter(pk=customer.pk).update(**changed, **stamps)
    return set(changed)


def _new_version(customer: Customer) -> dict[str, Any]:
    customer.version += 1
    vars(customer).pop("updated", None)  # it is the time of the database, and read when it is asked for
    return {"version": customer.version, "updated": Now()}


def refresh_profiles(customers: Collection[int]) -> list[str]:
    """Derive profile columns and staff records again; return a line for each column that differed."""
    history = ProfileHistory(customers)
    rows = list(Customer.objects.filter(pk__in=customers, erased_at=None))
    differed = [
        f"{name} of customer {customer.pk}"
        for customer in rows
        for name in sorted(save_profile(customer, history.profile(customer.pk)))
    ]
    return differed + refresh_staff_records(rows)
