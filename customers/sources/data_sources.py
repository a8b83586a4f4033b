"""Creating a data source. Names are unique; “Staff” is reserved for what users enter."""

from django.db import IntegrityError, transaction

from customers.lib.errors import ActionError
from customers.lib.names import has_visible_text
from customers.lib.text import can_be_stored
from customers.models import DataSource


class SourceError(ActionError):
    """`field` is name or system."""


def create(name: str, *, system: str = "") -> DataSource:
    name, system = name.strip(), system.strip()
    if not has_visible_text(name):
        raise SourceError("A name is required for each data source.", "name")
    for field, text in (("name", name), ("system", system)):
        _check(field, text)
    taken = SourceError("A data source has this name already. Choose another.", "name")
    if name == DataSource.STAFF:
        raise taken
    try:
        with transaction.atomic():
            return DataSource.objects.create(name=name, system=system)
    except IntegrityError:
        raise taken from None


def _check(field: str, text: str) -> None:
    longest = int(getattr(DataSource, field).field.max_length)
    if len(text) > longest or not can_be_stored(text):
        raise SourceError(f"Use {longest} characters or fewer, and none that is NUL.", field)
