"""A merge that the policy names is made by no one alone: not on pages, by API clients, batches or rules."""

from decimal import Decimal

import pytest

from crm.audit.models import AuditEntry
from customers.batches.proposals import propose
from customers.lib.sentences import isolated_text
from customers.merging.merge import merge_customers, merge_keeping_survivor
from customers.merging.second_person.answer import confirm_request, refuse_request, withdraw_request
from customers.merging.second_person.ask import ask_second_person
from customers.merging.second_person.policy import change_policy
from customers.models import Customer, HistoryEntry, HistoryKind, Merge, MergeRequest, RecordTotals, RuleFinding, Via
from customers.models.merge import OnConflict
from customers.rules.apply import merge_group
from tests.acts import erase, fresh, merge_as_planned, plan, refusal
from tests.database import reloaded
from tests.factories import customer_with_order, make_user
from tests.factories.rules import make_rule

pytestmark = pytest.mark.django_db
ALONE = "This merge needs a second person: {}. Nothing was merged."
AGENT = (
    "customers.view_customer",
    "customers.merge_customer",
    "customers.merge_unmatched_customer",
    "customers.change_customer",
)


def needs(by, *, above: str | None = None, live_purchases: bool = False, unlike_names: bool = False) -> None:
    change_policy(
        above=Decimal(above) if above else None, live_purchases=live_purchases, unlike_names=unlike_names, by=by
    )


@pytest.fixture
def jane():
    return make_user("jane.p", AGENT, first_name="Jane", last_name="Peacock")


@pytest.fixture
def laura():
    return make_user("laura", AGENT, first_name="Laura", last_name="Callahan")


def asked(jane, *customers: Customer, **choices: object) -> MergeRequest:
    return ask_second_person(plan(*customers, **choices), because=["names"], reason="Called in", by=jane)


def test_nothing_needs_a_second_person_until_an_admin_says_so(helena, helen, admin_user):
    needs(admin_user)
    assert merge_as_planned(plan(helena, helen)).pk


def test_each_rule_of_the_policy_holds_a_merge(admin_user, helena, helen):
    jan = customer_with_order(first_name="Jan", last_name="Novák", email="hholy@gmail.com", total="1.00")
    RecordTotals.objects.filter(source_record__customer__in=[helena, helen]).update(purchases_active=1)
    for policy, customers, reason in (
        ({"above": "49.61"}, (helena, helen), "orders of 49.62 USD, more than 49.61"),
        ({"unlike_names": True}, (helena, jan), "names that differ"),
        ({"live_purchases": True}, (helena, helen), "active purchases of more than one customer"),
    ):
        needs(admin_user, **policy)
        assert ALONE.format(reason) in refusal(merge_as_planned, plan(*customers), by=admin_user)
    RecordTotals.objects.update(purchases_active=0)
    needs(admin_user, above="49.62", live_purchases=True, unlike_names=True)
    assert merge_as_planned(plan(helena, helen)).pk


def test_api_clients_batches_and_rules_leave_it_for_a_person(admin_user, helena, helen):
    needs(admin_user, above="10")
    why = "Needs a second person: orders of 49.62 USD, more than 10.00"

    assert "needs a second person" in refusal(merge_keeping_survivor, helen, helena, by=admin_user)
    (proposal,) = propose([[helena.pk, helen.pk]], keep=None, on_conflict=OnConflict.KEPT, by=admin_user)
    assert why in proposal.left
    rule = make_rule("email-name", state="on", names="compatible", on_conflict="kept")
    assert merge_group(rule, [helena.pk, helen.pk]) is None
    assert why in RuleFinding.objects.get(rule=rule).reason
    assert not Merge.objects.exists()


def test_another_user_confirms_and_all_of_it_is_kept(jane, laura, admin_user, helena, helen):
    needs(admin_user, above="10")
    request = asked(jane, helena, helen, company="Holý Design")
    assert asked(jane, helena, helen, company="Holý Design") == request
    assert not Merge.objects.exists()
    agreed = plan(helena, helen, company="Holý Design")
    assert "another person has to answer" in refusal(confirm_request, request, agreed, answer="", warnings=(), by=jane)
    assert "needs a second person" in refusal(merge_customers, agreed, by=jane, via=Via.PAGE, confirmed_by=jane)

    merged = confirm_request(request, agreed, answer="", warnings=(), by=laura)

    assert (merged.by, merged.confirmed_by, merged.reason) == (jane, laura, "Called in")
    request = reloaded(request)
    assert (request.state, request.merge, request.entered, request.seen) == ("confirmed", merged, {}, {})
    entry = HistoryEntry.objects.get(kind=HistoryKind.MERGE)
    text = isolated_text(entry.sentence, entry.values)
    assert "confirmed by Laura Callahan." in text
    texts = list(AuditEntry.objects.filter(text__startswith=str(request)).order_by("pk").values_list("text", "by"))
    assert texts == [
        (f"{request}: {helen.pk} into {helena.pk}. Asked.", jane.pk),
        (f"{request}: {helen.pk} into {helena.pk}. Confirmed.", laura.pk),
    ]


def test_a_request_is_refused_with_a_reason_or_withdrawn_by_who_asked(jane, laura, helena, helen):
    request = asked(jane, helena, helen)
    assert "waiting" in refusal(asked, jane, helen, helena)
    assert "Enter a reason" in refusal(refuse_request, request, answer="", by=laura)
    assert "Only the person who asked" in refusal(withdraw_request, request, by=laura)
    refuse_request(request, answer="Mother and daughter", by=laura)
    assert "answered already: refused" in refusal(withdraw_request, request, by=jane)

    withdraw_request(asked(jane, helena, helen), by=jane)

    entries = HistoryEntry.objects.filter(kind=HistoryKind.REQUEST, source_record__customer=helena).order_by("pk")
    assert [entry.sentence.split(" ")[-1] for entry in entries] == [
        "requested.",
        "refused.",
        "requested.",
        "withdrawn.",
    ]


def test_an_erasure_ends_a_request_and_deletes_what_it_says(jane, helena, helen):
    request = asked(jane, helena, helen, company="Holý Design")
    erase(*fresh(helen))

    request = reloaded(request)
    assert (request.state, request.reason, request.entered, request.seen) == ("erased", "", {}, {})
    assert request.needed_because == []
    of_helena = HistoryEntry.objects.get(kind=HistoryKind.REQUEST)
    assert "Helena" not in isolated_text(of_helena.sentence, of_helena.values)
