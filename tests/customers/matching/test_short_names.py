from customers.matching.name_similarity import SAME, customer_name_similarity, names_differ_much
from customers.matching.nicknames import is_short_form
from customers.models import Customer
from tests.tables import table

SHORT = {
    "English": (
        "robert bob, margaret peggy, william bill, eleanor nell, richard dick, edward ned, bob rob"
        ", alexander sasha, olivia livvy, alfred alfie"
    ),
    "Dutch": (
        "willem wim, louise loes, jacques sjaak, cornelis kees, jacobus jaap, hendrik henk, antonius toon"
        ", augustinus stijn, josephina fien, philippus flip"
    ),
    "German": (
        "ulrich uli, brigitte gitta, theresia resi, josef sepp, friedrich fritz, katharina kathi, georg schorsch"
        ", veronika vroni, leopold poldi, rosemarie romy"
    ),
    "French": (
        "emmanuel manu, pierre pierrot, francoise soizic, elisabeth babette, frederic fred, jeanne jeannette"
        ", elodie elo, benoit ben, timothee tim"
    ),
    "Spanish": (
        "francisco paco, jose pepe, ignacio nacho, dolores lola, enrique quique, concepcion concha, jesus chuy"
        ", teresa maite, manuel juanma, isabel maribel"
    ),
    "Italian": (
        "giuseppe beppe, luigi gigi, francesco checco, vincenzo enzo, domenico mimmo, margherita rita"
        ", umberto berto, annunziata nunzia, ludovica ludo"
    ),
    "Czech": (
        "josef pepa, alois lojza, jan honza, jakub kuba, vaclav vasek, zuzana zuzka, jiri jirka, lucie lucka"
        ", katerina kata, bedrich beda, svatopluk svata"
    ),
}
OTHERS = {
    "English": (
        "robert richard, samuel samantha, robert bill, bob bill, louis louise, eric erica, aaron erin"
        ", olivia oliver, elsie rosie, leo georgina"
    ),
    "Dutch": (
        "willem cornelis, kees klaas, johannes johanna, hendrik hendrika, willem wilhelmina, toon truus"
        ", augustinus valentijn, flip fien, aleida adriana"
    ),
    "German": (
        "ulrich ulrike, hans heinz, josef johann, karl karla, udo uli, franz franziska, gerhard gertrud"
        ", poldi paul, vroni viktoria, romy rosina"
    ),
    "French": (
        "marie marguerite, pierre paul, michel michele, louis louise, frederic francois, jean jacques"
        ", elodie emilie, timothee theo, melanie elo"
    ),
    "Spanish": (
        "manuel manuela, luis luisa, pablo pedro, jose jesus, josefa jose, francisco francisca, juan jorge"
        ", maite maribel, juanma juanjo, maria teresa"
    ),
    "Italian": (
        "mario maria, luigi luca, paolo pietro, vincenzo lorenzo, francesco francesca, giulio giulia"
        ", ludo leonardo, umberto norberto, nico nunzia"
    ),
    "Czech": (
        "jan jana, josef jan, lucie ludmila, michal michaela, petr pavel, hana anna, jakub jiri, karel kamil"
        ", kata karolina, vilem vit, risa radek"
    ),
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


def test_a_name_put_together_of_two_stands_for_both_of_them():
    maite, maria_teresa, maria_luisa = (
        Customer(first_name=first, last_name="López") for first in ("Maite", "María Teresa", "María Luisa")
    )
    assert customer_name_similarity(maite, maria_teresa) == SAME
    assert names_differ_much(maite, maria_luisa)
