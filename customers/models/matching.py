from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.customer import Customer
from customers.models.linked import LinkedRow
from customers.models.source import SourceRecord


class MatchKind(models.TextChoices):
    EMAIL = "email", "email"
    PHONE = "phone", "phone"
    DIGITS = "digits", "phone as written"


Key = tuple[str, str]
Keyed = TypeVar("Keyed", bound=models.Model)


class KeyQuerySet(models.QuerySet[Keyed]):
    def among(self, keys: Iterable[Key]) -> Self:
        values: defaultdict[str, list[str]] = defaultdict(list)
        for kind, value in keys:
            values[kind].append(value)
        if not values:
            return self.none()
        conditions = (models.Q(kind=kind, value__in=of_kind) for kind, of_kind in values.items())
        return self.filter(models.Q(*conditions, _connector=models.Q.OR))

    def after(self, key: Sequence[str]) -> Self:
        """The keys that follow in the order of (kind, value), on the index; all of them after ()."""
        if not key:
            return self.all()
        kind, value = key
        return self.filter(models.Q(kind=kind, value__gt=value) | models.Q(kind__gt=kind), kind__gte=kind)

    def without_whole_numbers(self) -> Self:
        """Without the digits of records that have a whole number: that is compared instead."""
        whole = MatchKey.objects.filter(source_record=models.OuterRef("source_record"), kind=MatchKind.PHONE)
        return self.filter(~models.Q(kind=MatchKind.DIGITS) | ~models.Exists(whole))


class MatchKey(models.Model):
    """A normalised email or phone. Customers whose records share one are duplicates. Derived from the identity."""

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="match_keys")
    kind = models.CharField(max_length=10, choices=MatchKind)
    value = models.CharField(max_length=254)

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_record", "kind", "value"], name="matchkey_once_a_record"),
        ]
        indexes = [
            # Every search for duplicates starts here, and the intake of an order.
            models.Index(fields=["kind", "value"], name="matchkey_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class SharedValue(models.Model):
    """A match key that two live customers share: where the search for all duplicates begins.

    A cache. It may hold keys that are no longer shared, but lacks no shared key. So every reader checks the match keys.
    """

    derived = True

    kind = models.CharField(max_length=10, choices=MatchKind)
    value = models.CharField(max_length=254)
    # About how many customers have it: grows whenever another record gets it, and `rebuild` counts anew.
    holders = models.PositiveIntegerField(default=2)

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="sharedvalue_once")]
        indexes = [
            # The values that are shared most are offered to be ignored.
            models.Index(fields=["holders", "id"], name="sharedvalue_by_holders"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class SearchWord(models.Model):
    """A word of an identity, without accents. A search finds customers by its beginning. Derived from the identity."""

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="search_words")
    word = models.CharField(max_length=60, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_record", "word"], name="searchword_once_a_record"),
        ]

    def __str__(self) -> str:
        return self.word


class UnmatchedValue(LinkedRow):
    """A value that staff excluded from matching for one record, such as a family's phone or a shared mailbox."""

    kind = models.CharField(max_length=10, choices=MatchKind)
    value = models.CharField(max_length=254)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta(LinkedRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["source_record", "kind", "value"], name="unmatchedvalue_said_once"),
        ]

    def __str__(self) -> str:
        return f"not by {self.kind} {self.value}"


class IgnoredValue(models.Model):
    """An email or phone that staff ignore for all customers, such as none@none.com or a switchboard. It matches no one.

    A whole number has the digits by which it is written as rows of its own, whose `phone` it is.
    """

    kind = models.CharField(max_length=10, choices=MatchKind)
    value = models.CharField(max_length=254)
    # As entered, of which `rebuild` makes the normal form anew.
    written = models.CharField(max_length=254, blank=True)
    phone = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="digits")
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two numbers may be written with the same digits.
            models.UniqueConstraint(fields=["kind", "value"], condition=models.Q(phone=None), name="ignoredvalue_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "value"], name="ignoredvalue_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class IgnoredValueChange(models.Model):
    """Entry of the history of ignored values. Append-only, but `value` is "" when who had it was erased."""

    kind = models.CharField(max_length=10, choices=MatchKind)
    value = models.CharField(max_length=254)
    is_ignored = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    objects = KeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class NotDuplicate(models.Model):
    """Staff marked two customers as not duplicates. It also counts for the customers they are merged into later."""

    first = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    second = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="notduplicate_once_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="notduplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"
