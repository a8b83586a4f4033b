"""What a user does on the pages of an import, and imports that have come so far."""

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.demo.imports import begin, work
from crm.imports import steps
from orders.imports import drafts
from orders.models import Import

IMPORTERS = ("customers.view_customer", "orders.run_import")
HEADERS = ("Customer ID", "First name", "Last name", "Email", "Phone")
POSTS = ("columns", "read-as", "check", "run", "undo", "look")
JANE = ("7", "Jane", "Doe", "jane@doe.example", "")
JOHN = ("8", "John", "Roe", "jane@doe.example", "")
SHORTENED = ("6.94009E+09", "Ann", "Lee", "ann@lee.example", "")


def send(client, content: bytes, name: str = "customers.csv", **more):
    return client.post("/imports/", {"file": SimpleUploadedFile(name, content), **more})


def page(client, imported, part=""):
    return client.get(f"/imports/{imported.pk}/{part}")


def press(client, imported, **changes):
    """Start the dry run from the page of columns as it stands, but for `changes`."""
    form = page(client, imported, "columns/").context["form"]
    values = {field.html_name: field.value() or "" for field in form}
    return client.post(f"/imports/{imported.pk}/columns/", values | changes)


def checked(importer, *rows) -> Import:
    """A file after its dry run."""
    imported = begin("customers.csv", HEADERS, rows, by=importer)
    drafts.assign_source(imported, "Shop", by=importer)
    steps.check(imported, by=importer)
    work(imported)
    imported.refresh_from_db()
    return imported


def done(importer, *rows) -> Import:
    imported = checked(importer, *rows)
    steps.run(imported, seen=imported.job, by=importer)
    work(imported)
    imported.refresh_from_db()
    return imported
