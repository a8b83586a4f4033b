"""What acts write to the audit log, of which they know no more than that AUDIT_ENTRY names what makes an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from crm.accounts.models import User


class AuditAction(models.TextChoices):
    SIGN_IN = "sign_in", "Sign-in"
    SIGN_OUT = "sign_out", "Sign-out"
    ACCESS = "access", "Access"
    USER = "user", "User changed"
    KEY = "key", "API key"
    VIEW = "view", "Customer viewed"
    EXPORT = "export", "Export"
    IMPORT = "import", "Import"
    MERGE = "merge", "Merge"
    UNDO = "undo", "Undo"
    SPLIT = "split", "Split"
    ERASURE = "erasure", "Customer deleted"
    SOURCE = "source", "Data source"
    MATCHING = "matching", "Matching"
    SALES_LIST = "sales_list", "Sales list"
    PAYMENT = "payment", "Payment"
    JOB = "job", "Job"
    PULL = "pull", "Pull"
    WEBHOOK = "webhook", "Webhook"


class MakeEntry(Protocol):
    def __call__(
        self, action: AuditAction, text: str, *, by: User | None, customer: int | None = None
    ) -> models.Model: ...


def audit_entry(action: AuditAction, text: str, *, by: User | None, customer: int | None = None) -> models.Model:
    """An entry for the act to insert in its transaction. `text` names customers by their numbers, never by name."""
    make = cast(MakeEntry, import_string(settings.AUDIT_ENTRY))
    return make(action, text, by=by, customer=customer)
