"""The emails and phones somebody is known by, and "don't match on this"."""

import pytest

from customers.engagement import notes
from customers.matching import exclusions
from customers.matching.duplicates import duplicates_of
from customers.merging.split import split_record
from customers.models import HistoryEntry, IgnoredValue, MatchKey, UnmatchedValue
from customers.profile.edit import edit_profile
from customers.search.first_found import first_found
from tests.acts import fresh, merge, rebuild, undo
from tests.database import rows
from tests.factories import customer_with_order, order, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "+420 241 770 449", "hholy@gmail.com"
KEY = {"kind": "phone", "value": "+420241770449"}


@pytest.fixture
def helena():
    return customer_with_order(email=EMAIL, phone=PHONE, country="CZ", external_id="1")


@pytest.fixture
def family():
    return customer_with_order(first_name="Otto", email="otto@example.org", phone=PHONE)


def url(customer, act=""):
    return f"/customers/{customer.pk}/known-by/{act}"


def known(client, customer):
    return {value.written: value for value in client.get(url(customer)).context["known"]}


def known_of(customer):
    return exclusions.known_values(customer, list(customer.records.all()))


def stop(client, customer, **key):
    return client.post(url(customer, "stop/"), key or KEY, follow=True)


def duplicates(customer):
    return {candidate.customer for candidate in duplicates_of(customer)}


def test_current_and_former_values_of_all_records_are_named_with_their_sources(as_agent, helena):
    order(source="Market", first_name="Helena", email="old@example.org", phone="(+420) 241-770-449")
    values = known(as_agent, helena)

    assert list(values) == [EMAIL, "old@example.org", PHONE]
    assert [value.is_current for value in values.values()] == [True, False, True]
    assert [str(record.data_source) for record in values[PHONE].records] == ["Shop", "Market"]
    assert as_agent.get(url(helena)).text.count("Used for matching</span>") == 3


def test_what_is_not_matched_on_suggests_nobody_and_is_still_found_by_search(as_agent, agent, helena, family):
    assert duplicates(helena) == {family}
    page = stop(as_agent, helena).text

    assert f"{PHONE} of Helena Holý ({helena.pk}) is excluded from matching." in page
    assert "Excluded from matching</span>" in page
    assert duplicates(helena) == duplicates(family) == set()
    for text in (PHONE, "00420241770449", "+420241770449"):
        assert set(first_found(text)) == {helena, family}, text
    entry = HistoryEntry.objects.get(kind="match")
    assert (entry.text, entry.by) == (f"Excluded {PHONE} from matching.", agent)
    assert rebuild() == "Nothing differed."


def test_an_e_mail_that_is_not_matched_on_is_still_found(as_agent, helena):
    stop(as_agent, helena, kind="email", value=EMAIL)

    assert set(first_found(EMAIL)) == {helena}
    assert not MatchKey.objects.filter(kind="email").exists()


def test_an_order_by_somebody_of_that_phone_comes_to_a_customer_of_their_own(as_agent, helena):
    stop(as_agent, helena)
    taken = order(source="Market", first_name="Otto", last_name="Holý", phone=PHONE)

    assert taken.assigned.kind == "new"


def test_taking_it_back_leaves_it_as_it_was(as_agent, helena, family):
    notes.add(helena, {"text": "Has a home."}, by=None)
    before = rows(MatchKey, without=["id"])
    stop(as_agent, helena)
    page = as_agent.post(url(helena, "resume/"), KEY, follow=True).text

    assert f"{PHONE} of Helena Holý ({helena.pk}) is used for matching again." in page
    assert rows(MatchKey, without=["id"]) == before
    assert not UnmatchedValue.objects.exists()
    assert duplicates(helena) == {family}
    assert rebuild() == "Nothing differed."


def test_saying_it_twice_says_it_once(as_agent, helena):
    for _ in range(2):
        stop(as_agent, helena)
    said = UnmatchedValue.objects.count()
    for _ in range(2):
        as_agent.post(url(helena, "resume/"), KEY)

    assert said == 4  # the shop's record and the staff record: the number, and its digits
    assert HistoryEntry.objects.filter(kind="match").count() == 2


def test_typing_it_into_the_profile_again_does_not_match_on_it(as_agent, helena, family):
    stop(as_agent, helena)
    for phone in ("+420 111 222 333", PHONE):
        [now] = fresh(helena)
        edit_profile(now, {"phone": phone}, version=now.version, by=None, via="page")

    assert duplicates(helena) == set()


def test_it_goes_with_its_record_through_a_merge_an_undo_and_a_split(as_agent, helena, family):
    other = customer_with_order(first_name="Jan", email="jan@example.org")
    order(source="Market", first_name="Helena", email=EMAIL)
    stop(as_agent, helena)
    merged = merge(other, helena, phone=other)
    assert duplicates(other) == set()
    undo(merged)
    assert duplicates(helena) == set()
    assert [value.is_matched for value in known_of(helena)] == [True, False]
    new = split_record(helena.records.get(external_id="1"), by=None)

    assert family not in duplicates(new)
    assert [value.is_matched for value in known_of(new)] == [True, False]
    assert rebuild() == "Nothing differed."


def test_placeholders_and_ignored_values_say_that_nobody_is_recognised_by_them(as_agent):
    IgnoredValue.objects.create(kind="email", value="office@example.org")
    odd = customer_with_order(email="office@example.org", phone="0000000000")
    order(first_name=odd.first_name, source="Market", external_id="9", phone="12")
    page = as_agent.get(url(odd)).text

    assert page.count("Ignored</span>") == 2
    assert "Exclude from matching" not in page
    short = customer_with_order(phone="12")
    assert "Incomplete" in as_agent.get(url(short)).text


@table("key", [{"kind": "phone", "value": "+1"}, {"kind": "x"}, {"kind": "phone", "value": "\x00"}, {}])
def test_a_value_that_is_not_theirs_is_refused(key, as_agent, helena):
    for act in ("stop/", "resume/"):
        page = as_agent.post(url(helena, act), key, follow=True).text
        assert "Nothing was changed: this customer no longer has this email or phone." in page
    assert not UnmatchedValue.objects.exists()


def test_a_viewer_sees_it_and_may_not_say_it(viewer, helena):
    client = signed_in(viewer)

    assert "Exclude from matching" not in client.get(url(helena)).text
    assert client.post(url(helena, "stop/"), KEY).status_code == 403


def test_the_page_asks_the_same_however_much_there_is(as_agent, django_assert_num_queries):
    """1 session, 2 user with permissions, 3 customer, 4 records, 5 what was said, 6 what is ignored."""
    for count in (1, 12):
        customer = customer_with_order(email=f"p{count}@example.org", first_name=f"P{count}")
        for n in range(count):
            order(source=f"Market {n}", first_name=f"P{count}", email=f"p{count}@example.org", phone=f"+42024177{n:04}")
        as_agent.get("/healthz")
        with django_assert_num_queries(6):
            as_agent.get(url(customer))
