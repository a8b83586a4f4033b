"""A refusal said while customers are merged is said by each of them; a Yes stays where it was said."""

import pytest

from customers.merging.split import plan_split, split_record
from customers.merging.split_preview import preview_split
from customers.merging.undo_plan import plan_undo
from customers.merging.undo_preview import customers_after_undo
from customers.merging.unmerge import unmerge_customers
from customers.models import Customer, HistoryEntry, ProfileChange, SourceRecord
from customers.profile.fields import CONSENT, FieldKind, ProfileField
from customers.profile.refusals import CONSENTS, refusals_in, subjects_of
from customers.sources.customers import Description, change
from tests.acts import edit, fresh, merge, rebuild, undo
from tests.database import reloaded
from tests.factories import SourceRecordFactory, customer_with_order
from tests.query_costs import measured

pytestmark = pytest.mark.django_db

YES = {"email_opt_in": True, "sms_contact": True, "do_not_sell": False}
REFUSED = {"email_opt_in": False, "sms_contact": False, "do_not_sell": True}


def people(*names: str, **answers: bool) -> list[Customer]:
    return [customer_with_order(first_name=name, **answers) for name in names]


def agreeing(*names: str) -> list[Customer]:
    return [edit(customer, **YES) for customer in people(*names)]


def answers(customer: Customer) -> dict[str, bool | None]:
    now = reloaded(customer)
    return {key: getattr(now, key) for key in YES}


def history_of(customer: Customer) -> list[str]:
    return [entry.text for entry in HistoryEntry.objects.filter(source_record__customer=customer).order_by("pk")]


def record_of(customer: Customer, **identity: str) -> SourceRecord:
    return SourceRecordFactory(customer=reloaded(customer), **identity)


def test_who_opts_out_while_merged_has_opted_out_as_everybody_who_was_merged_when_the_merge_is_undone():
    ada, bea = agreeing("Ada", "Bea")
    merged = merge(ada, bea)
    edit(ada, email_opt_in=False)
    undo(merged)
    assert answers(ada) == answers(bea) == {**YES, "email_opt_in": False}
    assert rebuild() == "Nothing differed."


def test_every_consent_can_be_refused_and_says_what_that_refuses():
    refused = {key: consent.strictest for key, consent in CONSENTS.items()}
    assert REFUSED.items() <= refusals_in(refused).items()
    assert len(set(subjects_of(CONSENTS))) == len(CONSENTS)
    with pytest.raises(ValueError, match="The consent letters does not say"):
        ProfileField("letters", "Letters", FieldKind.CONSENT, CONSENT)


def test_each_kind_of_refusal_follows_through_three_merges_one_behind_the_other():
    first, second, third, kept = agreeing("Ada", "Bea", "Cleo", "Dora")
    made = [merge(second, first), merge(third, second), merge(kept, third)]
    edit(kept, **REFUSED)
    assert rebuild() == "Nothing differed."
    for inner in made:
        undo(inner)
    assert [answers(customer) for customer in (first, second, third, kept)] == [REFUSED] * 4
    assert rebuild() == "Nothing differed."


def test_after_the_undo_of_a_part_both_the_restored_and_those_still_merged_refuse():
    ada, bea, cleo = agreeing("Ada", "Bea", "Cleo")
    merged = merge(ada, bea, cleo)
    edit(ada, sms_contact=False)
    undo(merged, bea)
    assert answers(bea) == answers(ada) == {**YES, "sms_contact": False}
    undo(merged)
    assert answers(cleo)["sms_contact"] is False


def test_a_refusal_entered_in_a_merge_is_said_by_all_who_are_merged_and_one_selected_stays_with_its_customer():
    ada, bea, cleo, dora = agreeing("Ada", "Bea", "Cleo", "Dora")
    inner = merge(bea, cleo)
    edit(dora, sms_contact=False)
    outer = merge(ada, bea, dora, email_opt_in=False, sms_contact=dora)
    assert answers(ada) == {**YES, "email_opt_in": False, "sms_contact": False}
    undo(outer)
    undo(inner)
    assert [answers(customer)["email_opt_in"] for customer in (ada, bea, cleo, dora)] == [False] * 4
    assert [answers(customer)["sms_contact"] for customer in (ada, bea, cleo, dora)] == [True, True, True, False]
    assert rebuild() == "Nothing differed."


def test_a_refusal_entered_in_a_merge_is_named_by_the_preview_of_its_undo():
    ada, bea = agreeing("Ada", "Bea")
    after = customers_after_undo(plan_undo(merge(ada, bea, do_not_sell=True)))
    assert [[refusal.subject for refusal in side.refusals] for side in after] == [["sale of data"]] * 2


def test_a_yes_stays_where_it_was_said():
    ada, bea = people("Ada", "Bea")
    merged = merge(ada, bea)
    edit(ada, **YES)
    undo(merged)
    assert answers(ada) == YES
    assert answers(bea) == dict.fromkeys(YES)


def test_a_refusal_that_was_taken_back_on_the_customer_still_holds_for_who_is_restored():
    ada, bea = agreeing("Ada", "Bea")
    merged = merge(ada, bea)
    edit(ada, email_opt_in=False)
    edit(ada, email_opt_in=True)
    undo(merged)
    assert answers(ada)["email_opt_in"] is True
    assert answers(bea)["email_opt_in"] is False


def test_a_refusal_said_before_a_merge_or_after_its_undo_is_of_one_customer_only():
    ada, bea = agreeing("Ada", "Bea")
    edit(ada, email_opt_in=False)
    undo(merge(ada, bea))
    edit(ada, sms_contact=False)
    assert answers(bea) == YES


def test_a_refusal_that_is_said_again_while_merged_is_said_by_all_also_where_it_shows_already():
    ada, bea, cleo, dora = agreeing("Ada", "Bea", "Cleo", "Dora")
    edit(cleo, email_opt_in=False)
    edit(dora, sms_contact=False)
    by_default, own = merge(ada, bea, cleo), merge(dora, ada)
    edit(dora, email_opt_in=False, sms_contact=False)
    assert {"Email opt-in confirmed: No", "SMS contact confirmed: No"} <= {
        *history_of(dora)[-1].rstrip(".").split(". ")
    }
    undo(own)
    undo(by_default)
    refused = {**YES, "email_opt_in": False, "sms_contact": False}
    assert [answers(customer) for customer in (ada, bea, cleo, dora)] == [refused] * 4
    assert rebuild() == "Nothing differed."


def test_a_program_that_names_a_retired_customer_refuses_for_all():
    ada, bea = agreeing("Ada", "Bea")
    merged = merge(ada, bea)
    change(*fresh(bea), Description(profile={"do_not_sell": True}), by=None)
    undo(merged)
    assert answers(ada)["do_not_sell"] is answers(bea)["do_not_sell"] is True


def test_only_an_edit_that_refuses_reads_those_who_are_merged_and_it_changes_all_of_them_at_once():
    ada, bea, cleo = agreeing("Ada", "Bea", "Cleo")
    merge(ada, bea, cleo)
    with measured() as usual:
        edit(ada, custom1="gold")
    versions = [customer.version for customer in fresh(ada, bea, cleo)]
    with measured() as refusing:
        edit(ada, email_opt_in=False)
    # Who is merged into it, in two levels; the locks; who has others merged into them; the change of all at once.
    assert refusing.statements == usual.statements + 5
    assert [customer.version for customer in fresh(ada, bea, cleo)] == [version + 1 for version in versions]


def test_the_preview_says_for_each_customer_what_was_refused_while_they_were_merged():
    ada, bea, cleo = agreeing("Ada", "Bea", "Cleo")
    edit(cleo, do_not_sell=True)
    merged = merge(ada, bea, cleo)
    edit(ada, email_opt_in=False, sms_contact=False)
    edit(ada, sms_contact=True)
    sides = customers_after_undo(plan_undo(reloaded(merged)))
    shown = {side.customer: [refusal.subject for refusal in side.refusals] for side in sides}
    assert shown == {ada: ["email"], bea: ["SMS", "email"], cleo: ["SMS", "email"]}


def test_the_history_names_what_was_said_again_in_the_order_of_the_profile():
    ada, bea = agreeing("Ada", "Bea")
    brought = {"phone": "+420 602 330 911", "company": "Holub", "custom1": "7", "custom2": "8", "custom3": "9"}
    edit(bea, **brought)
    merge(ada, bea)
    edit(ada, **brought)
    assert list(ProfileChange.objects.filter(customer=ada).latest("version").values) == list(brought)


def test_the_preview_says_of_the_kept_only_what_they_refuse_after_it_by_their_own_word():
    ada, bea = agreeing("Ada", "Bea")
    cleo = edit(*people("Cleo"), email_opt_in=False)
    merged = merge(ada, bea)
    edit(ada, email_opt_in=False, sms_contact=False)
    edit(ada, email_opt_in=True)
    merge(ada, cleo)
    said = {c.customer.pk: [r.key for r in c.refusals] for c in customers_after_undo(plan_undo(reloaded(merged)))}
    assert said == {ada.pk: ["sms_contact"], bea.pk: ["sms_contact", "email_opt_in"]}


def test_the_history_of_who_is_restored_says_since_when_they_refuse():
    ada, bea = agreeing("Ada", "Bea")
    merged = merge(ada, bea)
    edit(ada, email_opt_in=False)
    said = ProfileChange.objects.filter(customer=bea).latest("version")
    undo(merged)
    assert f"Refuses email, said on {said.at:%-d %b %Y} while merged." in history_of(bea)
    assert not any(text.startswith("Refuses") for text in history_of(ada))


def test_of_an_order_associated_with_somebody_who_refused_both_refuse_when_it_is_split_off():
    [tom] = people("Tom")
    edit(tom, **REFUSED)
    wrong = record_of(tom, first_name="Tim", email="smith@reunite.cz")
    preview = preview_split(plan_split(wrong))
    assert "The new customer refuses sale of data, SMS and email." in [notice.title for notice in preview.notices]
    tim = split_record(wrong, by=None)
    assert answers(tim) == answers(tom) == REFUSED
    assert any("Refuses sale of data, SMS and email." in text for text in history_of(tim))
    assert rebuild() == "Nothing differed."


def test_a_program_that_takes_a_record_out_gives_both_the_refusals_but_no_yes():
    [tom] = people("Tom")
    edit(tom, **YES | {"sms_contact": False})
    tim = unmerge_customers(record_of(tom, first_name="Tim"), by=None)
    assert answers(tim) == dict.fromkeys(YES) | {"sms_contact": False}
    assert answers(tom) == YES | {"sms_contact": False}


def split_off_one_who_refused(*, answered_since: bool) -> tuple[Customer, Customer]:
    """A Yes was chosen in a merge with somebody who refused, of whom one record of two is split off."""
    ada, bea = agreeing("Ada", "Bea")
    edit(bea, email_opt_in=False)
    own = record_of(bea, first_name="Bea")
    merge(ada, bea, email_opt_in=ada)
    if answered_since:
        edit(ada, email_opt_in=False)
        edit(ada, email_opt_in=True)
    return ada, split_record(reloaded(own), by=None)


def test_who_came_with_a_refusal_that_a_merge_overruled_takes_it_along_and_leaves_it_with_the_other():
    ada, new = split_off_one_who_refused(answered_since=False)
    assert answers(new)["email_opt_in"] is answers(ada)["email_opt_in"] is False
    assert any("Refuses email." in text for text in history_of(ada))
    assert rebuild() == "Nothing differed."


def test_a_yes_that_the_customer_said_since_outlasts_the_split():
    ada, new = split_off_one_who_refused(answered_since=True)
    assert answers(ada)["email_opt_in"] is True
    assert answers(new)["email_opt_in"] is False
