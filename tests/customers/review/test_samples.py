"""A sample is drawn once and kept, answered by several reviewers, and counts on the page of quality."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer, Merge, MergeSample
from customers.review import sample as samples
from customers.review.counts import count_merges
from customers.review.sample import draw_sample
from tests.acts import erase, fresh, merge, undo
from tests.factories import make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
REVIEWER = ("customers.view_customer", "customers.review_merge")
DRAW = reverse("customers:merge_sample_draw")


@pytest.fixture
def reviewer():
    return make_user("reviewer", (*REVIEWER, "customers.undo_merge"), first_name="Laura", last_name="Callahan")


def answers(sample: MergeSample, verdict: str, note: str = "", seen: str = "") -> dict[str, str]:
    (row,) = sample.rows.all()
    return {f"verdict-{row.pk}": verdict, f"note-{row.pk}": note, f"seen-{row.pk}": seen}


def test_a_sample_shows_match_and_changes_and_a_wrong_merge_leads_to_its_undo(reviewer, helena, helen):
    merged = merge(helena, helen, company="Holý Design")
    client = signed_in(reviewer)
    url = client.post(DRAW).url
    page = client.get(url).text
    for text in ("same email <bdi>", f"Helena Holy ({helen.pk})", "<bdi>Holý Design</bdi>", "0 of 1 answered"):
        assert text in page
    assert "Undo…" not in page
    assert client.get(url).text.count(merged.get_absolute_url()) == page.count(merged.get_absolute_url())

    sample = MergeSample.objects.get()
    page = client.post(url, answers(sample, "wrong", "Mother and daughter"), follow=True).text

    assert "1 answer saved." in page
    assert page.count(reverse("customers:merge_undo", args=[merged.pk])) == 2
    assert "Laura Callahan" in page
    count_merges()
    assert "0 of 1" in client.get(reverse("customers:merge_quality")).text
    undo(merged)
    assert reverse("customers:merge_undo", args=[merged.pk]) not in client.get(url).text


def test_an_answer_that_a_colleague_gave_meanwhile_is_kept(reviewer, helena, helen):
    merge(helena, helen)
    sample = draw_sample(by=reviewer)
    client, colleague = signed_in(reviewer), signed_in(make_user("colleague", REVIEWER))
    colleague.post(sample.get_absolute_url(), answers(sample, "right"))

    assert "0 answers saved." in client.post(sample.get_absolute_url(), answers(sample, "wrong"), follow=True).text
    assert sample.rows.get().verdict == "right"
    client.post(sample.get_absolute_url(), answers(sample, "unsure", seen="right"))
    assert sample.rows.get().verdict == "unsure"


def test_an_erasure_deletes_the_note(reviewer, helena, helen):
    merge(helena, helen)
    sample = draw_sample(by=reviewer)
    client = signed_in(reviewer)
    client.post(sample.get_absolute_url(), answers(sample, "wrong", "Helena’s mother"))

    erase(*fresh(helena))

    assert sample.rows.get().note == ""
    assert "Hol" not in visible_text(client.get(sample.get_absolute_url()))


def test_of_many_merges_numbers_are_drawn_and_without_any_it_is_said(reviewer, monkeypatch):
    assert "There were no merges" in signed_in(reviewer).post(DRAW, follow=True).text
    survivor = Customer.objects.create(first_name="Jan")
    created = timezone.now() - timedelta(days=1)
    Merge.objects.bulk_create(
        Merge(survivor=survivor, via="page", fingerprint=str(n), created=created) for n in range(120)
    )
    old = Merge.objects.create(survivor=survivor, via="page", fingerprint="old", created=created - timedelta(days=9))
    monkeypatch.setattr(samples, "MOST_READ", 50)

    drawn = {pk for _ in range(3) for pk in draw_sample(by=reviewer).rows.values_list("merge", flat=True)}

    assert MergeSample.objects.earliest("pk").rows.count() == samples.SIZE
    assert len(drawn) > samples.SIZE
    assert old.pk not in drawn
