"""The list by name: as people sort, and alike on every database."""

from io import StringIO

import pytest
from django.core.management import call_command

from customers.models import Customer
from customers.profile.edit import edit_profile
from tests.acts import merge, undo
from tests.factories import CustomerFactory, customer_with_order

pytestmark = pytest.mark.django_db
URL = "/customers/"


def by_name(client, **query):
    lines = client.get(URL, {"sort": "name", **query}).context["page"].lines
    return [line.customer.name for line in lines]


def named(*names):
    for name in names:
        first, last = name.split(" ", 1)
        CustomerFactory(first_name=first, last_name=last)


def test_accents_and_capitals_do_not_count(as_agent):
    named("A Zeman", "A Černý", "A van Dyk", "A Šimek", "A cerny", "A Øster", "A Novak", "A O’Reilly", "A Vance")
    assert by_name(as_agent) == [
        "A Černý", "A cerny", "A Novak", "A O’Reilly", "A Øster", "A Šimek", "A van Dyk", "A Vance", "A Zeman",
    ]  # fmt: skip


def test_a_blank_counts_before_a_letter_and_the_first_name_after_the_last(as_agent):
    named("Zoe Li", "Ann Lia", "Bob Li", "Ann Li Po")
    assert by_name(as_agent) == ["Bob Li", "Zoe Li", "Ann Li Po", "Ann Lia"]


def test_who_has_no_last_name_stands_under_what_they_are_called_by(as_agent):
    CustomerFactory(company="Mellow Ltd")
    CustomerFactory(first_name="Nadia")
    CustomerFactory(email="lea@example.org")
    named("A Kent", "A Oz")
    assert by_name(as_agent) == ["A Kent", "lea@example.org", "Mellow Ltd", "Nadia", "A Oz"]


def test_other_scripts_come_after(as_agent):
    named("A Жуков", "A 王", "A Zeman", "A Άλφα")
    assert by_name(as_agent) == ["A Zeman", "A Άλφα", "A Жуков", "A 王"]


def test_the_place_follows_every_edit_merge_and_undo(as_agent):
    named("A Bell")
    survivor, duplicate = CustomerFactory(first_name="A", last_name="Carr"), CustomerFactory(last_name="Aare")
    merged = merge(survivor, duplicate, last_name=duplicate)
    assert by_name(as_agent) == ["A Aare", "A Bell"]
    undo(merged)
    assert by_name(as_agent) == ["Aare", "A Bell", "A Carr"]
    now = Customer.objects.get(pk=survivor.pk)
    edit_profile(now, {"last_name": "Abel"}, version=now.version, by=None, via="page")
    assert by_name(as_agent) == ["Aare", "A Abel", "A Bell"]


def test_a_name_as_long_as_can_be_has_its_page(as_agent):
    for n in range(27):
        CustomerFactory(first_name="王" * 100, last_name=f"{'王' * 99}{n % 10}", custom1=str(n))
    response = as_agent.get(URL, {"sort": "name"})
    rest = as_agent.get(response.context["following"]).context["page"].lines
    assert len(rest) == 2


def test_rebuild_names_and_mends_a_wrong_place(as_agent):
    named("A Bell", "A Carr")
    pk = Customer.objects.get(last_name="Carr").pk
    Customer.objects.filter(pk=pk).update(sort_name=b"a")
    out = StringIO()
    call_command("rebuild", stdout=out)
    assert f"sort_name of customer {pk}" in out.getvalue()
    assert by_name(as_agent) == ["A Bell", "A Carr"]


def test_customers_of_one_name_are_told_apart_by_number(as_agent):
    one, other = (
        customer_with_order(email="a@example.org"),
        customer_with_order(last_name="Holy", email="b@example.org"),
    )
    third = CustomerFactory(first_name="Nadia")
    page = as_agent.get(URL).content.decode()
    for customer in (one, other):
        assert f'<bdi>{customer.name}</bdi></a> <span class="help">{customer.pk}</span>' in page
    assert f"<bdi>{third.name}</bdi></a> <span" not in page


def test_the_button_says_how_the_file_is_sorted(as_agent):
    named("A Bell")
    assert "Export…" in as_agent.get(URL, {"sort": "name"}).content.decode()
