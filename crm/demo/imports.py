"""Three files: one whose columns are to be looked at, one after its dry run, one whose import has changed nothing."""

import csv
import io
from collections.abc import Sequence

from django.core.files.base import ContentFile

from crm.accounts.models import User
from crm.demo import store
from crm.imports import steps
from crm.jobs.models import Job
from crm.jobs.news import dismiss
from crm.jobs.turn import take_turn
from customers.models import SourceRecord
from orders.imports import drafts
from orders.models import Import

SHOPIFY = ("First Name", "Last Name", "Email", "Accepts Email Marketing", "Phone", "Total Spent", "Tags")
FAIR = (
    ("Milena", "Kovač", "milena@kovac.example", "yes", "+385 1 4567 890", "0.00", "fair"),
    ("Ngozi", "Adeyemi", "ngozi@adeyemi.example", "no", "+234 803 123 4567", "0.00", "fair"),
)
UNREADABLE = ("", "", "no address", "yes", "", "0.00", "fair")
TILL = ("Customer ID", "First name", "Last name", "Email", "Phone", "Till", "Since")
KNOWN = 3
SHORTENED = ("6.94009E+09", "Otto", "Krämer", "otto@kraemer.example", "", "Till 4", "03/04/2026")


def add_imports(*, admin: User) -> None:
    begin("newsletter-2026.csv", TILL, [SHORTENED], by=admin)
    fair = begin("customers_export_fair.csv", SHOPIFY, [*FAIR, *_visitors(), UNREADABLE], by=admin)
    drafts.assign_source(fair, store.SHOP, by=admin)
    steps.check(fair, by=admin)
    work(fair)
    till = begin("till-system.csv", TILL, [*_known_customers(), SHORTENED], by=admin)
    drafts.choose(till, {"Since": "", "Till": ""}, formats={})
    drafts.assign_source(till, store.SHOP, by=admin)
    steps.check(till, by=admin)
    seen = work(till)
    steps.run(till, seen=seen, by=admin)
    work(till)


def begin(name: str, headers: Sequence[str], rows: Sequence[Sequence[str]], *, by: User) -> Import:
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    return drafts.begin(ContentFile(text.getvalue().encode(), name), name, by=by)


def work(imported: Import) -> int:
    """Do its job, and return its number."""
    imported.refresh_from_db()
    job = Job.objects.get(pk=imported.job or 0)
    take_turn(str(job.uuid), worker="demo")
    dismiss(job)
    return job.pk


def _visitors() -> list[Sequence[str]]:
    """Customers of the marketplace, who came to the fair."""
    records = SourceRecord.objects.filter(data_source__name=store.MARKETPLACE).exclude(email="").order_by("pk")[:KNOWN]
    return [(r.first_name, r.last_name, r.email, "yes", r.phone, "0.00", "fair") for r in records]


def _known_customers() -> list[Sequence[str]]:
    records = SourceRecord.objects.filter(data_source__name=store.SHOP).order_by("pk")[:KNOWN]
    return [(r.external_id or "", r.first_name, r.last_name, r.email, r.phone, "Till 1", "") for r in records]
