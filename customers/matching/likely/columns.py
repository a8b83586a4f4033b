"""What is compared of two customers: one row a customer, with normal forms in its columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

Values = tuple[str, ...]


@dataclass(slots=True)
class ComparedCustomer:
    """Normal forms; a blank says nothing.

    Emails, phones, addresses and births are those of all records and of all customers who were merged, the other values
    those of the profile; `born` is the first of the births. `short_of` are the first name and what it may be short for.
    """

    id: int
    first: str = ""
    last: str = ""
    suffix: str = ""
    short_of: Values = ()
    company: str = ""
    domain: str = ""
    email: str = ""
    emails: Values = ()
    phones: Values = ()
    street: str = ""
    number: str = ""
    place: str = ""
    city: str = ""
    postcode: str = ""
    state: str = ""
    addresses: Values = ()
    born: str = ""
    births: Values = ()

    @property
    def mailbox(self) -> str:
        return self.email.partition("@")[0]

    @property
    def email_digits(self) -> str:
        """In order. Two namesakes have mailboxes that differ in their digits."""
        return "".join(sorted(filter(str.isdecimal, self.mailbox)))


SORTED = ("first", "last", "company", "email", "street", "number", "place", "city", "postcode", "born")
"""Columns beside which stand their letters in order: a slip that swaps letters leaves those as they are."""
DERIVED = ("mailbox", "email_digits")
LISTS = ("short_of", "emails", "phones", "addresses", "births")


def arrow_table(customers: Iterable[ComparedCustomer]) -> pyarrow.Table:
    """Columns as DuckDB and Spark read them; a blank is null."""
    import pyarrow

    rows = list(customers)
    columns = {"id": pyarrow.array([row.id for row in rows], pyarrow.int64())}
    for name in _texts():
        columns[name] = pyarrow.array([getattr(row, name) or None for row in rows], pyarrow.string())
    for name in SORTED:
        columns[f"{name}_sorted"] = pyarrow.array([_sorted(getattr(row, name)) for row in rows], pyarrow.string())
    for name in LISTS:
        lists = [list(getattr(row, name)) or None for row in rows]
        columns[name] = pyarrow.array(lists, pyarrow.list_(pyarrow.string()))
    return pyarrow.table(columns)


@cache
def _texts() -> Values:
    return *(field.name for field in fields(ComparedCustomer) if field.name not in ("id", *LISTS)), *DERIVED


def _sorted(text: str) -> str | None:
    return "".join(sorted(text)) or None
