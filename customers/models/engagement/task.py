from django.conf import settings
from django.db import models
from django.utils import timezone

from customers.models.engagement.rows import Contact
from customers.models.exact import ExactCharField
from customers.models.ids import bare_id
from customers.models.linked import StaffRow, Tab, TabPosition
from customers.permissions import VIEW_CUSTOMERS


class Task(StaffRow):
    """Something that a user has to do about a customer.

    Another kind of row needs `tab`, its columns, `Meta(StaffRow.Meta)` and `__str__`. Here `uuid` is for `/v1/`, the
    indexes below the first line are for lists of many customers.

    A task about a contact belongs to the contact's record, so that a split or an undo does not separate them.
    """

    tab = Tab(
        "Tasks",
        "customers/engagement/_task_rows.html",
        TabPosition.TASKS,
        VIEW_CUSTOMERS,
        "A task has an owner and a day on which it is due.",
        related=("assignee", "contact"),
        add="customers:task_add",
    )

    uuid = ExactCharField(max_length=40, unique=True, default=bare_id, editable=False)
    details = models.CharField(max_length=255)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    due = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="tasks", db_index=False)

    class Meta(StaffRow.Meta):
        indexes = [
            *StaffRow.Meta.indexes,
            models.Index(fields=["at", "id"], name="task_by_at"),
            # The tasks of one user, and about one contact, newest first.
            models.Index(fields=["assignee", "at", "id"], name="task_of_assignee"),
            models.Index(fields=["contact", "at", "id"], name="task_about_contact"),
            # The open tasks of one user, the longest due first.
            models.Index(fields=["assignee", "completed_at", "due", "id"], name="task_to_do"),
        ]

    def __str__(self) -> str:
        return self.details

    @property
    def is_due(self) -> bool:
        return self.completed_at is None and self.due <= timezone.now()

    @property
    def is_overdue(self) -> bool:
        return self.completed_at is None and timezone.localdate(self.due) < timezone.localdate()
