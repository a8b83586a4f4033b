"""Rows that are written as one text are those that the driver would have written."""

import pytest

from customers.models import MatchKey
from customers.statements.bulk import plain_text, write_plain
from tests.factories import order
from tests.tables import table

pytestmark = pytest.mark.django_db


@table("value", ["jane@doe.example", "Zoë", "", "None", "a\tb", "a\nb", "a\rb", "a\\b", "\\N", "50 %", "“‘{}"])
def test_a_text_is_written_as_it_is(value):
    record = order().assigned.record
    MatchKey.objects.all().delete()
    write_plain(MatchKey, ["source_record_id", "kind", "value"], [(record.pk, "email", value), (record.pk, "x", "y")])
    assert [*MatchKey.objects.order_by("kind").values_list("kind", "value")] == [("email", value), ("x", "y")]


def test_a_row_is_no_plain_text_where_something_must_be_escaped():
    assert plain_text([(1, "a"), (2, "b")], 2) == "1\ta\n2\tb\n"
    # A mark too many in one row cannot make up for anything in another.
    assert not any(plain_text([(1, text)], 2) for text in ("\t", "\n", "\r", "\\"))
