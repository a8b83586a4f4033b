"""How well likely duplicates agree with labels, on public sets and where two people have much in common."""

import pytest

from benchmarks.labelled import fake_1000, febrl3, grouped, likely_pairs, quality, trained_model
from customers.matching.likely.doubts import SHOWN, SURE
from customers.matching.likely.model import shipped_model
from customers.matching.likely.retrain import makes_sense
from customers.matching.likely.scoring import open_table, score
from tests.customers.matching.likely.two_people import two_people

SETS = [
    pytest.param(lambda: fake_1000(with_birth=False), 0.88, id="fake_1000 without date of birth"),
    pytest.param(lambda: fake_1000(with_birth=True), 0.975, id="fake_1000 with it"),
    pytest.param(febrl3, 0.965, id="febrl3"),
]


@pytest.mark.parametrize(("read", "least"), SETS)
def test_the_shipped_model_finds_people_in_sets_it_has_not_seen_and_is_never_surely_wrong(read, least):
    labelled = read()
    model = shipped_model()
    pairs = likely_pairs(labelled, model)
    assert quality(grouped(pairs, labelled, model, least=SHOWN), labelled).f1 >= least
    assert quality(grouped(pairs, labelled, model, least=SURE), labelled).wrong == 0


@pytest.mark.long
def test_a_model_trained_on_the_customers_at_hand_without_labels_finds_more_and_is_never_surely_wrong():
    labelled = fake_1000(with_birth=True)
    model = trained_model(labelled)
    assert makes_sense(model)
    pairs = likely_pairs(labelled, model)
    assert quality(grouped(pairs, labelled, model, least=SHOWN), labelled).f1 >= 0.975
    assert quality(grouped(pairs, labelled, model, least=SURE), labelled).wrong == 0


def test_two_people_are_never_surely_one_however_much_they_have_in_common():
    with open_table(two_people()) as table:
        pairs = list(score(table, shipped_model()).pairs)
    assert len(pairs) > 5, "they are compared"
    assert [(pair.first, pair.second, pair.weights) for pair in pairs if pair.probability >= SURE] == []
