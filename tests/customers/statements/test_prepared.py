import pytest

from customers.models import DataSource, MatchKey, SearchWord, SourceRecord
from customers.statements.prepared import insert
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def test_rows_of_several_tables_each_get_the_key_of_their_own_row():
    customer = CustomerFactory()
    source = DataSource.objects.create(name="Shop")
    record = SourceRecord.objects.create(origin=customer, customer=customer, data_source=source)
    emails = [MatchKey(source_record=record, kind="email", value=f"{n}@reunite.cz") for n in range(12)]
    words = [SearchWord(source_record=record, customer=record.customer, word=f"{n}@reunite.cz") for n in range(3)]
    insert(*emails, *words)
    assert [MatchKey.objects.get(pk=row.pk).value for row in emails] == [row.value for row in emails]
    assert [SearchWord.objects.get(pk=row.pk).word for row in words] == [row.word for row in words]


def test_inserting_nothing_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert()
