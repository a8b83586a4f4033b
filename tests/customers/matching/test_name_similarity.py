from customers.matching.name_similarity import SAME, SIMILAR_ENOUGH, customer_name_similarity, name_similarity
from customers.models import Customer
from tests.tables import table

ALIKE = [
    ("Helena Holý", "H. Holy"),
    ("Helena Holý", "Holý Helena"),
    ("Robert Brown", "Bob Brown"),
    ("William Gates", "Bill Gates"),
    ("Alexander Kim", "Alex Kim"),
    ("Bjørn Hansen", "Bjorn Hansen"),
    ("Johann Müller", "Johann Mueller"),
    ("Jean-Luc Picard", "Jeanluc Picard"),
    ("François Tremblay", "François Tremblay-Roy"),
    ("María García López", "Maria Garcia"),
    ("Jon Smith", "John Smith"),
    ("Helena", "Helena Holý"),
]
DIFFERENT = [
    ("Helena Holý", "Zdeněk Holý"),
    ("Mary Jones", "Mary Smith"),
    ("John Smith", "Jane Smith"),
    ("Jan Novák", "Petr Svoboda"),
    ("Helena Holý", "Елена Святая"),
]


@table(("one", "other"), ALIKE)
def test_one_person_written_in_two_ways_is_alike(one, other):
    assert name_similarity(one, other) >= SIMILAR_ENOUGH
    assert name_similarity(other, one) == name_similarity(one, other)


@table(("one", "other"), DIFFERENT)
def test_two_people_of_one_family_or_none_are_not(one, other):
    assert name_similarity(one, other) < SIMILAR_ENOUGH


@table(("one", "other"), [("", "Helena"), ("", ""), ("…", "Helena")])
def test_no_name_is_like_nothing(one, other):
    assert name_similarity(one, other) is None


def test_a_person_is_not_compared_with_a_company():
    helena, company = Customer(first_name="Helena"), Customer(company="Holý Design")
    same = Customer(company="Holy Design s.r.o.")

    assert customer_name_similarity(helena, company) is None
    assert customer_name_similarity(company, same) == SAME


def test_a_very_long_name_is_compared_by_its_first_words():
    assert name_similarity("Helena " * 100_000, "Helena") == SAME
