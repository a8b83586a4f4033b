"""The same name in two spellings, and what is no name."""

import pytest

from tests.factories import lead
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL = "one@reunite.cz"


@table(
    ("one", "other"),
    [
        (("Zoë", "Novák"), ("Zoe", "Novak")),
        (("Conan", "O’Reilly"), ("Dara", "O'Reilly")),
        (("Jean‑Luc", "Picard"), ("Jean-Luc", "Crusher")),
        (("Ｊｏｈｎ", "Smith"), ("John", "Brown")),
        (("Jo\u200bhn", "Smith"), ("John", "Brown")),
        (("Jürgen", "Groß"), ("Ute", "GROSS")),
        (("Jörg", "Möller"), ("Ute", "Moeller")),
        (("Johannes van der", "Berg"), ("Johannes", "van der Berg")),
        (("Johannes van der Berg", ""), ("Johannes", "van der Berg")),
        (("Frau Ida", "First"), ("Ida", "Second")),
    ],
)
def test_a_name_in_another_spelling_is_the_same_name(one, other):
    known = lead(first_name=one[0], last_name=one[1], email=EMAIL).record
    matched = lead("Market", first_name=other[0], last_name=other[1], email=EMAIL)
    assert (matched.kind, matched.record.customer) == ("match", known.customer)


@table(
    ("one", "other"),
    [
        (("Wei", "Zhang"), ("Zhang", "Wei")),
        (("Jan", ""), ("", "Jan")),
        (("Guest", "Alpha"), ("Guest", "Omega")),
        (("Mr", "Alpha"), ("Mr.", "Omega")),
        (("Alpha", "."), ("Omega", ".")),
        (("N/A", "Test"), ("n/a", "TEST")),
        (("राहुल", "शर्मा"), ("रोहिल", "वर्मा")),
        (("ガク", "山田"), ("カク", "山本")),
    ],
)
def test_another_name_a_name_in_the_other_place_or_a_placeholder_makes_somebody_new(one, other):
    lead(first_name=one[0], last_name=one[1], email=EMAIL)
    assert lead("Market", first_name=other[0], last_name=other[1], email=EMAIL).kind == "new"


def test_a_guest_is_recognised_by_the_name_that_is_one():
    known = lead(first_name="Guest", last_name="Alpha", phone="8179241111", country="US").record
    again = lead("Market", first_name="Anna", last_name="Alpha", phone="817-924-1111", country="US")
    assert again.record.customer == known.customer


@table(
    "who",
    [
        {"email": "noemail@noemail.com"},
        {"email": "asdf@asdf.de"},
        {"email": "none@gmail.com"},
        {"phone": "1234567890"},
        {"phone": "123 456 789", "country": "CZ"},
        {"phone": "999999999999"},
    ],
)
def test_a_made_up_email_or_phone_recognises_nobody(who):
    lead(first_name="Maria", last_name="Garcia", **who)
    assert lead("Market", first_name="Maria", last_name="Garcia", **who).kind == "new"


@table(
    "who",
    [{"email": "test@reunite.cz"}, {"email": "guest@hotel.com"}, {"phone": "06-12345678", "country": "NL"}],
)
def test_an_email_or_phone_that_only_looks_made_up_recognises_its_owner(who):
    lead(first_name="Maria", last_name="Garcia", **who)
    assert lead("Market", first_name="Maria", last_name="Garcia", **who).kind == "match"


def test_an_order_of_a_short_name_is_not_joined_by_it():
    lead(first_name="Robert", last_name="Brown", email=EMAIL)
    assert lead("Market", first_name="Bob", last_name="Green", email=EMAIL).kind == "new"
    assert lead("Post", first_name="Bob", last_name="Brown", email=EMAIL).kind == "match"
