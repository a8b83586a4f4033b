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


@pytest.mark.parametrize("site", [pytest.param(None, id="all"), pytest.param(1_000_000, id="a few of a large site")])
def test_two_people_are_never_surely_one_however_much_they_have_in_common(site):
    with open_table(two_people()) as table:
        pairs = list(score(table, shipped_model(), site=site).pairs)
    assert len(pairs) > 5, "they are compared"
    assert [(pair.first, pair.second, pair.weights) for pair in pairs if pair.probability >= SURE] == []


def test_the_few_who_changed_are_as_sure_as_in_a_scan_of_all_and_never_surely_wrong():
    labelled = fake_1000(with_birth=False)
    model, people = shipped_model(), labelled.customers
    sure_of_all = {ends for ends, likely in likely_pairs(labelled, model).items() if likely >= SURE}
    by_scan: set[tuple[int, int]] = set()
    found: set[tuple[int, int]] = set()
    for changed in ([one.id for one in people[at : at + 5]] for at in (100, 400, 700)):
        emails = {email for one in people if one.id in changed for email in one.emails}
        part = [one for one in people if one.id in changed or emails & {*one.emails}]
        numbers = {one.id for one in part}
        by_scan |= {pair for pair in sure_of_all if numbers >= {*pair} and {*pair} & {*changed}}
        with open_table(part) as table:
            scores = score(table, model, only=changed, site=len(people))
            found |= {(pair.first, pair.second) for pair in scores.pairs if pair.probability >= SURE}
    assert len(by_scan) > 20
    assert len(by_scan & found) > 0.8 * len(by_scan)
    assert found <= labelled.true_pairs
