"""Values that staff ignore for all customers: named by any spelling, and respected everywhere at once."""

import pytest

from customers.matching import ignored_list
from customers.matching.duplicates import duplicates_of
from customers.matching.explain import explain_match
from customers.matching.ignored_list import changes_page, ignored_page, most_shared
from customers.matching.ignored_values import ignore_value, use_again
from customers.matching.worklist.queue import read_window
from customers.models import Customer, IgnoredValue, MatchKey, SharedValue, UnmatchedValue
from customers.pages.add_customer import existing_customers
from customers.records.staff_record import identity_of
from tests.acts import merge, rebuild, refusal
from tests.factories import SourceRecordFactory, customer_with_order, order
from tests.query_costs import measured
from tests.tables import table

pytestmark = pytest.mark.django_db
EMAIL, PHONE = "office@reunite.cz", "+420 241 770 449"


def people(count: int, **values: str) -> list[Customer]:
    return [
        customer_with_order(external_id=f"{values} {n}", first_name=f"P{n}", last_name="Holý", **values)
        for n in range(count)
    ]


def ignored() -> dict[str, list[str]]:
    rows = IgnoredValue.objects.filter(phone=None).order_by("pk")
    return {row.value: sorted(row.digits.values_list("value", flat=True)) for row in rows}


@table(
    ("shared", "named"),
    [
        ({"email": EMAIL}, "mailto:Office@Reunite.cz"),
        ({"phone": PHONE}, "00420 241 770 449"),
        # Without a country no whole number is made of the first; the digits of both are the same.
        ({"phone": "241770449", "country": "Nowhere"}, PHONE),
    ],
)
def test_a_value_that_is_ignored_makes_nobody_a_duplicate_anywhere_until_it_is_used_again(shared, named):
    one, other = people(2, **shared)

    def matches() -> list[bool]:
        incoming = order("Market", last_name="Holý", first_name="P0", **shared).assigned
        return [
            bool(duplicates_of(one)),
            bool(read_window().groups),
            explain_match(one, other).is_match,
            bool(existing_customers(identity_of(one))) or "country" in shared,
            incoming.kind != "new",
        ]

    value = ignore_value(named, by=None)
    assert matches() == [False, False, False, "country" in shared, False]
    use_again(value.pk, by=None)
    assert matches() == [True] * 5


def test_naming_a_phone_names_the_digits_by_which_it_is_written():
    ignore_value("(817) 924-7111", by=None)
    assert ignored() == {"+18179247111": ["001" + "8179247111", "01118179247111", "18179247111", "8179247111"]}


def test_a_phone_that_is_no_whole_number_is_ignored_by_its_digits():
    ignore_value("555-0142", by=None)
    assert ignored() == {"5550142": []}


def test_a_number_as_it_is_written_in_its_country_is_asked_for_with_the_code_of_the_country():
    SourceRecordFactory(phone="030 901820 / +44 20 7946 0018", country="Deutschland")
    assert refusal(ignore_value, "030 901820", by=None) == (
        "030 901820 is +49 30 901820 for some customers. Enter the number with its country code."
    )
    assert "030901820" in ignore_value("+49 30 901820", by=None).digits.values_list("value", flat=True)


def test_two_numbers_that_are_written_with_the_same_digits_keep_theirs_when_the_other_is_used_again():
    dutch, french = (ignore_value(number, by=None) for number in ("+31 6 12345670", "+33 6 12345670"))
    use_again(dutch.pk, by=None)
    assert "0612345670" in ignored()["+33612345670"]
    use_again(french.pk, by=None)
    assert not IgnoredValue.objects.exists()


def test_what_is_no_value_or_not_used_anyway_is_refused(admin_user):
    ignore_value(EMAIL, by=admin_user)
    for text, said in (
        ("", "Enter one email or phone, such as name@example.com or +1 212 555 2368."),
        ("Helena", "Enter one email or phone, such as name@example.com or +1 212 555 2368."),
        ("a@reunite.cz, b@reunite.cz", "Enter one email or phone, such as name@example.com or +1 212 555 2368."),
        ("817-924-7272 / 817-924-7273", "Enter one email or phone, such as name@example.com or +1 212 555 2368."),
        ("noemail@noemail.com", "noemail@noemail.com is made up. Such values are never used for matching."),
        ("OFFICE@reunite.cz", "office@reunite.cz is ignored already."),
    ):
        assert refusal(ignore_value, text, by=admin_user) == said
    assert refusal(use_again, 0, by=admin_user) == "Nothing was changed: this value is no longer ignored."


def test_every_change_is_kept_with_who_when_and_why(admin_user, agent):
    value = ignore_value(PHONE, reason="Switchboard", by=admin_user)
    use_again(value.pk, reason="Given up", by=agent)
    changes = [(row.text, row.change.is_ignored, row.change.reason, row.change.by) for row in changes_page().rows]
    number = "+420 241 770 449"
    assert changes == [(number, False, "Given up", agent), (number, True, "Switchboard", admin_user)]


def test_the_list_says_how_many_live_customers_share_each_and_is_searched_by_any_part(monkeypatch):
    monkeypatch.setattr(ignored_list, "MOST_COUNTED", 3)
    three = people(3, email=EMAIL, phone=PHONE)
    people(1, phone=PHONE)
    merge(three[0], three[1])
    for text, reason in ((EMAIL, "Front desk"), (PHONE, "Switchboard"), ("nobody@reunite.cz", "")):
        ignore_value(text, reason=reason, by=None)
    shown = [(row.text, row.shared_by) for row in ignored_page().rows]
    assert shown == [("nobody@reunite.cz", "0"), (PHONE, "3"), (EMAIL, "2")]
    people(1, phone=f"{PHONE} ")
    for text, values in (
        ("office", [EMAIL]), ("241 770", [PHONE]), ("front DESK", [EMAIL]), ("x", []), ("\x00", []),
    ):  # fmt: skip
        assert [row.text for row in ignored_page(text).rows] == values
    assert ignored_page(PHONE).rows[0].shared_by == "3+"


def test_a_page_of_the_list_has_25_and_costs_one_statement():
    for n in range(30):
        ignore_value(f"desk{n}@reunite.cz", by=None)
    with measured() as cost:
        page = ignored_page()
        later = ignored_page(before=page.following)
    assert (len(page.rows), len(later.rows), later.following, cost.statements) == (25, 5, None, 2)


def test_the_most_shared_values_are_offered_and_counted_exactly():
    people(7, email=EMAIL)
    people(6, phone=PHONE)
    people(5, phone="241770550", country="Nowhere")
    people(4, email="family@reunite.cz")
    people(6, email="ignored@reunite.cz")
    ignore_value("ignored@reunite.cz", by=None)
    SharedValue.objects.filter(value="family@reunite.cz").update(holders=900)
    with measured() as cost:
        offered = [(value.text, value.customers) for value in most_shared()]
    assert offered == [(EMAIL, 7), (PHONE, 6), ("241770550", 5)]
    assert cost.statements == 2
    ignore_value(most_shared()[0].value, by=None)
    assert [value.text for value in most_shared()] == [PHONE, "241770550"]


def test_each_new_holder_counts_and_rebuild_counts_anew():
    people(7, email=EMAIL)
    shared = SharedValue.objects.get(value=EMAIL)
    assert shared.holders == 7
    SharedValue.objects.update(holders=70)
    assert rebuild() == "Nothing differed."
    shared.refresh_from_db()
    assert shared.holders == 7


def test_rebuild_brings_ignored_values_of_an_older_normal_form_up_to_date():
    """A number of before the countries renumbered, and a domain as it was folded."""
    brazilian = IgnoredValue.objects.create(kind="phone", value="+551188888877")
    german = IgnoredValue.objects.create(kind="email", value="jan@strasse.de", written="jan@straße.de")
    IgnoredValue.objects.create(kind="phone", value="+551177777766", written="+55 11 97777-7766")
    again = IgnoredValue.objects.create(kind="phone", value="+5511977777766")
    said = rebuild()
    for row in (brazilian, german):
        assert f"ignored value {(row.kind, row.value)}" in said
    assert "+5511988888877" in ignored()
    assert "1188888877" not in ignored()["+5511988888877"]
    assert {"jan@xn--strae-oqa.de", "+5511977777766"} <= ignored().keys()
    assert IgnoredValue.objects.filter(value=again.value).count() == 1
    assert rebuild() == "Nothing differed."


def test_rebuild_brings_exclusions_of_an_older_normal_form_up_to_date(admin_user):
    helena = customer_with_order(email="jan@straße.de")
    shop = helena.records.get(data_source__name="Shop")
    staff = SourceRecordFactory(customer=helena, data_source__name="Staff", external_id=helena.uuid)
    by_phone = SourceRecordFactory(customer=helena, phone="+55 11 8888-8877", external_id="9")
    for record, kind, value in (
        (shop, "email", "jan@strasse.de"),
        (staff, "email", "jan@strasse.de"),
        (staff, "phone", "+551188888877"),
        (by_phone, "phone", "+551188888877"),
        (by_phone, "digits", "551188888877"),
    ):
        UnmatchedValue.objects.create(source_record=record, kind=kind, value=value, by=admin_user)
    said = rebuild()
    assert f"exclusion of ('email', 'jan@strasse.de') of record {shop.pk}" in said
    assert set(UnmatchedValue.objects.values_list("source_record", "value")) == {
        (shop.pk, "jan@xn--strae-oqa.de"),
        (staff.pk, "jan@xn--strae-oqa.de"),
        (staff.pk, "+5511988888877"),
        (by_phone.pk, "+5511988888877"),
        (by_phone.pk, "551188888877"),
    }
    assert not MatchKey.objects.filter(value__in=["jan@xn--strae-oqa.de", "+5511988888877"]).exists()
    assert rebuild() == "Nothing differed."
