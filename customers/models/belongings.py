from functools import partial

from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.lib.identity import label_key
from customers.models.ids import public_id
from customers.models.merge import Merge
from customers.models.sales import Contact
from customers.models.source import LinkedRow, Tab


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    CALL = "call", "Call"


class Note(LinkedRow):
    """What staff wrote down about a customer, or about one of its contacts, for staff.

    `call_duration` is in seconds, 0 for what is no call; only a call may be without text. One about a contact hangs off
    the contact's record.
    """

    tab = Tab(
        "Notes",
        "customers/engagement/_note_rows.html",
        70,
        "customers.view_customer",
        "Add one with + Note.",
        related=("by", "contact"),
    )

    uuid = models.CharField(max_length=41, unique=True, default=partial(public_id, "note"), editable=False)
    kind = models.CharField(max_length=4, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(blank=True)
    call_duration = models.PositiveIntegerField(default=0)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    updated = models.DateTimeField(default=timezone.now)

    class Meta(LinkedRow.Meta):
        indexes = [
            *LinkedRow.Meta.indexes,
            # Those of the whole account, newest first.
            models.Index(fields=["at", "id"], name="note_by_at"),
            # Those by one author, and about one contact, newest first.
            models.Index(fields=["by", "at", "id"], name="note_of_author"),
            models.Index(fields=["contact", "at", "id"], name="note_about_contact"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_call(self) -> bool:
        return self.kind == NoteKind.CALL

    @property
    def called(self) -> str:
        """Such as “Note”, or “Call, 3 min 20 s”."""
        minutes, seconds = divmod(self.call_duration, 60)
        lasted = [f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * bool(seconds)
        return ", ".join(filter(None, (str(NoteKind(self.kind).label), " ".join(lasted))))


class Tag(LinkedRow):
    """A word on a customer. `removed` on the home record hides the same word on every other record."""

    name = models.CharField(max_length=60)
    removed = models.BooleanField(default=False)

    class Meta(LinkedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["source_record", "name"], name="tag_once_a_record")]

    def __str__(self) -> str:
        return self.name

    @property
    def word(self) -> str:
        """By which two are the same: the name, however it is spelled."""
        return label_key(self.name)


class AttributeKind(models.TextChoices):
    STRING = "string", "Text"
    INTEGER = "integer", "Whole number"
    DECIMAL = "decimal", "Number"
    TIMESTAMP = "timestamp", "Time"
    BOOLEAN = "boolean", "Yes or no"


class Attribute(LinkedRow):
    """A named, typed value on a customer. On one name the home record wins, then the order of attachment."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=AttributeKind)
    value = models.TextField(blank=True)
    removed = models.BooleanField(default=False)

    class Meta(LinkedRow.Meta):
        constraints = [models.UniqueConstraint(fields=["source_record", "name"], name="attribute_once_a_record")]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"

    @property
    def word(self) -> str:
        """By which two are the same: programs read it, so a name is what it is, letter by letter."""
        return self.name


class CreditEntry(LinkedRow):
    """Credit given (above zero) or used. One that corrects a merge's sum counts while that merge stands."""

    tab = Tab(
        "Credit",
        "customers/credit/_credit_rows.html",
        72,
        "customers.view_customer",
        "Credit that is added, deducted or corrected appears here. Adjust it under More.",
        related=("by", "merge"),
    )

    amount = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    cause = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="credit_entries")

    class Meta(LinkedRow.Meta):
        verbose_name_plural = "credit entries"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class CartLogin(LinkedRow):
    """A customer's account in a shop. After a merge every login still opens the survivor.

    A password set anew without a login of its own is a row without one. What a merge made counts while it stands.
    """

    tab = Tab(
        "Logins",
        "customers/profile/_login_rows.html",
        76,
        "customers.view_customer",
        "A login opens the customer’s account in a shop. Add one under More.",
        related=("merge",),
    )
    searched_by = {"login": "Login"}

    login = models.CharField(max_length=150, unique=True, null=True, blank=True)
    password = models.CharField(max_length=128, blank=True, help_text="A hash; never shown, compared or returned")
    chosen_after = models.BigIntegerField(
        default=0, help_text="The last profile change before its password was set anew: chosen by then opens it no more"
    )
    merge = models.ForeignKey(Merge, models.PROTECT, null=True, blank=True, related_name="cart_logins")

    class Meta(LinkedRow.Meta):
        verbose_name = "login"
        verbose_name_plural = "logins and passwords"

    def __str__(self) -> str:
        return self.login or "password set"


class PaySource(LinkedRow):
    """A card or account that pays. The token is bound to its own customer at the gateway, whoever owns it here."""

    tab = Tab(
        "Payment methods",
        "customers/profile/_pay_source_rows.html",
        74,
        "customers.view_customer",
        "A card or account appears here when an order is paid with it.",
    )
    searched_by = {"last_four": "Card ending in"}

    kind = models.CharField(max_length=20, default="CREDITCARD")
    brand = models.CharField(max_length=20, blank=True)
    last_four = models.CharField(max_length=4, blank=True, db_index=True)
    expiry_month = models.PositiveSmallIntegerField(null=True, blank=True)
    expiry_year = models.PositiveSmallIntegerField(null=True, blank=True)
    gateway = models.CharField(max_length=40, blank=True)
    gateway_customer = models.CharField(max_length=100, blank=True)
    token = models.CharField(max_length=200, blank=True)

    class Meta(LinkedRow.Meta):
        verbose_name = "payment method"

    def __str__(self) -> str:
        return f"{self.brand or self.kind} {self.last_four}".strip()

    @property
    def expiry(self) -> str:
        """As it stands on a card, such as 04/27; "" when it has none."""
        return f"{self.expiry_month:02}/{self.expiry_year % 100:02}" if self.expiry_month and self.expiry_year else ""

    @property
    def is_expired(self) -> bool:
        """A card is good to the end of its month."""
        today = timezone.now()
        return bool(self.expiry) and (self.expiry_year, self.expiry_month) < (today.year, today.month)
