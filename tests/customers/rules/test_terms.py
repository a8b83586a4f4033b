"""Who is kept by a rule, what becomes of a conflict, and who is exempt."""

from datetime import UTC, datetime

import pytest

from customers.labels.tags import add_tags
from customers.models import DataSource, Merge, RecordTotals
from customers.models.merge import Kept, OnConflict
from customers.models.rule import FindingOutcome, RuleFinding
from customers.rules.follow import follow_changes
from tests.acts import edit
from tests.customers.rules.results import are_one, left
from tests.database import reloaded
from tests.factories.rules import known_as, make_rule
from tests.tables import table

pytestmark = pytest.mark.django_db
MAIL = "hholy@gmail.com"


def test_a_conflict_is_left_for_review_unless_the_rule_says_otherwise():
    rule = make_rule("email-name")
    one, other = known_as(email=MAIL, phone="+420 241 770 449"), known_as(email=MAIL, phone="+420 241 770 450")
    follow_changes()
    assert left() == [(FindingOutcome.CONFLICT, "Different phone.")]

    rule.on_conflict = OnConflict.KEPT
    rule.save()
    edit(other, custom1="x")
    follow_changes()
    assert reloaded(one).phone == "+420 241 770 449"
    assert not RuleFinding.objects.exists()


def test_the_newest_value_wins_where_the_rule_says_so():
    make_rule("email-name", on_conflict=OnConflict.NEWEST)
    one, other = known_as(email=MAIL, phone="+420 241 770 449"), known_as(email=MAIL, phone="+420 241 770 450")
    edit(one, company="Acme")
    edit(other, company="Apex")
    edit(one, phone="+420 241 770 451")
    follow_changes()
    merged = reloaded(one)
    assert (merged.phone, merged.company) == ("+420 241 770 451", "Apex")


@table("kept", [Kept.OLDEST, Kept.MOST_ORDERS, Kept.LAST_ORDER, Kept.SOURCE])
def test_the_rule_says_who_is_kept(kept):
    oldest, buyer, last = (known_as(email=MAIL, source=source) for source in ("Shop", "Till", "Marketplace"))
    for customer, orders, day in ((oldest, 1, 1), (buyer, 5, 2), (last, 2, 3)):
        at = datetime(2026, 11, day, tzinfo=UTC)
        record = customer.records.get()
        RecordTotals.objects.create(source_record=record, currency="USD", orders=orders, last_order_at=at)
    source = DataSource.objects.get(name="Till")
    make_rule("email-name", kept=kept, kept_source=source if kept == Kept.SOURCE else None)
    for customer in (oldest, buyer, last):
        edit(customer, custom1="x")
    follow_changes()
    expected = {Kept.OLDEST: oldest, Kept.MOST_ORDERS: buyer, Kept.LAST_ORDER: last, Kept.SOURCE: buyer}[kept]
    assert Merge.objects.get().survivor == expected


@table(
    ("values", "reason"),
    [
        ({"exempt_tags": ["VIP"]}, "A tag of a customer is exempt."),
        ({"exempt_statuses": ["working"]}, "The status of a customer is exempt."),
        ({"exempt_tags": ["wholesale"], "exempt_statuses": ["lost"]}, ""),
    ],
)
def test_exempt_customers_are_left(values, reason):
    make_rule("email-name", **values)
    one, other = known_as(email=MAIL), known_as(email=MAIL, source="Till", lead_status="working")
    add_tags(one, "vip", by=None)
    follow_changes()
    assert are_one(one, other) is not reason
    assert left() == ([(FindingOutcome.EXEMPT, reason)] if reason else [])
