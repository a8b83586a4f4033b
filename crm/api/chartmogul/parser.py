"""Refuse texts that are too long before anything else is done with them.

What the rules do with a text may take long for a long one, so that a request of a few megabytes would keep a thread
busy. No column and no note takes a longer text than LONGEST_TEXT: `tests/api/test_long_texts.py`.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from crm.api.chartmogul.errors import invalid

LONGEST_TEXT = 10_000


class BoundedParser(Parser):
    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(request.body)
        refuse_long_texts(body)
        return body

    def parse_querydict(
        self, data: MultiValueDict[str, str], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        query: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        refuse_long_texts(query)
        return query


def refuse_long_texts(sent: Any) -> None:
    if errors := {path: message(length) for path, length in long_texts(sent, ())}:
        raise invalid(**errors)


def message(length: int) -> str:
    return f"Use {LONGEST_TEXT:,} characters or fewer. This has {length:,}."


def long_texts(sent: Any, path: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """(path, length) of each; a name that is too long is an error of the object that has it."""
    match sent:
        case str() if len(sent) > LONGEST_TEXT:
            yield ".".join(path) or "body", len(sent)
        case list():
            for number, item in enumerate(sent):
                yield from long_texts(item, (*path, str(number)))
        case dict():
            for name, value in sent.items():
                if len(name) > LONGEST_TEXT:
                    yield ".".join(path) or "body", len(name)
                else:
                    yield from long_texts(value, (*path, name))
