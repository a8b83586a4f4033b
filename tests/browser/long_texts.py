"""Texts as long and as foreign as columns take, in place of all that people and other systems entered into the demo."""

import json
from collections.abc import Iterator
from zlib import crc32

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Field, JSONField, TextField

from customers.models.encrypted import EncryptedField

APPS = {"accounts", "audit", "customers", "jobs", "orders", "pulls", "webhooks"}
PEOPLE = (
    "Wolfeschlegelsteinhausen",
    "Donaudampfschifffahrtsgesellschaft",
    "محمدعبدالرحمن",
    "青木原寿限無",
    "👩‍👩‍👧🏽🦄",
)
"""Without a space: long names, one written from right to left, Han characters, emoji of several code points."""
DIGITS = "0123456789"

OUR_OWN = {
    *(
        "uuid",
        "number",
        "order_number",
        "password",
        "prefix",
        "digest",
        "sent_digest",
        "fingerprint",
        "key",
        "identity_key",
    ),
    *("currency", "currency_here", "currency_there", "fees_currency", "default_currency", "default_country", "country"),
    *(
        "time_zone",
        "zone",
        "kind",
        "via",
        "gateway",
        "connection",
        "brand",
        "last_four",
        "on_conflict",
        "sentence",
        "word",
    ),
    *("request_id", "message_id", "worker", "source_there", "set_external_id"),
    *("MatchKey.value", "SharedValue.value", "UnmatchedValue.value", "IgnoredValue.value", "IgnoredValueChange.value"),
    *("AuditEntry.address", "IdentifyingAttribute.name", "Transaction.external_id"),
}
"""Text columns, or such a column of one model, that the program writes by itself or of which it knows each value."""

DOCUMENTS = {
    *("Order.billing_address", "Order.shipping_address", "Customer.billing_address", "Customer.shipping_address"),
    *("ProfileChange.values", "HistoryEntry.values", "Merge.warnings", "Contact.custom", "ImportSample.shown"),
    *("Import.table", "Import.mapping", "DataSource.former"),
}
"""JSON columns with texts that people entered."""

CODES = {
    *("country", "order", "amount", "currency", "day", "time", "field", "label", "word", "from", "target", "preset"),
    *("form", "words", "encoding", "separator", "one", "many", "lead_status", "why", "customer_type", "date_order"),
    *("payment_terms", "language", "reason", "decimal_mark"),
}
"""Of those, the parts that the program knows."""


def make_texts_long() -> None:
    """Lengthen whatever is not empty. What was equal stays equal, so that duplicates have the same names as before."""
    connection.connection.create_function("long", 2, lengthened, deterministic=True)
    connection.connection.create_function("long_document", 1, lengthened_document, deterministic=True)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for field in _columns():
            table, column = quote(field.model._meta.db_table), quote(field.column)
            if isinstance(field, JSONField):
                new = f"long_document({column})"
            else:
                new = f"long({column}, {field.max_length or 2000})"
            cursor.execute(f"UPDATE {table} SET {column} = {new} WHERE {column} <> ''")  # noqa: S608 (names of ours)


def _columns() -> Iterator[Field]:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            for field in model._meta.local_concrete_fields:
                names = {field.name, f"{model.__name__}.{field.name}"}
                if isinstance(field, JSONField):
                    if names & DOCUMENTS:
                        yield field
                elif _is_text(field) and not names & OUR_OWN:
                    yield field


def _is_text(field: Field) -> bool:
    return isinstance(field, CharField | TextField) and not isinstance(field, EncryptedField) and not field.choices


def lengthened(text: str, longest: int) -> str:
    longest = min(longest, 2000)
    if "@" in text and " " not in text:
        name, host = text.rsplit("@", 1)
        return f"{f'{name}{PEOPLE[0].lower() * 3}':.64}@{PEOPLE[1].lower()}.{host}"
    if text.startswith("https://"):
        return f"{text}/{PEOPLE[1] * longest}"[:longest]
    filler = DIGITS if not any(map(str.isalpha, text)) else PEOPLE[crc32(text.encode()) % 7 % len(PEOPLE)]
    return f"{text}{filler * longest}"[:longest]


def lengthened_document(document: str) -> str:
    return json.dumps(_lengthened_part(json.loads(document)))


def _lengthened_part(part: object) -> object:
    match part:
        case dict():
            return {key: value if key in CODES else _lengthened_part(value) for key, value in part.items()}
        case list():
            return [_lengthened_part(value) for value in part]
        case str() if part:
            return lengthened(part, 100)
    return part
