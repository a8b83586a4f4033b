from functools import partial
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models.lookups import IsNull
from django.utils import timezone

from customers.lib.names import sort_key
from customers.lib.paths import path_of
from customers.lib.phrases import ISOLATES, with_number
from customers.models.exact import ExactCharField
from customers.models.functions import Now
from customers.models.ids import public_id
from customers.models.places import BillingCity, BillingCountry, BillingPostalCode

if TYPE_CHECKING:
    from customers.models.merge import Merge


class LeadStatus(models.TextChoices):
    NEW = "new", "New Lead"
    WORKING = "working", "Working Lead"
    QUALIFIED = "qualified", "Qualified Lead"
    UNQUALIFIED = "unqualified", "Unqualified Lead"
    LOST = "lost", "Lost"


class BillingStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Past Due"
    CANCELLED = "cancelled", "Cancelled"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def live(self) -> Self:
        return self.filter(merged_into=None, erased_at=None)

    def locked(self) -> Self:
        # In primary key order, so that two acts on the same customers cannot deadlock.
        # NO KEY, so that new orders do not wait: their foreign keys only need the customer to exist.
        return self.select_for_update(no_key=True, of=("self",)).order_by("pk")


def name_sort_key(first_name: str, last_name: str, company: str, email: str, phone: str) -> bytes:
    return sort_key(last_name=last_name, first_name=first_name, otherwise=company or email or phone)


class Customer(models.Model):
    """The golden record: what staff see and edit of one person or company.

    The profile columns are a cache: `customers/profile/replay.py` has what they follow from. A retired customer (one
    with `merged_into`) keeps its row, read-only, so that links to it always lead to the survivor.
    """

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "cus"), editable=False)

    # The profile. A new column goes on in `customers/profile/fields.py` and `crm/api/profile_fields.py`; `__init__.py`
    # beside this file names its choices, as LeadStatus. One that is not null has a `db_default`, because the program
    # before an update inserts rows without it; those below are as old as the table. Copy for a text:
    # `models.CharField(max_length=200, blank=True, default="", db_default="")`
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    company = models.CharField(max_length=200, blank=True)
    website = models.CharField(max_length=200, blank=True)
    billing_address = models.JSONField(default=dict, blank=True)
    shipping_address = models.JSONField(default=dict, blank=True)
    cart_login = models.ForeignKey("CartLogin", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    cart_password = models.ForeignKey(
        "CartLogin", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    pay_source = models.ForeignKey("PaySource", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    do_not_sell = models.BooleanField(null=True, blank=True)
    sms_contact = models.BooleanField(null=True, blank=True)
    email_opt_in = models.BooleanField(null=True, blank=True)
    tax_exempt = models.BooleanField(default=False)
    lead_status = models.CharField(max_length=20, choices=LeadStatus, blank=True)
    account_type = models.ForeignKey(
        "AccountType", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    lead_phase = models.ForeignKey("LeadPhase", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    custom1 = models.CharField(max_length=200, blank=True)
    custom2 = models.CharField(max_length=200, blank=True)
    custom3 = models.CharField(max_length=200, blank=True)
    custom4 = models.CharField(max_length=200, blank=True)
    custom5 = models.CharField(max_length=200, blank=True)

    sort_name = models.BinaryField(default=b"")

    billing_status = models.CharField(max_length=20, choices=BillingStatus, blank=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    lead_created_at = models.DateTimeField(null=True, blank=True)
    trial_started_at = models.DateTimeField(null=True, blank=True)
    # Times of the database: API clients read on from one of them, so a row must not be older than its transaction.
    created = models.DateTimeField(db_default=Now(), editable=False)
    updated = models.DateTimeField(db_default=Now(), editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Without an index: almost all are null, which misleads SQLite. Its duplicates are found through MergeMember.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+", db_index=False
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        permissions = [
            ("merge_customer", "Can merge customers"),
            ("merge_unmatched_customer", "Can merge without a match"),
            ("export_customer", "Can export personal data"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="customer_not_merged_into_itself",
            ),
        ]
        indexes = [
            # The list, a page at a time: recently updated, recently added, by name.
            models.Index(fields=["updated", "id"], name="customer_by_updated"),
            models.Index(fields=["created", "id"], name="customer_by_created"),
            models.Index(fields=["sort_name", "id"], name="customer_by_sort_name"),
            # The filters of the list where few customers pass one. Where many do, it reads an index above instead.
            models.Index(fields=["billing_status"], name="customer_by_billing_status"),
            models.Index(fields=["lead_status"], name="customer_by_lead_status"),
            models.Index(
                fields=["account_type"],
                condition=models.Q(account_type__isnull=False),
                name="customer_by_account_type",
            ),
            # The leads of a phase, which Home counts too.
            models.Index(
                fields=["lead_phase", "billing_status", "lead_status"],
                condition=models.Q(lead_phase__isnull=False),
                name="customer_by_lead_phase",
            ),
            models.Index(BillingCountry(), name="customer_by_country"),
            # The search box. Only addresses that have one: of many without, SQLite would rather read the table.
            models.Index(BillingCity(), condition=models.Q(IsNull(BillingCity(), rhs=False)), name="customer_by_city"),
            models.Index(
                BillingPostalCode(),
                condition=models.Q(IsNull(BillingPostalCode(), rhs=False)),
                name="customer_by_postal_code",
            ),
            # The few who were erased, among all.
            models.Index(fields=["erased_at"], condition=models.Q(erased_at__isnull=False), name="customer_erased"),
            # An erasure looks for the profiles that show an erased login, password or card.
            models.Index(
                fields=["cart_login"], condition=models.Q(cart_login__isnull=False), name="customer_by_cart_login"
            ),
            models.Index(
                fields=["cart_password"],
                condition=models.Q(cart_password__isnull=False),
                name="customer_by_cart_password",
            ),
            models.Index(
                fields=["pay_source"], condition=models.Q(pay_source__isnull=False), name="customer_by_pay_source"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("customers:detail", self.pk)

    @property
    def name(self) -> str:
        if self.erased_at:
            return f"Erased customer {self.pk}"
        person = f"{self.first_name} {self.last_name}".strip()
        name = person or self.company or self.email or self.phone or f"Customer {self.pk}"
        # Pages isolate the name by Unicode marks; the same marks inside it would end the isolate.
        return name.translate(ISOLATES)

    @property
    def name_sort_key(self) -> bytes:
        # `sort_name` caches it.
        return name_sort_key(self.first_name, self.last_name, self.company, self.email, self.phone)

    @property
    def name_with_number(self) -> str:
        return with_number(self.name, self.pk)

    @property
    def is_live(self) -> bool:
        return self.merged_into_id is None and self.erased_at is None

    def chain(self) -> "list[Customer]":
        """This customer, the one it was merged into, and so on; the last is live."""
        chain = [self]
        while (following := chain[-1].merged_into) is not None:
            chain.append(following)
        return chain

    def live_root(self) -> "Customer":
        return self.chain()[-1]


class ProfileChange(models.Model):
    """A change of a profile. The profile columns of Customer are derived from these and from Merge. Append-only.

    `values` is {field: {"before": …, "after": …, "from": customer or null}}. A change with a merge is a record of what
    the merge changed then; what follows from it now is derived from what was decided in it (`Merge.decisions`).
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="changes", db_index=False)
    values = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    via = models.CharField(max_length=20)
    at = models.DateTimeField(default=timezone.now)
    merge: "models.ForeignKey[Merge | None, Merge | None]" = models.ForeignKey(
        "Merge", models.PROTECT, null=True, blank=True, related_name="changes"
    )
    version = models.PositiveIntegerField(help_text="The customer's version after this change")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "version"], name="profilechange_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{', '.join(self.values)} of customer {self.customer_id}"
