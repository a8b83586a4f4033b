"""The texts of an invoice, which are taken and answered as they are: a column of TEXT_COLUMNS needs nothing here."""

from __future__ import annotations

from typing import Any, TypeVar

from ninja import Schema
from pydantic import create_model

from orders.invoices.incoming import TEXT_COLUMNS

TEXTS = [column.name for column in TEXT_COLUMNS]
Described = TypeVar("Described", bound=Schema)


def with_texts(schema: type[Described]) -> type[Described]:
    """The schema with each of them."""
    texts: dict[str, Any] = dict.fromkeys(TEXTS, (str | None, None))
    return create_model(schema.__name__, __base__=schema, __module__=schema.__module__, **texts)
