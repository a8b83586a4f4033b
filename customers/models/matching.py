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


NO_RANK = 0
FIRST_RANKS = {MatchKind.EMAIL: 960, MatchKind.PHONE: 576, MatchKind.DIGITS: 576}
"""The rank of a new value until it is judged: what `matching/worklist/sorting.py` gives its kind without customers."""

Key = tuple[str, str]
Keyed = TypeVar("Keyed", bound=models.Model)


class KeyQuerySet(models.QuerySet[Keyed]):
    def among(self, keys: Iterable[Key]) -> Self:
        # Sets, because Django looks at each value of a list to see whether it is an expression.
        values: defaultdict[str, set[str]] = defaultdict(set)
        for kind, value in keys:
            values[kind].add(value)
        if not values:
            return self.none()
        conditions = (models.Q(kind=kind, value__among=of_kind) for kind, of_kind in values.items())
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

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="match_keys", db_index=False)
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
    # Its place in the worklist, the highest first; NO_RANK if it stands for no group.
    rank = models.PositiveSmallIntegerField(default=FIRST_RANKS[MatchKind.EMAIL])

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="sharedvalue_once")]
        indexes = [
            # The values that are shared most are offered to be ignored.
            models.Index(fields=["holders", "id"], name="sharedvalue_by_holders"),
            # The worklist, read backwards.
            models.Index(fields=["rank", "id"], name="sharedvalue_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class SearchWord(models.Model):
    """A word of an identity, without accents. A search finds customers by its beginning. Derived from the identity."""

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="search_words", db_index=False)
    # That of the record, which a trigger repeats here (customers/models/word_owner.py), so that the index has the whole
    # answer. The record refers to the customer for both.
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, editable=False
    )
    word = models.CharField(max_length=60)

    class Meta:
        constraints = [
            # Also asks a customer for a word, without a row of the table.
            models.UniqueConstraint(fields=["customer", "word", "source_record"], name="searchword_once_a_record"),
        ]
        indexes = [
            models.Index(fields=["source_record"], name="searchword_by_record"),
            # For the beginning of a word too, which PostgreSQL finds by pattern_ops only. It holds the whole answer.
            models.Index(
                fields=["word", "customer"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="searchword_by_word",
            ),
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


class Relation(models.TextChoices):
    """What two customers have in common who are not one person."""

    HOUSEHOLD = "household", "Same household"
    EMPLOYER = "employer", "Same employer"


class NotDuplicate(models.Model):
    """Staff marked two customers as not duplicates, or as related and not the same.

    It also counts for the customers they are merged into later.
    """

    first = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    relation = models.CharField(max_length=10, choices=Relation, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="notduplicate_once_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="notduplicate_in_order"),
        ]
        indexes = [
            # The tabs of the worklist: marks of one relation, or of none, newest first.
            models.Index(fields=["relation", "id"], name="notduplicate_by_relation"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class LikelyPair(models.Model):
    """Two customers who are likely one person, as a scan found them. Derived from their profiles and records.

    It is kept when one of them is merged, and counts again after an undo: readers ask for pairs of live customers.
    """

    derived = True

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    probability = models.FloatField()
    weights = models.JSONField(help_text="{field: [how its values agree, its weight in bits]}")
    model = models.CharField(max_length=40, help_text="The version of the model that scored it")
    found_at = models.DateTimeField(default=timezone.now)
    # Its place in the worklist, the highest first: its probability in millionths, or NO_RANK when it is answered.
    rank = models.PositiveIntegerField(default=NO_RANK)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="likelypair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="likelypair_in_order"),
            models.CheckConstraint(
                condition=models.Q(probability__gte=0, probability__lte=1), name="likelypair_probability"
            ),
        ]
        indexes = [
            # The worklist, read backwards.
            models.Index(fields=["rank", "id"], name="likelypair_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.probability:.0%}"

    @property
    def ends(self) -> tuple[int, int]:
        return self.first_id, self.second_id


def rank_of_probability(probability: float) -> int:
    return round(probability * 1_000_000)


class LikelyScan(models.Model):
    """A scan of all customers for likely duplicates. The newest says how far the pairs are up to date."""

    began = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True, blank=True)
    # Customers who changed before this are scored.
    scored_to = models.DateTimeField(default=timezone.now)
    customers = models.PositiveIntegerField(default=0)
    compared_pairs = models.PositiveBigIntegerField(default=0)
    likely_pairs = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=list, blank=True, help_text="What was not compared, in words")
    model = models.CharField(max_length=40, help_text="The version of the model")

    def __str__(self) -> str:
        return f"Scan of {self.customers} customers"
