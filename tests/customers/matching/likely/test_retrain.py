"""What staff decide is noted, judges a model, and teaches the next one; and which model is used."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from crm.audit.models import AuditEntry
from customers.matching.likely.answers import band_of, precision_by_band, wilson
from customers.matching.likely.comparisons import DIFFERS, SAME
from customers.matching.likely.model import shipped_model
from customers.matching.likely.model_in_use import ModelError, model_in_use, use_model
from customers.matching.likely.retrain import (
    CHOSEN,
    NO_SENSE,
    ORDERS_WORSE,
    _why_not,
    keep_trained,
    learn,
    makes_sense,
    rightly_ordered,
)
from customers.matching.likely.waiting import rank_answered_pairs
from customers.matching.not_duplicates import mark_not_duplicates, unmark_not_duplicates
from customers.models import LikelyAnswer, LikelyPair, TrainedModel
from tests.acts import merge, undo
from tests.factories import CustomerFactory, allow, customer_with_order
from tests.page_text import visible_text

PAGE = "/duplicates/model/"
WEIGHTS = {"first": ["same", 6.0], "last": ["same", 8.0], "city": ["differs", -1.0]}


def likely_pair(probability: float = 0.96) -> LikelyPair:
    one, other = (customer_with_order(email=f"{n}@reunite.cz") for n in range(2))
    rank = round(probability * 1_000_000)
    return LikelyPair.objects.create(
        first=one, second=other, probability=probability, rank=rank, weights=WEIGHTS, model=shipped_model().version
    )


def trained(version: str = "one", note: str = "", model=None) -> TrainedModel:
    return TrainedModel(version=version, customers=1_000, values=(model or shipped_model()).as_json(), note=note)


@pytest.mark.django_db
def test_an_answer_is_noted_as_the_pair_was_and_follows_what_becomes_of_it(agent):
    rank_answered_pairs()
    pair, other = likely_pair(), likely_pair(0.7)
    merged = merge(pair.first, pair.second)
    mark_not_duplicates(other.first, other.second, by=agent)
    rank_answered_pairs()
    answers = LikelyAnswer.objects.order_by("pk").values_list("first", "answer", "probability", "weights")
    assert list(answers) == [
        (pair.first_id, "merged", 0.96, WEIGHTS),
        (other.first_id, "not_duplicates", 0.7, WEIGHTS),
    ]
    undo(merged)
    unmark_not_duplicates(other.first, other.second, by=agent)
    rank_answered_pairs()
    assert list(LikelyAnswer.objects.values_list("first", "answer")) == [(pair.first_id, "undone")]


@pytest.mark.django_db
def test_a_pair_of_which_one_was_merged_with_somebody_else_is_not_answered():
    rank_answered_pairs()
    pair = likely_pair()
    merge(customer_with_order(email="third@reunite.cz"), pair.second)
    rank_answered_pairs()
    assert not LikelyAnswer.objects.exists()


@pytest.mark.django_db
def test_the_share_of_merges_is_counted_by_band_with_its_bounds():
    people = [CustomerFactory() for _ in range(12)]
    for number, (answer, probability) in enumerate([("merged", 0.96)] * 9 + [("undone", 0.97), ("related", 0.6)]):
        LikelyAnswer.objects.create(
            first=people[number],
            second=people[number + 1],
            answer=answer,
            probability=probability,
            weights=WEIGHTS,
            model="2",
        )
    bands = {band.label: (band.decided, band.merged) for band in precision_by_band("2")}
    assert bands == {"99% or more": (0, 0), "95% to 99%": (10, 9), "80% to 95%": (0, 0), "50% to 80%": (1, 0)}
    assert (band_of(0.96).share, band_of(0.96).bounds) == ("90%", ("60%", "98%"))
    assert band_of(0.3) is None
    assert sum(band.decided for band in precision_by_band("1")) == 0
    assert wilson(0, 0) == (0, 1)


def test_a_model_learns_from_merges_how_one_person_s_fields_agree():
    before = shipped_model()
    learned = learn(before, [{"city": "differs", "last": "same"}] * 400)
    assert learned.levels["city"][DIFFERS][0] > before.levels["city"][DIFFERS][0] * 1.5
    assert learned.levels["city"][DIFFERS][1] == before.levels["city"][DIFFERS][1]
    assert learned.levels["born"][SAME] == pytest.approx(before.levels["born"][SAME])
    assert sum(one for one, _ in learned.levels["city"].values()) == pytest.approx(1)


def test_the_share_of_pairs_that_are_rightly_ordered():
    assert rightly_ordered([(3, True), (2, True), (1, False)]) == 1
    assert rightly_ordered([(1, True), (2, False)]) == 0
    assert rightly_ordered([(1, True), (1, False)]) == 0.5


@pytest.mark.django_db
def test_a_model_that_makes_no_sense_or_orders_answers_worse_is_kept_and_not_used():
    shipped = shipped_model()
    turned = {level: shares[::-1] for level, shares in shipped.levels["last"].items()}
    other = shipped.__class__("x", 0.1, {**shipped.levels, "last": turned})
    assert (makes_sense(shipped), makes_sense(other)) == (True, False)
    assert _why_not(other, []) == NO_SENSE
    good = LikelyAnswer(answer="merged", weights={"last": ["same", 8.0], "first": ["same", 6.0]})
    bad = LikelyAnswer(answer="related", weights={"last": ["same", 8.0], "first": ["differs", -4.0]})
    first = {**shipped.levels["first"], SAME: (0.0003, 0.0002), DIFFERS: (0.9, 0.985)}
    flat = shipped.__class__("y", 0.1, {**shipped.levels, "first": {**first, DIFFERS: (0.98, 0.985)}})
    assert _why_not(shipped, [good, bad] * 60) == ""
    assert makes_sense(flat)
    assert _why_not(flat, [good, bad] * 60) == ORDERS_WORSE


@pytest.mark.django_db
def test_a_trained_model_is_used_until_a_user_goes_back_and_then_none_is_by_itself(agent):
    assert model_in_use() == shipped_model()
    assert keep_trained(trained("one")).in_use
    second = keep_trained(trained("two"))
    assert list(TrainedModel.objects.filter(in_use=True)) == [second]
    assert not keep_trained(trained("bad", note=NO_SENSE)).in_use
    use_model(None, by=agent)
    assert model_in_use() == shipped_model()
    for version in ("three", "four"):
        kept = keep_trained(trained(version))
        assert kept.note == CHOSEN
    use_model(kept.pk, by=agent)
    assert keep_trained(trained("five")).in_use
    assert AuditEntry.objects.filter(action="matching").count() == 2
    for pk in (0, None):
        if pk is None:
            use_model(None, by=agent)
        with pytest.raises(ModelError):
            use_model(pk, by=agent)


@pytest.mark.django_db
def test_few_customers_teach_nothing():
    with pytest.raises(CommandError, match="at least 1,000 customers"):
        call_command("train_model")


@pytest.mark.django_db
def test_the_page_says_what_counts_and_lets_who_may_go_back(as_agent, agent):
    keep_trained(trained("one"))
    page = as_agent.get(PAGE)
    text = visible_text(page)
    assert "trained on" in text
    assert "Same last name" in text
    assert "None decided" in text
    assert "Use this model" not in text
    assert as_agent.post(reverse("customers:likely_model_use"), {"model": ""}).status_code == 403
    allow(agent, "jobs.start_rebuild")
    assert 'name="model" value=""' in as_agent.get(PAGE).content.decode()
    page = as_agent.post(reverse("customers:likely_model_use"), {"model": ""}, follow=True)
    assert "By the model that ships" in visible_text(page)
    for wrong in ("x", "9" * 40):
        page = as_agent.post(reverse("customers:likely_model_use"), {"model": wrong}, follow=True)
        assert "does not exist any more" in visible_text(page)
