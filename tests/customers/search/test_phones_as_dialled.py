"""A stored number is found as people of its country dial it, wherever the searcher is."""

import pytest

from customers.models import MatchKey
from customers.search.first_found import first_found
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db

STORED = [
    ("GB", "+44 20 7946 0018", "020 7946 0018"),
    ("GB", "+44 20 7946 0018", "02079460018"),
    ("CZ", "+420 241 770 449", "241 770 449"),
    ("DE", "+49 30 901820", "030 901820"),
    ("DE", "+49 30 901820", "030/90 18 20"),
    ("Nederland", "0031 6 12345678", "06-12345678"),
    ("FR", "+33 1 23 45 67 89", "01 23 45 67 89"),
    ("BR", "+55 11 8888-8888", "(11) 98888-8888"),
    ("US", "817-924-7272 / 817-924-7273", "817 924 7273"),
    ("US", "817-924-7272 x5", "817 924 7272"),
    ("US", "817-924-7272 x5", "+1 817 924 7272"),
    ("US", "817-924-7272 x5", "817-924-7272 x5"),
    ("US", "817-924-7272 x5", "+1 817 924 7272 Ext. 5"),
    ("GB", "+44 20 7946 0018", "20 7946 0018"),
    ("RU", "8 (495) 123-45-67", "495 123 45 67"),
    ("HU", "+36 30 123 4567", "30 123 4567"),
]


@table(("country", "stored", "text"), STORED)
def test_a_number_is_found_as_it_is_dialled_in_its_country(country, stored, text):
    customer = customer_with_order(first_name="Ida", phone=stored, country=country)
    customer_with_order(first_name="Udo", phone="+44 20 7946 0019", country="GB")

    assert set(first_found(text)) == {customer}
    assert set(first_found(f"Ida {text}")) == {customer}
    assert set(first_found(f"Udo {text}")) == set()


@table("text", ["020 7946 0017", "+1 020 7946 0018", "241 770 449", "30 901820", "020 7946 0018 x5"])
def test_another_number_is_not_found(text):
    customer_with_order(phone="+44 20 7946 0018", country="GB")
    assert set(first_found(text)) == set()


def test_a_number_as_it_is_dialled_recognises_nobody():
    customer_with_order(phone="+44 20 7946 0018", country="GB")
    assert not MatchKey.objects.filter(value="02079460018").exists()
