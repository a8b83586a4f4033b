"""What two customers may have in common beside an email or phone. No Merge button appears because of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.customer import Customer
from customers.models.exact import ExactCharField
from customers.models.matching import KeyQuerySet
from customers.models.source import SourceRecord


class EvidenceKind(models.TextChoices):
    EXTERNAL_ID = "external_id", "external ID"
    COMPANY = "company", "company"
    DOMAIN = "domain", "web domain"
    IDENTIFIER = "identifier", "identifier"


class EvidenceKey(models.Model):
    """The normal form of an external ID, company, web domain or identifier of a source record. Derived from them.

    It is written within a minute after the act (docs/decisions/0052): whoever decides by it reads the record again.
    """

    derived = True

    source_record = models.ForeignKey(SourceRecord, models.PROTECT, related_name="evidence_keys", db_index=False)
    kind = models.CharField(max_length=12, choices=EvidenceKind)
    value = models.CharField(max_length=300)

    objects = KeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_record", "kind", "value"], name="evidencekey_once_a_record"),
        ]
        indexes = [
            # Who else has it, and all that several have, in their order.
            models.Index(fields=["kind", "value"], name="evidencekey_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class EvidencePair(models.Model):
    """Two live customers who have evidence in common by which they may be one. Derived from their evidence keys.

    Those who are marked as not duplicates, or share an email or phone, have no row.
    """

    derived = True

    first = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    kinds = models.PositiveSmallIntegerField(help_text="The sum of the weights of what they have in common")
    # Its place in the worklist, the highest first.
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="evidencepair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="evidencepair_in_order"),
        ]
        indexes = [
            # The worklist, read backwards.
            models.Index(fields=["rank", "id"], name="evidencepair_by_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}"

    @property
    def ends(self) -> tuple[int, int]:
        return self.first_id, self.second_id


class IdentifyingAttribute(models.Model):
    """An attribute that says who a customer is, such as a VAT number: everybody with this name.

    Each person has an identifier of their own. A trait, such as the date of birth, is that of many: two who differ in
    it are not one person, but nobody is found by it.
    """

    class Meaning(models.TextChoices):
        IDENTIFIER = "identifier", "One per person"
        TRAIT = "trait", "Trait"

    name = ExactCharField(max_length=100, unique=True)
    meaning = models.CharField(max_length=10, choices=Meaning)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class EvidenceProgress(models.Model):
    """How far the evidence keys are up to date. One row."""

    noted_to = models.DateTimeField(help_text="Customers who changed before this have their keys")
    # None when all records have been gone through since an identifying attribute changed.
    next_record = models.BigIntegerField(null=True, default=0)

    def __str__(self) -> str:
        return f"Evidence up to {self.noted_to}"
