"""Whatever is done to customers, in whatever order: nothing is lost, and undoing every merge leaves no trace of it.

Each database has examples of its own: what the program does is the same on both, so both together prove more of it.
"""

from collections.abc import Callable, Collection, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from customers.models import AccountType, LeadPhase
from customers.profile.fields import FIELDS, FieldKind, ProfileField
from tests.customers.invariants import check_invariants, picture
from tests.customers.simulation import Simulation
from tests.database import rolled_back
from tests.factories.lists import make_entry

pytestmark = pytest.mark.django_db

SEED = {"sqlite": 1, "postgresql": 2}[connection.vendor]

PHONES = st.sampled_from(["", "+420 241 770 449", "+420 602 330 910"])
OF_KIND = {
    FieldKind.TEXT: st.sampled_from(["", "Helena", "gold"]),
    FieldKind.EMAIL: st.sampled_from(["", "shared@reunite.cz"]),
    FieldKind.PHONE: PHONES,
    FieldKind.WEBSITE: st.sampled_from(["", "https://reunite.cz"]),
    FieldKind.ADDRESS: st.sampled_from([{}, {"city": "Praha", "country": "CZ"}]),
    FieldKind.CONSENT: st.sampled_from([None, True, False]),
    FieldKind.FLAG: st.booleans(),
    FieldKind.LOGIN: st.sampled_from(["", "helena"]),
    FieldKind.PASSWORD: st.sampled_from(["", "md5$salt$hash"]),
    FieldKind.LISTED: st.sampled_from([None, 1, 2]),
}


def values_of(field: ProfileField) -> st.SearchStrategy:
    if field.kind is FieldKind.CHOICE:
        return st.sampled_from(["", field.choices[0][0], field.choices[-1][0]])
    return OF_KIND[field.kind]


TEXTS = tuple(field.key for field in FIELDS if field.kind is FieldKind.TEXT)
# Values that several acts may write: what comes of an edit then depends on what a merge wrote before it.
# A pay source has an act of its own.
COMMON = {field.key: values_of(field) for field in FIELDS if field.kind is not FieldKind.PAY_SOURCE}
# What may be typed in a merge.
TYPED = {**COMMON, "cart_login": st.uuids().map(str)}


class Acts:
    """What can be done in `simulation`: each method draws the arguments of its act, or has none to give.

    A `fair` act comes to the same whether customers are merged at that moment or not. Left out are: orders recognised
    by a value that two people share (the oldest wins, and a merge makes somebody older), people whose records were
    split up, records that only a merge makes a second one, edits to a value that may be there already, another's
    card, tags taken off, credit used up (it is drawn from whatever is merged).
    """

    def __init__(self, draw: Callable, simulation: Simulation, *, fair: bool) -> None:
        self.draw, self.simulation, self.fair = draw, simulation, fair

    def one(self, names: Collection) -> Any:
        """One of `names`; the act is not possible when there is none."""
        if not names:
            raise NotPossible
        return self.draw(st.sampled_from(list(names)))

    def person(self) -> str:
        return self.one([p for p in self.simulation.identities if not self.fair or p not in self.simulation.split_up])

    def known_record(self) -> str:
        return self.one([name for name in self.simulation.records if self.simulation.record(name).external_id])

    def arrive(self, name: str) -> tuple:
        return name, {}, self.draw(PHONES)

    def order_of_known(self, name: str) -> tuple:
        return name, self.known_record()

    def subscribe(self, name: str) -> tuple:
        return name, self.known_record(), self.one(["ACTIVE", "RECYCLE_BILLING", "CANCELLED"])

    def order_of_same(self, name: str) -> tuple:
        return name, self.person()

    def order_of_match(self, name: str) -> tuple:
        return name, self.person()

    def order_of_double(self, name: str) -> tuple:
        return name, self.person()

    def edit(self, name: str) -> tuple:
        if self.fair:
            return self.one(self.simulation.live()), {self.one(TEXTS): name}
        key = self.one(sorted(COMMON))
        return self.one(self.simulation.live()), {key: self.draw(COMMON[key])}

    def show_pay_source(self, name: str) -> tuple:
        customer = self.one(self.simulation.live())
        if not self.fair:
            return customer, self.one(self.simulation.records_of(customer))
        cards = {record: self.simulation.card(record) for record in self.simulation.own_records(customer)}
        return customer, self.one(
            [record for record, card in cards.items() if card and card not in self.simulation.shown]
        )

    def note(self, name: str) -> tuple:
        return self.one(self.simulation.live()), name

    def tag(self, name: str) -> tuple:
        return self.one(self.simulation.live()), name if self.fair else self.one(["vip", "slow"])

    def untag(self, name: str) -> tuple:
        return self.one(self.simulation.live()), self.one(["vip", "slow"])

    def give(self, name: str) -> tuple:
        return self.one(self.simulation.live()), self.one([1, 5])

    def use(self, name: str) -> tuple:
        return self.one(self.simulation.live()), self.one([1, 4])

    def add_one_of_each(self, name: str) -> tuple:
        return (self.one(self.simulation.records),)

    def split(self, name: str) -> tuple:
        origin = self.one(self.simulation.customers)
        mine = self.simulation.own_records(origin)
        return name, self.one(mine if not self.fair or len(mine) > 1 else [])

    def merge(self, name: str) -> tuple:
        live = self.simulation.live()
        if len(live) < 2:
            raise NotPossible
        survivor, *duplicates = self.draw(st.permutations(live))[: self.one([2, 2, 3, 4])]
        picks = {
            key: self.one([survivor, *duplicates, (self.draw(TYPED[key]),)])
            for key in self.draw(st.lists(st.sampled_from(sorted(TYPED)), max_size=3, unique=True))
        }
        return survivor, duplicates, picks, self.one([None, None, 0, 9])

    def undo(self, name: str) -> tuple:
        merge = self.one(self.simulation.standing())
        return merge, self.one(["", *self.simulation.duplicates_of(merge)])

    def rebuild(self, name: str) -> tuple:
        return ()


class NotPossible(Exception):
    pass


# As often as each is to be done.
ALWAYS_FAIR = (
    *("merge", "merge", "merge", "merge", "undo", "undo", "edit", "edit", "order_of_match", "order_of_match"),
    *("arrive", "order_of_known", "order_of_same", "subscribe", "split", "note", "tag", "give", "show_pay_source"),
    *("add_one_of_each", "rebuild"),
)
ANYTHING = (*ALWAYS_FAIR, "order_of_double", "edit", "edit", "show_pay_source", "use", "use", "untag")


@pytest.fixture
def village(db) -> Simulation:
    """Four people whose profiles have something of everything, and a share of it in common."""
    for table in (AccountType, LeadPhase):
        make_entry(table, "First", pk=1)
        make_entry(table, "Second", pk=2)
    simulation = Simulation()
    simulation.arrive(
        "helena", {"custom1": "gold", "do_not_sell": False, "sms_contact": True, "cart_login": "helena"}, ""
    )
    simulation.arrive("elena", {"do_not_sell": True, "email_opt_in": True, "tax_exempt": True}, "+420 241 770 449")
    simulation.arrive("frank", {"custom1": "gold", "lead_status": "lost", "cart_login": "frank"}, "+420 241 770 449")
    simulation.arrive("jan", {"email_opt_in": False, "lead_status": "new"}, "+420 602 330 910")
    simulation.show_pay_source("frank", "frank")
    simulation.give("jan", 5)
    return simulation


def play(simulation: Simulation, acts: Acts, names: list[str]) -> Iterator[tuple[str, tuple]]:
    """Do what is possible of the acts called `names`, and yield each with its arguments."""
    for number, act in enumerate(names):
        try:
            arguments = getattr(acts, act)(f"n{number}")
        except NotPossible:
            continue
        getattr(simulation, act)(*arguments)
        check_invariants(simulation)
        yield act, arguments


def undo_everything(simulation: Simulation, acts: Acts) -> None:
    while simulation.standing():
        simulation.undo(*acts.undo(""))
        check_invariants(simulation)


@seed(SEED)
@settings(max_examples=7, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), names=st.lists(st.sampled_from(ANYTHING), min_size=8, max_size=16))
def test_nothing_is_lost_and_every_cache_is_right_whatever_is_done(village, data, names):
    with rolled_back():
        simulation = deepcopy(village)
        acts = Acts(data.draw, simulation, fair=False)
        for _ in play(simulation, acts, names):
            pass
        simulation.rebuild()
        undo_everything(simulation, acts)
        simulation.rebuild()
        assert len(simulation.live()) == len(simulation.customers)


@seed(SEED)
@settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), names=st.lists(st.sampled_from(ALWAYS_FAIR), min_size=8, max_size=16))
def test_undoing_everything_in_any_order_leaves_what_there_would_be_without_the_merges(village, data, names):
    with rolled_back():
        simulation = deepcopy(village)
        acts = Acts(data.draw, simulation, fair=True)
        done = list(play(simulation, acts, names))
        undo_everything(simulation, acts)
        simulation.rebuild()
        merged_and_undone = picture(simulation)
    with rolled_back():
        never_merged = deepcopy(village)
        for act, arguments in done:
            if act not in ("merge", "undo"):
                getattr(never_merged, act)(*arguments)
        assert merged_and_undone == picture(never_merged)
