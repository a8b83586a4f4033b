"""Contacts, notes and calls, and opportunities."""

from functools import partial

from django.conf import settings
from django.db import models

from customers.models.exact import ExactCharField
from customers.models.ids import bare_id, public_id
from customers.models.linked import StaffRow, Tab, TabPosition
from customers.permissions import VIEW_CUSTOMERS


class Contact(StaffRow):
    """A person at a customer, as one data source knows them. `notes` is a line about the person.

    The email is stored in lower case, so that a search finds it in any spelling.
    """

    tab = Tab(
        "Contacts",
        "customers/engagement/_contact_rows.html",
        TabPosition.CONTACTS,
        VIEW_CUSTOMERS,
        "A contact is a person at this customer.",
        add="customers:contact_add",
    )
    searched_by = {"email": "Contact"}

    uuid = ExactCharField(max_length=40, unique=True, default=partial(public_id, "con"), editable=False)
    external_id = models.CharField(max_length=255, blank=True)
    position = models.PositiveIntegerField(
        default=1, help_text="Order of the contacts of a customer; the first is the primary contact"
    )
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100, blank=True)
    email = ExactCharField(max_length=254, blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    linked_in = models.CharField(max_length=200, blank=True)
    twitter = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    custom = models.JSONField(default=dict, blank=True)

    class Meta(StaffRow.Meta):
        indexes = [
            *StaffRow.Meta.indexes,
            # The contacts of all customers, newest first.
            models.Index(fields=["at", "id"], name="contact_by_at"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone or "Contact"


class OpportunityKind(models.TextChoices):
    RECURRING = "recurring", "Recurring"
    ONE_TIME = "one-time", "One time"
    ARR = "arr", "Annual revenue"


class ForecastCategory(models.TextChoices):
    PIPELINE = "pipeline", "Pipeline"
    BEST_CASE = "best_case", "Best case"
    COMMITTED = "committed", "Committed"
    LOST = "lost", "Lost"
    WON = "won", "Won"


OPEN_FORECASTS = (ForecastCategory.PIPELINE, ForecastCategory.BEST_CASE, ForecastCategory.COMMITTED)


class Opportunity(StaffRow):
    """A deal that may be closed with a customer. `win_likelihood` is in percent.

    A stage that is named as a lead phase is in that `phase`; an API client or a user may name any other.
    """

    tab = Tab(
        "Opportunities",
        "customers/engagement/_opportunity_rows.html",
        TabPosition.OPPORTUNITIES,
        VIEW_CUSTOMERS,
        "An opportunity is a deal that may be closed with this customer.",
        related=("owner", "phase", "closing_reason"),
        add="customers:opportunity_add",
    )

    uuid = ExactCharField(max_length=40, unique=True, default=bare_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    pipeline = models.CharField(max_length=100)
    pipeline_stage = models.CharField(max_length=100)
    phase = models.ForeignKey("LeadPhase", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    estimated_close_date = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=3)
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10, choices=OpportunityKind, default=OpportunityKind.RECURRING)
    forecast_category = models.CharField(max_length=10, choices=ForecastCategory, default=ForecastCategory.PIPELINE)
    closing_reason = models.ForeignKey(
        "ClosingReason", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    win_likelihood = models.PositiveSmallIntegerField(default=0)
    custom = models.JSONField(default=dict, blank=True)

    class Meta(StaffRow.Meta):
        verbose_name_plural = "opportunities"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(win_likelihood__lte=100), name="opportunity_likelihood_in_per_cent"
            ),
        ]
        indexes = [
            *StaffRow.Meta.indexes,
            models.Index(fields=["at", "id"], name="opportunity_by_at"),
            models.Index(fields=["owner", "at", "id"], name="opportunity_of_owner"),
            # The funnel of Home, which reads nothing but this index, and the filters of the list of customers.
            models.Index(
                fields=["phase", "forecast_category", "currency", "amount", "win_likelihood", "source_record"],
                name="opportunity_in_funnel",
            ),
            models.Index(
                fields=["closing_reason", "source_record"],
                condition=models.Q(closing_reason__isnull=False),
                name="opportunity_closing_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pipeline}: {self.pipeline_stage}"


class NoteKind(models.TextChoices):
    NOTE = "note", "Note"
    CALL = "call", "Call"


class Note(StaffRow):
    """A note or call about a customer or one of its contacts, which only staff read.

    `call_duration` is in seconds, 0 for a note; only a call may have no text. A note about a contact belongs to the
    contact's record.
    """

    tab = Tab(
        "Notes",
        "customers/engagement/_note_rows.html",
        TabPosition.NOTES,
        VIEW_CUSTOMERS,
        "Add one with + Note.",
        related=("by", "contact"),
    )

    uuid = ExactCharField(max_length=41, unique=True, default=partial(public_id, "note"), editable=False)
    kind = models.CharField(max_length=4, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField(blank=True)  # at most LONGEST_NOTE characters: customers/engagement/notes.py
    call_duration = models.PositiveIntegerField(default=0)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta(StaffRow.Meta):
        indexes = [
            *StaffRow.Meta.indexes,
            # The notes about all customers, newest first.
            models.Index(fields=["at", "id"], name="note_by_at"),
            # The notes by one user, and about one contact, newest first.
            models.Index(fields=["by", "at", "id"], name="note_of_author"),
            models.Index(fields=["contact", "at", "id"], name="note_about_contact"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_call(self) -> bool:
        return self.kind == NoteKind.CALL

    @property
    def heading(self) -> str:
        """Such as “Note”, or “Call, 3 min 20 s”."""
        minutes, seconds = divmod(self.call_duration, 60)
        duration = [f"{minutes} min"] * bool(minutes) + [f"{seconds} s"] * bool(seconds)
        return ", ".join(filter(None, (str(NoteKind(self.kind).label), " ".join(duration))))
