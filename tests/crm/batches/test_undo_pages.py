"""The pages of an undo of many merges: preview, start, what came of it, and who may."""

import re

import pytest
from django.urls import reverse

from crm.jobs.models import Job
from crm.jobs.turn import take_turn
from customers.models import BatchUndo, Customer, Merge, NotDuplicate
from customers.rules.follow import follow_changes
from tests.acts import erase, merge
from tests.crm.batches.sent import sent_of
from tests.factories import customer_with_order, make_user, signed_in
from tests.factories.rules import known_as, make_rule
from tests.page_text import visible_text as text_of

pytestmark = pytest.mark.django_db
URL = reverse("batches:undo")
NEEDS = ["customers.view_customer", "customers.undo_merge"]


@pytest.fixture
def jane(db):
    return make_user("jane", NEEDS)


@pytest.fixture
def merges(agent) -> list[Merge]:
    """The newest first."""
    return [
        merge(
            customer_with_order(first_name=f"Helena{n}", email=f"h{n}@reunite.cz"),
            customer_with_order(first_name=f"Helen{n}", email=f"h{n}@reunite.cz", phone=f"+42024177044{n}"),
            by=agent,
        )
        for n in range(3)
    ][::-1]


def work() -> Job:
    job = Job.objects.latest("pk")
    while job.is_unfinished:
        job = take_turn(str(job.uuid), worker="one")
    return job


def test_the_merges_of_a_filter_are_undone_but_those_that_are_left(jane, merges, agent):
    client = signed_in(jane)
    page = client.get(reverse("customers:merges"), {"by": agent.pk}).text
    assert f'href="{URL}?by={agent.pk}"' in page
    page = client.get(URL, {"by": agent.pk})
    text = text_of(page)
    assert "Undo 3 merges?" in text
    assert "User: Margaret Park" in text
    address = f"{URL}?by={agent.pk}"
    sent = sent_of(page) | {"merge": [str(merges[0].pk), str(merges[2].pk)], "reason": "Wrong list"}
    first, second = (client.post(address, sent) for _ in range(2))
    batch = BatchUndo.objects.get()
    assert (first.url, second.url) == (reverse("batches:undo_detail", args=[batch.pk]),) * 2
    page = client.get(first.url)
    assert "Waiting for a worker" in text_of(page)

    job = work()
    assert (job.state, job.done, job.counts, job.about) == (
        "done", 2, {"Undone": 2}, "2 merges (User: Margaret Park)",
    )  # fmt: skip
    assert [Merge.objects.get(pk=merge.pk).undone_at is None for merge in merges] == [False, True, False]
    assert {entry.undone_by for entry in Merge.objects.exclude(undone_at=None)} == {jane}
    page = text_of(client.get(first.url, {"outcome": "undone"}))
    assert f"Merge {merges[0].pk}" in page
    assert f"Merge {merges[1].pk}" not in page


def test_how_they_are_undone_is_what_the_form_says(jane, merges):
    client = signed_in(jane)
    for answer, undone in (("0", merges[:1]), ("1", merges[1:])):
        others = {"merge": [str(merge.pk) for merge in undone], "mark_not_duplicates": answer}
        client.post(URL, sent_of(client.get(URL)) | others)
        work()
        assert NotDuplicate.objects.exists() == (answer == "1")


def test_without_an_answer_to_what_is_asked_nothing_is_undone(jane, merges):
    client = signed_in(jane)
    sent = sent_of(client.get(URL))
    del sent["mark_not_duplicates"]
    page = client.post(URL, sent | {"mark": "yes"})
    assert "This field is required." in text_of(page)
    assert not BatchUndo.objects.exists()


def test_a_merge_by_a_rule_names_the_rule(jane):
    make_rule("email-name")
    for source in ("Shop", "Marketplace"):
        known_as(email="hholy@gmail.com", source=source)
    follow_changes()
    assert "Rule “Same email and name”" in text_of(signed_in(jane).get(URL))


def test_what_was_not_undone_is_named_with_the_reason(jane, merges):
    client = signed_in(jane)
    client.post(URL, sent_of(client.get(URL)))
    erase(Customer.objects.get(pk=merges[1].survivor_id))
    job = work()
    assert (job.counts, job.failed) == ({"Undone": 2}, 1)
    page = text_of(client.get(reverse("batches:undo_detail", args=[BatchUndo.objects.get().pk])))
    assert "was erased, so this merge can no longer be undone" in page


def test_a_preview_of_other_merges_is_shown_again(jane, merges, agent):
    client = signed_in(jane)
    sent = sent_of(client.get(URL))
    merge(customer_with_order(email="x@reunite.cz"), customer_with_order(email="y@reunite.cz"))
    page = client.post(URL, sent, follow=True)
    assert "Other merges match now than when you opened the page." in text_of(page)
    assert "Undo 4 merges?" in text_of(page)
    assert not Job.objects.exists()


def test_a_filter_that_is_not_valid_undoes_nothing(jane, merges):
    page = signed_in(jane).get(URL, {"since": "yesterday"}, follow=True)
    assert "Filters with values that are not valid: From." in text_of(page)


def test_nothing_selected_and_nothing_active_start_nothing(jane, merges):
    client = signed_in(jane)
    sent = sent_of(client.get(URL)) | {"merge": []}
    assert "No merge was selected." in text_of(client.post(URL, sent, follow=True))
    assert "No merge to undo" in text_of(client.get(URL, {"state": "undone"}))
    assert not Job.objects.exists()


def test_it_is_asked_again_who_it_is_and_goes_on_with_the_filter(jane, merges, agent):
    jane.set_password("a good password")
    jane.save()
    client, address = signed_in(jane, answered=False), f"{URL}?by={agent.pk}"
    sent = sent_of(client.get(address)) | {"merge": [str(merges[0].pk)]}
    asked = client.post(address, sent)
    assert "Confirm that it is you" in text_of(asked)
    assert not Job.objects.exists()
    before = re.search(r'name="sent_before_the_question" value="([^"]*)"', asked.text)[1]
    client.post(address, {"sent_before_the_question": before, "answer": "a good password"})
    assert work().about == "1 merge (User: Margaret Park)"


def test_a_job_whose_owner_may_not_undo_any_more_stops(jane, merges):
    client = signed_in(jane)
    client.post(URL, sent_of(client.get(URL)))
    jane.user_permissions.clear()
    assert work().message == "The user who started this job may not do it any more."
    assert not Merge.objects.exclude(undone_at=None).exists()
