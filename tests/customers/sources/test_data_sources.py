"""Data sources are created and changed, and their history says by whom."""

import pytest

from customers.models import DataSource, DataSourceChange
from customers.sources.data_sources import change, create, latest_change, of_login
from tests.acts import refusal
from tests.database import reloaded
from tests.factories import DataSourceFactory
from tests.tables import table

pytestmark = pytest.mark.django_db


def edit(source, by=None, **values):
    return change(source, values, seen=latest_change(source), by=by)


def test_its_history_says_who_created_and_changed_it(agent, admin_user):
    source = create("Shop", system="Stripe", by=admin_user)
    edit(source, by=agent, name="Store", default_country="CZ", default_currency="CZK")

    changes = [(row.kind, row.values, row.by) for row in source.changes.order_by("pk")]
    assert source.created_by == admin_user
    assert changes == [
        ("created", {}, admin_user),
        ("edited", {"name": ["Shop", "Store"], "default_country": ["", "CZ"], "default_currency": ["", "CZK"]}, agent),
    ]


def test_a_change_of_nothing_is_none():
    source = DataSourceFactory(name="Shop")
    edit(source, name=" Shop ", default_country="")
    assert not DataSourceChange.objects.exists()


@table(
    ("values", "why"),
    [
        ({"name": " "}, "A name is required for each data source."),
        ({"name": "Market"}, "A data source has this name already. Choose another."),
        ({"name": "Staff"}, "A data source has this name already. Choose another."),
        ({"name": "MARKET"}, "A data source has this name already. Choose another."),
        ({"name": "\u200eMar\u200bket"}, "A data source has this name already. Choose another."),
        ({"name": "Ｍarket"}, "A data source has this name already. Choose another."),
        ({"name": "\u2068Staff\u2069"}, "A data source has this name already. Choose another."),
        ({"name": "staff"}, "A data source has this name already. Choose another."),
        ({"name": "KONNEKTIVE jane"}, "Names that begin with Konnektive belong to logins. Choose another."),
        ({"name": "Konnektive jane"}, "Names that begin with Konnektive belong to logins. Choose another."),
        ({"name": "x" * 101}, "Use 100 characters or fewer, and none that is NUL."),
        ({"default_country": "XX"}, "Choose a country of the list."),
        ({"default_currency": "XXX"}, "Use a currency such as USD."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(values, why):
    source = DataSourceFactory(name="Shop")
    DataSourceFactory(name="Market")
    DataSource.staff()
    assert refusal(edit, source, **{"name": "Store", "default_country": "CZ", **values}) == why
    assert (reloaded(source).name, reloaded(source).default_country) == ("Shop", "")
    assert not DataSourceChange.objects.exists()


def test_its_own_name_may_be_written_otherwise_and_no_second_one_created():
    source = DataSourceFactory(name="shop")
    edit(source, name="Shop")
    assert reloaded(source).name == "Shop"
    assert refusal(create, "sHOP", by=None) == "A data source has this name already. Choose another."
    assert create("Café", by=None) != create("Cafe", by=None)


def test_a_currency_of_the_past_is_no_default():
    assert refusal(edit, DataSourceFactory(), default_currency="DEM").startswith("DEM was in use from")


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused():
    for name, shown in (("Shop", "Shop"), ("متجر", "\u2068متجر\u2069")):
        source = DataSourceFactory(name=name)
        seen = latest_change(source)
        edit(source, default_country="CZ")
        why = refusal(change, source, {"default_country": "SK"}, seen=seen, by=None)
        assert why == f"{shown} was changed since you opened the page. Check the current values, then save."
    assert reloaded(source).default_country == "CZ"


def test_a_login_has_one_data_source_whose_name_stays(agent):
    source = of_login("jane", by=agent)
    assert (source.name, source.system, source.created_by) == ("Konnektive jane", "konnektive", agent)
    assert of_login("jane", by=None) == source
    edit(source, name="Konnektive jane", default_currency="EUR")
    assert refusal(edit, source, name="Shop") == "This is the data source of a login. Its name cannot be changed."
    assert refusal(create, "Konnektive tom", by=None) == (
        "Names that begin with Konnektive belong to logins. Choose another."
    )


def test_the_data_source_of_staff_keeps_its_name():
    assert refusal(edit, DataSource.staff(), name="Us") == (
        "This data source holds the values entered by staff. Its name cannot be changed."
    )
