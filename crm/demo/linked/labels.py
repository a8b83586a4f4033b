"""Tags and custom attributes of the customers, as the shops sent them."""

from collections.abc import Iterator
from datetime import datetime

from crm.accounts.models import User
from crm.demo.files import ChinookPerson
from crm.demo.store import SampleStore
from customers.models import Attribute, AttributeKind, SourceRecord, Tag

GENRES = ("Rock", "Jazz", "Latin", "Metal", "Blues")


def add_rows(store: SampleStore, *, by: User, now: datetime) -> None:
    Tag.objects.bulk_create(
        Tag(source_record=record, at=record.created, name=name)
        for person, records in store.records.items()
        for nth, record in enumerate(records)
        for name in _tags(person, record, is_first=nth == 0)
    )
    Attribute.objects.bulk_create(
        Attribute(source_record=record, at=record.created, name=name, kind=kind, value=value)
        for person, records in store.records.items()
        for nth, record in enumerate(records[:2])
        for name, kind, value in _attributes(person, nth)
    )


def _tags(person: ChinookPerson, record: SourceRecord, *, is_first: bool) -> Iterator[str]:
    if person.number % 4 == 0 or (person.number % 3 == 0 and not is_first):
        yield "newsletter"
    if is_first and person.identity.company:
        yield "business"
    if is_first and person.number % 10 == 6:
        yield "vip"
    if not is_first:
        yield "marketplace" if record.external_id else "guest"


def _attributes(person: ChinookPerson, nth: int) -> Iterator[tuple[str, str, str]]:
    if person.number % 3 == 0:
        yield "Favourite genre", AttributeKind.STRING, GENRES[(person.number + nth) % len(GENRES)]
        yield "Playlists", AttributeKind.INTEGER, str(person.number % 11 + nth)
    if person.number % 6 == 0 and nth == 0:
        yield "Beta tester", AttributeKind.BOOLEAN, "true"
