"""Nobody whom people would tell apart is merged by the ready-made rules: families, twins, father and son, offices."""

import pytest

from customers.labels.attributes import set_attributes
from customers.matching.evidence.attributes import mark_identifying
from customers.models import Merge
from customers.rules.follow import follow_changes
from customers.rules.ready_made import BY_SLUG
from tests.factories.rules import known_as, make_rule

pytestmark = pytest.mark.django_db
SWITCHBOARD = "+49 30 901820"


def families() -> None:
    """One mailbox and landline; Anna is the wife of Jan, Eva and Jan the children."""
    home = {"email": "novakovi@seznam.cz", "phone": "+420 241 770 449"}
    for first_name, last_name in (("Jan", "Novák"), ("Anna", "Nováková"), ("Eva", "Nováková"), ("J.", "Novák")):
        known_as(first_name, last_name, **home)
    # The mother is called as the daughter, and neither gives more than an initial.
    known_as("A.", "Nováková", **home, source="Till")


def twins() -> None:
    for first_name in ("Michelle", "Michaela"):
        twin = known_as(first_name, "Brooks", email="brooks@home.example")
        set_attributes(twin, {"born": "1990-02-03"}, by=None)


def father_and_son() -> None:
    """Of one name and one mailbox: told apart by what stands behind the name, the day of birth, or the phone."""
    mailbox = {"email": "smith@home.example"}
    known_as("John", "Smith", **mailbox)
    known_as("John", "Smith Jr.", **mailbox)
    for source, born in (("Shop", "1950-01-01"), ("Marketplace", "1980-12-12")):
        one = known_as("Karl", "Weber", email="weber@home.example", source=source)
        set_attributes(one, {"born": born}, by=None)
    known_as("Ivo", "Malý", email="maly@home.example", phone="+420 241 770 449")
    known_as("Ivo", "Malý", email="maly@home.example", phone="+420 602 123 456", source="Marketplace")


def offices() -> None:
    """Colleagues of one company, domain and switchboard; two systems number people from 1 on."""
    acme = {"company": "Acme GmbH", "phone": SWITCHBOARD}
    known_as("Ann", "Bauer", **acme, email="bauer@acme.example", external_id="1")
    known_as("Bob", "Maier", **acme, email="maier@acme.example", external_id="1", source="Marketplace")
    known_as("Eve", "Huber", **acme, email="info@acme.example", external_id="2")
    known_as("Max", "Gruber", **acme, email="info@acme.example", external_id="3", source="Marketplace")
    # Two companies of one name, and two of one domain.
    known_as("", "", company="Apex Ltd", email="office@apex.example", external_id="7")
    known_as("", "", company="Apex Inc", email="mail@apex-trade.example", external_id="7", source="Marketplace")
    known_as("", "", company="Globe", email="a@globe.example", external_id="8")
    known_as("", "", company="Globe Travel", email="b@globe.example", external_id="8", source="Marketplace")


def strangers() -> None:
    """What many enter is nobody’s."""
    for source in ("Shop", "Marketplace"):
        known_as("Test", "Test", email="none@none.com", external_id="0", company="N/A", source=source)
        known_as("Jan", "Novák", email="jan.novak@gmail.com" if source == "Shop" else "novak@gmail.com", source=source)


def test_the_ready_made_rules_merge_no_two_people():
    for name, meaning in (("vat", "identifier"), ("born", "trait")):
        mark_identifying(name, meaning, by=None)
    for slug in BY_SLUG:
        make_rule(slug)
    for group in (families, twins, father_and_son, offices, strangers):
        group()
    follow_changes()
    assert [str(merge.survivor) for merge in Merge.objects.select_related("survivor")] == []


def test_they_merge_those_who_are_one():
    for slug in BY_SLUG:
        make_rule(slug)
    for source in ("Shop", "Marketplace"):
        known_as(email="hholy@gmail.com", source=source)
        known_as("", "", company="Acme, Inc.", email=f"{source}@acme.example", external_id="A-1", source=source)
    follow_changes()
    assert sorted(Merge.objects.values_list("rule__name", flat=True)) == ["ChartMogul’s three", "Same email and name"]
