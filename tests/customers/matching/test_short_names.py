from customers.matching.name_similarity import SAME, customer_name_similarity, names_differ_much
from customers.matching.nicknames import is_short_form
from customers.models import Customer
from tests.tables import table

SHORT = {
    "English": "robert bob, margaret peggy, william bill, eleanor nell, richard dick, edward ned, bob rob",
    "Dutch": "willem wim, louise loes, jacques sjaak, cornelis kees, jacobus jaap, hendrik henk, antonius toon",
    "German": "ulrich uli, brigitte gitta, theresia resi, josef sepp, friedrich fritz, katharina kathi, georg schorsch",
    "French": "emmanuel manu, pierre pierrot, francoise soizic, elisabeth babette, frederic fred, jeanne jeannette",
    "Spanish": "francisco paco, jose pepe, ignacio nacho, dolores lola, enrique quique, concepcion concha, jesus chuy",
    "Italian": "giuseppe beppe, luigi gigi, francesco checco, vincenzo enzo, domenico mimmo, margherita rita",
    "Czech": "josef pepa, alois lojza, jan honza, jakub kuba, vaclav vasek, zuzana zuzka, jiri jirka, lucie lucka",
}
OTHERS = {
    "English": "robert richard, samuel samantha, robert bill, bob bill, louis louise, eric erica, aaron erin",
    "Dutch": "willem cornelis, kees klaas, johannes johanna, hendrik hendrika, willem wilhelmina, toon truus",
    "German": "ulrich ulrike, hans heinz, josef johann, karl karla, udo uli, franz franziska, gerhard gertrud",
    "French": "marie marguerite, pierre paul, michel michele, louis louise, frederic francois, jean jacques",
    "Spanish": "manuel manuela, luis luisa, pablo pedro, jose jesus, josefa jose, francisco francisca, juan jorge",
    "Italian": "mario maria, luigi luca, paolo pietro, vincenzo lorenzo, francesco francesca, giulio giulia",
    "Czech": "jan jana, josef jan, lucie ludmila, michal michaela, petr pavel, hana anna, jakub jiri, karel kamil",
}


def pairs(names):
    return [pair.split() for line in names.values() for pair in line.split(", ")]


@table(("name", "short"), pairs(SHORT))
def test_a_short_form_may_be_the_same_person(name, short):
    assert is_short_form(name, short)
    one, other = (Customer(first_name=first.title(), last_name="Brown") for first in (name, short))
    assert customer_name_similarity(one, other) == SAME
    assert not names_differ_much(one, other)


@table(("one", "other"), pairs(OTHERS))
def test_another_name_is_no_short_form(one, other):
    assert not is_short_form(one, other)
    assert not is_short_form(other, one)
