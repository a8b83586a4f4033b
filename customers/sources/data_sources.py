"""Creating and changing data sources, with the history of who did.

Names are unique as users see them: capitals and unseen characters make no second one. “Staff” is reserved for what
users enter, and names that begin with “Konnektive” for the logins of that API. What a data source does not send is
taken from its defaults; a changed default counts for what comes in later.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.lib.addresses.countries import COUNTRIES
from customers.lib.audit import AuditAction, audit_entry
from customers.lib.errors import ActionError
from customers.lib.money import currency_refusal
from customers.lib.names import has_visible_text, without_unseen
from customers.lib.phrases import isolated
from customers.lib.text import can_be_stored
from customers.locks import lock_numbers
from customers.models import DataSource, DataSourceChange
from customers.statements.prepared import insert

if TYPE_CHECKING:
    from crm.accounts.models import User

LOGIN_PREFIX = "Konnektive "
EDITABLE = ("name", "default_country", "default_currency", "bills_elsewhere")
TAKEN = "A data source has this name already. Choose another."


class SourceError(ActionError):
    """`field` is name, system, default_country or default_currency."""


class StaleSourceError(SourceError):
    def __init__(self, source: DataSource) -> None:
        super().__init__(
            f"{isolated(source)} was changed since you opened the page. Check the current values, then save."
        )


def create(name: str, *, system: str = "", by: User) -> DataSource:
    name, system = _checked_name(name), system.strip()
    _refuse_text("system", system)
    _refuse_reserved(name)
    with transaction.atomic():
        _refuse_taken(name)
        return _create(name, system, by)


def named(name: str) -> DataSource | None:
    """The data source that users see under this name."""
    return next(
        (source for source in DataSource.objects.order_by("pk") if _as_seen(source.name) == _as_seen(name)), None
    )


def of_login(username: str, *, by: User) -> DataSource:
    """The data source of a login of the Konnektive API, which is created when it is first needed."""
    name = name_of_login(username)
    if source := DataSource.objects.filter(name=name).first():
        return source
    try:
        return _create(name, "konnektive", by)
    except IntegrityError:
        return DataSource.objects.get(name=name)


def name_of_login(username: str) -> str:
    return f"{LOGIN_PREFIX}{username}"[: _longest("name")]


def is_of_login(name: str) -> bool:
    return name.startswith(LOGIN_PREFIX)


def _refuse_reserved(name: str) -> None:
    """In whatever case, because users could not tell them apart."""
    if _as_seen(name).startswith(LOGIN_PREFIX.casefold()):
        raise SourceError("Names that begin with Konnektive belong to logins. Choose another.", "name")
    if _as_seen(name) == DataSource.STAFF.casefold():
        raise SourceError(TAKEN, "name")


def _refuse_taken(name: str, *, by_others_than: DataSource | None = None) -> None:
    """The names are few, and compared as users see them, which no column of the table says."""
    lock_numbers(["names of data sources"])
    others = DataSource.objects.exclude(pk=by_others_than.pk) if by_others_than else DataSource.objects.all()
    if _as_seen(name) in map(_as_seen, others.values_list("name", flat=True)):
        raise SourceError(TAKEN, "name")


def _as_seen(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", without_unseen(name)).casefold().split())


@transaction.atomic
def _create(name: str, system: str, by: User) -> DataSource:
    deleted = DataSourceChange.objects.filter(kind=DataSourceChange.Kind.DELETED).order_by("pk")
    numbers = deleted.values_list("name", "values__data_source")
    former = [number for former_name, number in numbers if _as_seen(former_name) == _as_seen(name)]
    source = DataSource.objects.create(name=name, system=system, former=former, created_by=by)
    write_change(source, DataSourceChange.Kind.CREATED, by=by)
    return source


@transaction.atomic
def change(source: DataSource, values: Mapping[str, str], *, seen: int, by: User | None) -> DataSource:
    """Change fields of EDITABLE. `seen` is the latest change that the user saw (`latest_change`)."""
    current = DataSource.objects.select_for_update().get(pk=source.pk)
    if latest_change(current) != seen:
        raise StaleSourceError(current)
    cleaned = {field: _checked(current, field, values[field]) for field in EDITABLE if field in values}
    edits = {
        field: [getattr(current, field), value] for field, value in cleaned.items() if value != getattr(current, field)
    }
    for field, (_, value) in edits.items():
        setattr(current, field, value)
    if edits:
        current.save(update_fields=[*edits])
        write_change(current, DataSourceChange.Kind.EDITED, edits, by=by)
    return current


def latest_change(source: DataSource) -> int:
    """The number of the latest change, 0 if there is none: a form carries it, so that no edit is lost."""
    return source.changes.order_by("-pk").values_list("pk", flat=True).first() or 0


def write_change(
    source: DataSource, kind: str, values: Mapping[str, object] | None = None, *, by: User | None
) -> DataSourceChange:
    change = DataSourceChange(data_source=source, name=source.name, kind=kind, values=dict(values or {}), by=by)
    text = f"{isolated(source.name)}: {change.get_kind_display().lower()}."
    insert(change, audit_entry(AuditAction.SOURCE, text, by=by))
    return change


def _checked(source: DataSource, field: str, text: str) -> str | bool:
    if field == "bills_elsewhere":
        return bool(text)
    if field == "name":
        return _checked_new_name(source, text)
    text = text.strip()
    if field == "default_country" and text and text not in dict(COUNTRIES):
        raise SourceError("Choose a country of the list.", field)
    if field == "default_currency" and text and (refusal := currency_refusal(text, on=timezone.localdate())):
        raise SourceError(refusal, field)
    return text


def _checked_new_name(source: DataSource, text: str) -> str:
    name = _checked_name(text)
    if name == source.name:
        return name
    if source.is_staff:
        raise SourceError("This data source holds the values entered by staff. Its name cannot be changed.", "name")
    if is_of_login(source.name):
        raise SourceError("This is the data source of a login. Its name cannot be changed.", "name")
    _refuse_reserved(name)
    _refuse_taken(name, by_others_than=source)
    return name


def _checked_name(text: str) -> str:
    name = text.strip()
    if not has_visible_text(name):
        raise SourceError("A name is required for each data source.", "name")
    _refuse_text("name", name)
    return name


def _refuse_text(field: str, text: str) -> None:
    if len(text) > _longest(field) or not can_be_stored(text):
        raise SourceError(f"Use {_longest(field)} characters or fewer, and none that is NUL.", field)


def _longest(field: str) -> int:
    return int(getattr(DataSource, field).field.max_length)
