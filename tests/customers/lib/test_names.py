from pathlib import Path

from customers.lib.identity import Identity, identity_key
from customers.lib.names import label_key, name_words, unaccented
from customers.lib.person_name import full_name, names_in_common, split_name
from customers.lib.placeholders import real_name
from customers.matching.name_similarity import SAME, customer_name_similarity
from customers.models import Customer
from tests.tables import table

LINES = [
    line
    for line in Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
BOTH = {"first_name", "last_name"}


def pairs(sign):
    return [[named(side) for side in line.split(f" {sign} ")] for line in LINES if f" {sign} " in line]


def named(text) -> Identity:
    first, last = text.split("|")
    return Identity(first_name=first, last_name=last, email="one@reunite.cz")


def customer(identity):
    return Customer(first_name=identity.first_name, last_name=identity.last_name)


def test_the_table_has_as_many_wrong_pairs_as_right_ones():
    assert min(len(pairs("=")), len(pairs("/"))) >= 60
    assert abs(len(pairs("=")) - len(pairs("/"))) <= 1


@table(("one", "other"), pairs("="))
def test_two_spellings_are_one_name(one, other):
    assert names_in_common(one, other) == BOTH == names_in_common(other, one)
    assert customer_name_similarity(customer(one), customer(other)) == SAME


@table(("one", "other"), pairs("/"))
def test_two_names_are_not_one(one, other):
    assert names_in_common(one, other) < BOTH
    assert customer_name_similarity(customer(one), customer(other)) < SAME
    assert identity_key(one) != identity_key(other)


@table(
    ("one", "other"),
    [
        ("Johannes van der|Berg", "Johannes|van der Berg"),
        ("Zoë|Novák", "ZOE|Novak"),
        ("Guest|Alpha", "|Alpha"),
        ("Mr. John|Smith", "John|Smith"),
    ],
)
def test_an_identity_is_the_same_in_two_spellings_of_its_name(one, other):
    assert identity_key(named(one)) == identity_key(named(other))


@table(("one", "other"), [("Wei|Zhang", "Zhang|Wei"), ("|Jan", "Jan|"), ("|", "|"), ("Mr|", "Mr|"), (".|-", ".|-")])
def test_first_and_last_name_are_compared_each_with_its_own_and_a_blank_with_nothing(one, other):
    assert not names_in_common(named(one), named(other))


def test_names_in_another_order_are_one_name_to_a_reader():
    assert customer_name_similarity(customer(named("Wei|Zhang")), customer(named("Zhang|Wei"))) == SAME


@table(
    ("name", "first", "last"),
    [
        ("Johannes van der Berg", "Johannes", "van der Berg"),
        ("Ludwig von und zu Hohenfels", "Ludwig", "von und zu Hohenfels"),
        ("Jean de la Fontaine", "Jean", "de la Fontaine"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("María del Carmen García", "María del Carmen", "García"),
        ("Ana dos Santos", "Ana", "dos Santos"),
        ("Leonardo Da Vinci", "Leonardo", "Da Vinci"),
        ("Abdul al-Rashid", "Abdul", "al-Rashid"),
        ("Ali bin Abu Talib", "Ali", "bin Abu Talib"),
        ("Sean O' Reilly", "Sean", "O' Reilly"),
        ("Shane Mc Donald", "Shane", "Mc Donald"),
        ("Carl af Ekenstam", "Carl", "af Ekenstam"),
        ("Jan van 't Hoff", "Jan", "van 't Hoff"),
        ("Dirk 's Gravesande", "Dirk", "'s Gravesande"),
        ("Harry S Truman", "Harry S", "Truman"),
        ("John Smith Jr.", "John", "Smith Jr."),
        ("Jan Novák, Ph.D.", "Jan", "Novák, Ph.D."),
        ("John Smith MBA", "John", "Smith MBA"),
        ("Ana I Perez", "Ana I", "Perez"),
        ("Michael O Smith", "Michael O", "Smith"),
        ("Van Morrison", "Van", "Morrison"),
        ("Al Pacino", "Al", "Pacino"),
        ("Mary Ann Smith", "Mary Ann", "Smith"),
        ("Madonna", "Madonna", ""),
        ("Jan  Novák", "Jan  Novák", ""),
        ("  Jan Novák ", "Jan", "Novák"),
    ],
)
def test_a_name_is_split_before_the_particles_and_joins_to_the_same_again(name, first, last):
    assert split_name(name, longest=100) == (first, last)
    assert full_name(first, last) == name.strip()


def test_a_title_before_a_name_does_not_count():
    assert real_name("Dr. Jan") == "Jan"
    assert real_name("Frau Dr. Ida") == "Ida"
    assert real_name("Dre") == "Dre"


@table(
    ("name", "without"),
    [
        *(("Lee, PhD", "Lee"), ("Lee Ph.D.", "Lee"), ("Lee,MD", "Lee"), ("LEE M.D.", "LEE"), ("Lee , MBA", "Lee")),
        *(("Novák, CSc., Dr.", "Novák"), ("Dr. Lee, MD", "Lee"), ("Smith, Jr., PhD", "Smith, Jr.")),
    ],
)
def test_a_degree_behind_a_name_does_not_count(name, without):
    assert real_name(name) == without


@table(
    "name",
    ["Smith Jr.", "Smith, Sr.", "Rahman, Md", "Abu Md", "MD", "Phdar", "Ma, Yo", "Henry III"],
)
def test_what_only_looks_like_a_degree_is_part_of_the_name(name):
    assert real_name(name) == name


def test_a_mark_that_makes_another_letter_stays_with_it():
    assert name_words("राहुल शर्मा") == ["राहुल", "शर्मा"]
    assert unaccented("ガク") == "ガク"
    assert unaccented("Ёлка") == "елка"


@table(("one", "other"), [("VIP", "ｖｉｐ"), ("Café", "cafe"), ("re‑order", "Re-order"), ("a\u200bb", "ab")])
def test_a_tag_is_the_same_in_two_spellings(one, other):
    assert label_key(one) == label_key(other)


@table(("one", "other"), [("C++", "C"), ("C#", "C"), ("re-order", "reorder"), ("'", "`")])
def test_punctuation_of_a_tag_counts(one, other):
    assert label_key(one) != label_key(other)


@table(
    ("one", "other", "common"),
    [
        ("Christopher|Guest", "Christopher|Guest", {"first_name"}),
        ("Elena|Test", "Elena|Test", {"first_name"}),
        ("Test|Smith", "Test|Smith", {"last_name"}),
        ("Guest|Guest", "Guest|Guest", set()),
        ("Mr|Null", "Mr|Null", set()),
        ("Guest|Alpha", "Guest|Omega", set()),
        ("Na|Li", "Na|Li", {"last_name"}),
    ],
)
def test_who_is_called_like_a_placeholder_is_recognised_by_the_other_name(one, other, common):
    assert names_in_common(named(one), named(other)) == common
