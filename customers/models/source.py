import re
from functools import partial
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.identity import Identity
from customers.models.exact import ExactCharField
from customers.models.ids import public_id

IDENTITY_FIELDS = ("first_name", "last_name", "company", "email", "phone", "country")


class DataSource(models.Model):
    """A system that sends us customers and orders: a shop, a billing system, or "Staff" for what is typed in here.

    Where it sends no country or currency, its defaults are taken (docs/decisions/0028). A change of them counts for
    what comes in later.
    """

    STAFF: ClassVar[str] = "Staff"

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "ds"), editable=False)
    name = ExactCharField(max_length=100, unique=True)
    system = models.CharField(max_length=60, blank=True)
    default_country = models.CharField(max_length=2, blank=True, help_text="ISO 3166; blank is that of the account")
    default_currency = models.CharField(max_length=3, blank=True, help_text="ISO 4217; blank is that of the account")
    bills_elsewhere = models.BooleanField(
        default=False, db_default=False, help_text="Another system bills the purchases that begin with its orders"
    )
    former = models.JSONField(
        default=list, editable=False, help_text="Primary keys of deleted data sources of this name"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return self.name

    @property
    def currency(self) -> str:
        """Of an order that was sent without one."""
        return self.default_currency or settings.DEFAULT_CURRENCY

    @property
    def is_staff(self) -> bool:
        return self.name == self.STAFF

    @classmethod
    def staff(cls) -> "DataSource":
        return cls.objects.get_or_create(name=cls.STAFF, defaults={"system": "staff"})[0]


class DataSourceChange(models.Model):
    """Entry of the history of data sources. Append-only; it outlives its data source, whose name it keeps.

    `values` are {field: [before, after]} of an edit; of a deletion its primary key, as `data_source`.
    """

    class Kind(models.TextChoices):
        CREATED = "created", "Created"
        EDITED = "edited", "Edited"
        EMPTIED = "emptied", "Customers deleted"
        PURGED = "purged", "Orders deleted"
        DELETED = "deleted", "Deleted"

    data_source = models.ForeignKey(DataSource, models.SET_NULL, null=True, related_name="changes")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind)
    values = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.get_kind_display()}"


OWN_ID = re.compile("rec_([0-9]{1,18})")
"""The ID by which API clients know a record whose source sent none."""


def with_external_id(external_id: str) -> models.Q:
    """The records that API clients know by this ID; see `SourceRecord.public_id`."""
    sent = models.Q(external_id=external_id)
    own = OWN_ID.fullmatch(external_id)
    return sent | models.Q(pk=int(own[1]), external_id=None) if own else sent


class SourceRecordQuerySet(models.QuerySet["SourceRecord"]):
    def in_order_of_attachment(self) -> "SourceRecordQuerySet":
        return self.order_by(models.F("moved_at").asc(nulls_first=True), "pk")


class SourceRecord(models.Model):
    """A customer as one data source knows it, with the identity as received.

    Everything that a customer has belongs to one source record for good. A merge only changes `customer`: a cache of
    the live customer at the end of the chain `origin → merged_into → …`.
    """

    origin = models.ForeignKey("Customer", models.PROTECT, related_name="own_records")
    customer = models.ForeignKey("Customer", models.PROTECT, related_name="records")
    data_source = models.ForeignKey(DataSource, models.PROTECT)
    external_id = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "sends none", and many may
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=120, blank=True)
    identity_key = ExactCharField(max_length=64, blank=True, db_index=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    moved_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SourceRecordQuerySet.as_manager()

    class Meta:
        permissions = [("split_sourcerecord", "Can split a source record off a customer")]
        constraints = [
            # The search asks for an ID of any data source. Rows without one are left out: their number misleads SQLite.
            models.UniqueConstraint(
                fields=["external_id", "data_source"],
                condition=models.Q(external_id__isnull=False),
                name="sourcerecord_known_once",
            ),
        ]
        indexes = [
            # API clients that ask what changed: records that moved since a time.
            models.Index(fields=["moved_at", "id"], name="sourcerecord_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.data_source} {self.external_id or self.pk}"

    @property
    def public_id(self) -> str:
        """The external ID, or an ID of ours where the source sent none."""
        return self.external_id if self.external_id is not None else f"rec_{self.pk}"

    @classmethod
    def longest(cls, name: str) -> int:
        return int(getattr(cls, name).field.max_length)

    @property
    def identity(self) -> Identity:
        return Identity(*(getattr(self, name) for name in IDENTITY_FIELDS))

    @property
    def is_staff_record(self) -> bool:
        # Its external id is the uuid of its origin. Read the record with `origin`.
        return self.external_id == self.origin.uuid
