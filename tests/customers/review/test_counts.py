"""Merges and undos are counted by day, and the page of quality reads these counts alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from customers.models import CountedMerges, Customer, Merge, MergeCount
from customers.review.counts import count_merges, place_of, wait_at
from customers.review.quality import ReviewedPeriod, quality
from tests.acts import merge, undo
from tests.factories import make_user, signed_in
from tests.factories.rules import make_rule
from tests.query_costs import measured

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAYS = ReviewedPeriod(date(2026, 3, 1), date(2026, 3, 20))
REVIEWER = ("customers.view_customer", "customers.review_merge")


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


def made(number: int, *, days_ago: int = 0, undone_after: timedelta | None = None, **more: object) -> list[Merge]:
    created = NOW - timedelta(days=days_ago, hours=1)
    survivor = Customer.objects.create(first_name="Jan")
    undone_at = created + undone_after if undone_after else None
    start = Merge.objects.count()
    return Merge.objects.bulk_create(
        Merge(
            survivor=survivor,
            fingerprint=str(start + n),
            created=created,
            undone_at=undone_at,
            **{"via": "page", **more},
        )
        for n in range(number)
    )


def rows(period: ReviewedPeriod = DAYS) -> list[tuple[str, str, int, int]]:
    return [(row.name, row.kind, row.figures.merges, row.figures.undone) for row in quality(period).rows]


def test_merges_and_undos_are_counted_by_user_rule_and_api_client(admin_user):
    jane, rule = make_user("jane.p", first_name="Jane", last_name="Peacock"), make_rule(state="off")
    made(3, by=jane, days_ago=2)
    made(1, by=jane, days_ago=2, undone_after=timedelta(hours=3))
    made(4, rule=rule, via="rule", days_ago=9)
    made(2, via="api")
    made(1, by=jane, days_ago=40)
    count_merges()

    assert rows() == [
        ("Jane Peacock", "User", 4, 1),
        (str(rule), "Rule", 4, 0),
        ("API client", "API client", 2, 0),
    ]
    assert rows(ReviewedPeriod(DAYS.since, DAYS.until, "rule")) == [(str(rule), "Rule", 4, 0)]
    shown = quality(DAYS)
    assert [(week.merges, week.undos) for week in shown.weeks] == [(0, 0), (0, 0), (4, 0), (6, 1)]
    assert abs(shown.total.median_wait - timedelta(hours=3)) < timedelta(minutes=20)


def test_an_undo_changes_the_day_of_its_merge_and_no_other(as_agent, helena, helen, agent, time_machine):
    merged = merge(helena, helen, by=agent)
    made(2, by=agent, days_ago=5)
    count_merges()
    untouched = set(MergeCount.objects.filter(day__lt=NOW.date()).values_list("pk", flat=True))
    assert rows() == [("Margaret Park", "User", 3, 0)]

    time_machine.move_to(NOW + timedelta(days=2), tick=False)
    undo(merged)
    count_merges()
    count_merges()

    assert rows() == [("Margaret Park", "User", 3, 1)]
    assert untouched == set(MergeCount.objects.filter(day__lt=NOW.date()).values_list("pk", flat=True))


def test_the_scale_of_waits_is_right_to_a_tenth():
    for wait in (timedelta(minutes=1), timedelta(minutes=50), timedelta(days=3), timedelta(days=300)):
        assert abs(wait_at(place_of(wait)) / wait - 1) < 0.1


def test_the_page_reads_as_much_for_many_merges_as_for_few(admin_user):
    reviewer = signed_in(make_user("reviewer", REVIEWER))
    page = reverse("customers:merge_quality")
    costs = []
    for number in (1, 400):
        made(number, by=admin_user, days_ago=1)
        CountedMerges.objects.all().delete()
        count_merges()
        reviewer.get(page)
        with measured() as cost:
            shown = reviewer.get(page)
        costs.append((cost.statements, cost.read))
    assert "<dd>401</dd>" in shown.text
    assert costs[0] == costs[1]


def test_who_is_undone_most_stands_first_and_leads_to_the_undone_merges(admin_user):
    jan = make_user("jan", first_name="Jan", last_name="Novák")
    made(9, by=admin_user)
    made(1, by=jan)
    made(1, by=jan, undone_after=timedelta(minutes=2))
    count_merges()

    page = signed_in(make_user("reviewer", REVIEWER)).get(reverse("customers:merge_quality")).text

    assert page.index("Jan Novák") < page.index("Jane Peacock")
    assert f"?by={jan.pk}&amp;since=2026-01-23&amp;until=2026-03-20&amp;state=undone" in page
    assert "over 5%" in page
