"""The worklist: who is connected to whom, what leaves it and comes back, and what reading it costs."""

import pytest
from django.urls import reverse

from customers.matching import not_duplicates
from customers.matching.duplicates import duplicates_of
from customers.matching.judgement import Strength
from customers.matching.keys import MOST_SHARING
from customers.matching.worklist.filters import WorklistFilter
from customers.matching.worklist.page import worklist_page
from customers.matching.worklist.queue import read_place
from customers.matching.worklist.ranks import rank_what_waits
from customers.models import Customer, HistoryEntry, IgnoredValue, NotDuplicate, SharedValue
from customers.records.staff_record import staff_record_of
from tests.acts import merge, undo
from tests.factories import customer_with_order, signed_in
from tests.page_text import visible_text
from tests.tables import table

pytestmark = pytest.mark.django_db
URL = "/duplicates/"


def helena(**who) -> Customer:
    return customer_with_order(**who)


def groups(**only) -> list[list[int]]:
    page = worklist_page(only=WorklistFilter(**only))
    return [[member.customer.pk for member in group.members] for group in page.groups]


def pages(most: int) -> list[list[list[int]]]:
    """The groups of each page, with so many of them."""
    pages, after = [], None
    while True:
        page = worklist_page(after, most=most)
        pages.append([[member.customer.pk for member in group.members] for group in page.groups])
        if not (after := read_place(page.following)):
            return pages


@pytest.fixture
def three() -> list[Customer]:
    """The first shares an email with the second, and the second a phone with the third."""
    return [
        helena(email="h@reunite.cz"),
        helena(email="H@reunite.cz", phone="+420 241 770 449", first_name="H."),
        helena(email="other@reunite.cz", phone="+420241770449", last_name="Novák"),
    ]


# Who is in a group


def test_customers_are_a_group_whom_values_connect_directly_or_through_another(three):
    assert groups() == [[customer.pk for customer in three]]
    [group] = worklist_page().groups
    assert [f"{reason} {reason.written}" for reason in group.reasons] == [
        "same email h@reunite.cz",
        "same phone +420 241 770 449",
    ]
    assert group.against == ("different last names",)
    assert (group.totals.orders, group.kind) == (3, "both")


def test_the_surest_come_first_then_the_strongest_then_the_largest(three):
    by_phone = [helena(email=f"{n}@reunite.cz", phone="+420 602 330 910") for n in range(2)]
    by_email = [helena(email="two@reunite.cz") for _ in range(2)]
    more = [helena(email="three@reunite.cz") for _ in range(3)]
    # Something speaks against three being one person: the last names differ.
    assert groups() == [[c.pk for c in some] for some in (more, by_email, by_phone, three)]
    assert groups(strength=Strength.PHONE) == [[c.pk for c in by_phone]]
    rank_what_waits()
    # Over all pages, and at most pages there is one group.
    assert pages(most=1) == [[[c.pk for c in some]] for some in (more, by_email, by_phone, three)]
    assert groups(strength=Strength.PHONE) == [[c.pk for c in by_phone]]
    assert worklist_page(most=2).count == "4"


def test_what_is_ignored_or_a_placeholder_connects_nobody():
    IgnoredValue.objects.create(kind="email", value="info@reunite.cz")
    for email in ("info@reunite.cz", "none@none.com"):
        helena(email=email), helena(email=email)
    assert groups() == []


def test_a_value_that_too_many_have_connects_only_those_with_the_same_names_and_is_named(as_agent):
    phone = "+420 241 770 449"
    clerks = [
        helena(phone=phone, email=f"clerk{n}@reunite.cz", first_name=f"Clerk {n}") for n in range(MOST_SHARING + 1)
    ]
    assert groups() == []
    same = helena(phone=phone, email="other@reunite.cz", first_name="CLERK 3")
    assert groups() == [[clerks[3].pk, same.pk]]
    assert "Shared by more than 20 customers, so " in as_agent.get(URL).content.decode()
    assert [candidate.customer for candidate in duplicates_of(same)] == [clerks[3]]
    assert duplicates_of(clerks[0]) == []


def test_what_is_noted_and_no_longer_true_shows_nothing():
    helena(email="h@reunite.cz")
    SharedValue.objects.create(kind="email", value="h@reunite.cz")
    assert groups() == []


def test_a_dismissed_pair_is_in_no_group_together_also_with_somebody_between(three, agent):
    fourth = helena(email="h@reunite.cz")
    NotDuplicate.objects.create(first=three[0], second=fourth)
    assert groups() == [[c.pk for c in three]]
    NotDuplicate.objects.create(first=three[0], second=three[1])
    NotDuplicate.objects.create(first=three[1], second=fourth)
    assert groups() == [[c.pk for c in three[1:]]]


def test_who_is_merged_is_a_group_no_more_and_who_comes_back_was_dismissed(three):
    merged = merge(*three)
    assert groups() == []
    undo(merged)
    assert groups() == []


def test_each_group_is_on_one_page_whole_before_it_is_ranked_and_after(three):
    pairs = [[helena(email=f"pair{n}@reunite.cz").pk for _ in range(2)] for n in range(3)]
    pairs[0].append(helena(email="pair0@reunite.cz", phone="+420 602 330 910").pk)
    pairs[0].append(helena(email="last@reunite.cz", phone="+420 602 330 910").pk)
    expected = sorted([*pairs, [c.pk for c in three]])
    assert sorted(group for page in pages(most=2) for group in page) == expected
    rank_what_waits()
    assert sorted(group for page in pages(most=2) for group in page) == expected
    assert SharedValue.objects.exclude(rank=0).count() == len(expected)


# The page


def test_an_empty_worklist_says_how_it_fills(as_agent):
    page = as_agent.get(URL).content.decode()
    assert "No duplicates to review" in page
    assert "Customers who share an email or phone appear here." in page


@table(
    ("query", "says"),
    [
        ("owner=0", "No duplicates match Try fewer filters."),
        ("tab=likely&owner=0", "No likely duplicates match Try fewer filters."),
        ("tab=evidence&owner=0", "No duplicates match Try fewer filters."),
        ("after=1-1", "No more duplicates All duplicates"),
        ("tab=likely&after=1-1", "No more likely duplicates All likely duplicates"),
        ("tab=evidence&after=1-1", "No more duplicates All with the same company or ID"),
    ],
)
def test_a_page_without_groups_says_whether_filters_or_the_pages_before_left_none(query, says, as_agent):
    assert says in " ".join(visible_text(as_agent.get(f"{URL}?{query}")).split())


def test_a_group_is_dismissed_for_a_reason_and_taken_back(as_agent, three):
    numbers = " ".join(str(customer.pk) for customer in three)
    page = as_agent.get(URL)
    assert f'value="{numbers}"' in page.content.decode()
    assert reverse("customers:merge", args=[three[0].pk]) in page.content.decode()

    sent = {"not_duplicates": numbers, "reason": " A family "}
    page = as_agent.post(reverse("customers:duplicates_dismiss"), sent, follow=True)
    said = "Helena Holý ({}), H. Holý ({}) and Helena Novák ({})".format(*(c.pk for c in three))
    assert f"{said} will not be suggested as duplicates of each other again." in page.content.decode()
    assert groups() == []
    assert set(NotDuplicate.objects.values_list("reason", "by__username")) == {("A family", "margaret")}
    assert HistoryEntry.objects.filter(kind="dismissal").count() == 3
    assert "A family" in as_agent.get(URL, {"tab": "dismissed"}).content.decode()

    page = as_agent.post(reverse("customers:duplicates_dismiss"), {"reverse": numbers}, follow=True)
    assert f"{said} can be suggested as duplicates of each other again." in page.content.decode()
    assert groups() == [[customer.pk for customer in three]]


@table("act", [not_duplicates.mark_all_not_duplicates, not_duplicates.unmark_all_not_duplicates])
def test_a_group_of_many_is_dismissed_and_taken_back_by_few_questions(act, agent, django_assert_max_num_queries):
    people = [helena(email=f"h{number}@reunite.cz") for number in range(12)]
    many = [staff_record_of(person).customer_id for person in people]
    not_duplicates.mark_all_not_duplicates(many[:3], by=agent, reason="A family")
    # What is said at once, of 66 pairs; for each of the customers staff record and history.
    with django_assert_max_num_queries(12 * 2 + 8):
        assert len(act(many, by=agent)) == 12
    said = NotDuplicate.objects.values_list("reason", flat=True)
    assert sorted(said) == ([""] * 63 + ["A family"] * 3 if act is not_duplicates.mark_all_not_duplicates else [])


def test_dismissals_are_listed_with_whom_they_are_about_now(as_agent, three):
    one, other, third = three
    NotDuplicate.objects.create(first=one, second=other, reason="Twins")
    merge(third, one)
    row = as_agent.get(URL, {"tab": "dismissed"}).context["page"].rows[0]
    assert (row.first, row.second) == (third, other)
    merge(third, other)
    assert as_agent.get(URL, {"tab": "dismissed"}).context["page"].rows == []


@table("numbers", ["0", "{0}", "{0} {0}", "{0} 999999", "{0} {2}", "x y", "9" * 30, "\x00 {0}"])
def test_who_is_no_other_customer_is_not_dismissed(as_agent, three, numbers):
    merge(three[1], three[2])
    sent = numbers.format(*(customer.pk for customer in three))
    page = as_agent.post(reverse("customers:duplicates_dismiss"), {"not_duplicates": sent}, follow=True)
    assert "Nothing was saved: one of these customers" in page.content.decode()
    assert not NotDuplicate.objects.exists()


def test_nothing_sent_and_nothing_to_reverse_say_nothing(as_agent, three):
    numbers = f"{three[0].pk} {three[1].pk}"
    for sent in ({}, {"reverse": numbers}, {"reverse": "0"}):
        page = as_agent.post(reverse("customers:duplicates_dismiss"), sent, follow=True)
        assert list(page.context["messages"]) == []


@table(
    "query",
    [
        *("?after=x", "?after=-1", "?after=1-" + "9" * 40, "?after=9-9-9", "?tab=likely&after=nan-1", "?tab=nothing"),
        *("?tab=dismissed&after=1", "?evidence=nothing&source=x&owner=-1&spent=1", "?tab=likely&evidence=both"),
    ],
)
def test_an_odd_address_shows_what_there_is(as_agent, three, query):
    assert as_agent.get(URL + query).status_code == 200


def test_after_an_act_the_same_tab_is_shown(as_agent, three):
    sent = {"not_duplicates": "0", "tab": "likely", "after": "0.9-7", "owner": "0"}
    assert as_agent.post(reverse("customers:duplicates_dismiss"), sent).url == f"{URL}?tab=likely&after=0.9-7&owner=0"


def test_who_may_not_merge_sees_no_buttons(viewer, three):
    page = signed_in(viewer).get(URL).content.decode()
    assert "Helena Novák" in page
    assert 'name="not_duplicates"' not in page
    assert "Merge…" not in page


def test_thirty_groups_cost_as_many_queries_as_one(as_agent, django_assert_num_queries):
    for number in range(30):
        for _ in range(2):
            helena(email=f"h{number}@reunite.cz", phone=f"+420 241 770 4{number:02}")
    with django_assert_num_queries(17):
        # session, user with permissions; data sources and users to filter by; a window of shared values;
        # of them: which count, who has them; of those: what else they share, and again which count, who has them;
        # dismissals: families, what was said;  customers, totals, sources;  how many wait
        as_agent.get(URL)


def test_thirty_dismissals_cost_as_many_queries_as_one(as_agent, django_assert_num_queries):
    people = [helena(email=f"h{number}@reunite.cz") for number in range(31)]
    for other in people[1:]:
        NotDuplicate.objects.create(first=people[0], second=other)
    with django_assert_num_queries(5):  # session, user with permissions; what was said, chains, customers
        as_agent.get(URL, {"tab": "dismissed"})
