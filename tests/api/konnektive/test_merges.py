import pytest

from crm.accounts import api_keys
from crm.permissions import USE_API
from customers.erasing.erase import erase_customer
from customers.models import Merge
from customers.profile.edit_logins import add_login
from tests.acts import merge
from tests.factories import CustomerFactory, customer_with_order, make_user
from tests.tables import table

pytestmark = pytest.mark.django_db


def people(number):
    return [CustomerFactory(first_name=f"Helena {n}") for n in range(number)]


def test_customers_are_merged_into_the_one_that_is_named(shop):
    survivor, one, two = people(3)
    result, row = shop.ask("customer/merge", customerId=survivor.pk, mergeCustomerIds=f"{one.pk}, {two.pk}")
    assert (result, row["customerId"], sorted(row["mergedCustomerIds"])) == ("SUCCESS", survivor.pk, [one.pk, two.pk])
    merged = Merge.objects.get()
    assert (merged.by, merged.via) == (shop.user, "api")


def test_the_same_merge_again_changes_nothing(shop):
    survivor, one = people(2)
    parameters = {"customerId": survivor.pk, "mergeCustomerIds": one.pk}
    assert shop.ask("customer/merge", **parameters) == shop.ask("customer/merge", **parameters)
    assert Merge.objects.count() == 1


def test_an_unmerge_gives_back_who_is_named(shop):
    survivor, one, two = people(3)
    shop.ask("customer/merge", customerId=survivor.pk, mergeCustomerIds=f"{one.pk},{two.pk}")
    result, rows = shop.ask("customer/unmerge", customerId=survivor.pk, unmergeCustomerIds=one.pk)
    assert result == "SUCCESS"
    assert [(row["customerId"], row["mergedCustomerIds"]) for row in rows] == [(survivor.pk, [two.pk]), (one.pk, [])]


def test_what_was_merged_at_different_times_is_unmerged_call_by_call(shop):
    survivor, one, two = people(3)
    merge(survivor, one)
    survivor.refresh_from_db()
    merge(survivor, two)
    parameters = {"customerId": survivor.pk, "unmergeCustomerIds": f"{one.pk},{two.pk}"}
    assert shop.ask("customer/unmerge", **parameters) == (
        "ERROR",
        {"unmergeCustomerIds": "These customers were merged in different merges. Unmerge them in separate calls."},
    )


@table("ids", ["", "x", "1;2", "999999999", "0", "1,,2"])
def test_who_cannot_be_merged_is_refused_by_name(shop, ids):
    [survivor] = people(1)
    result, message = shop.ask("customer/merge", customerId=survivor.pk, mergeCustomerIds=ids)
    assert (result, message.keys()) == ("ERROR", {"mergeCustomerIds"})


def test_nobody_is_merged_with_themselves(shop):
    survivor, one = people(2)
    parameters = {"customerId": survivor.pk, "mergeCustomerIds": f"{one.pk},{survivor.pk}"}
    assert shop.ask("customer/merge", **parameters) == (
        "ERROR",
        {"mergeCustomerIds": "A customer cannot be merged with itself."},
    )
    assert not Merge.objects.exists()


def test_who_was_erased_is_merged_with_nobody(shop):
    survivor, one = people(2)
    erase_customer(one, by=None, version=one.version)
    assert shop.ask("customer/merge", customerId=survivor.pk, mergeCustomerIds=one.pk)[0] == "ERROR"


def test_who_is_no_part_cannot_be_unmerged(shop):
    survivor, one = people(2)
    assert shop.ask("customer/unmerge", customerId=survivor.pk, unmergeCustomerIds=one.pk) == (
        "ERROR",
        {"unmergeCustomerIds": f"Customer {one.pk} is not merged into customer {survivor.pk}."},
    )


def test_a_shop_login_and_its_password_open_the_customer(shop):
    [helena] = people(1)
    parameters = {"eCommerceLogin": "helena", "eCommercePassword": "a good password"}
    result, row = shop.ask("customer/profile/update", customerId=helena.pk, **parameters)
    assert (result, row["eCommerceLogin"]) == ("SUCCESS", "helena")
    result, row = shop.ask("customer/profile/query", **parameters)
    assert (result, row["customerId"], row["orders"], row["paySources"]) == ("SUCCESS", helena.pk, [], {})
    assert "a good password" not in str(row)
    assert "argon2" not in str(row)


def test_after_a_merge_every_login_opens_the_survivor(shop):
    survivor, one = people(2)
    logins_of = {survivor: "first", one: "second"}
    for customer, login in logins_of.items():
        shop.ask(
            "customer/profile/update",
            customerId=customer.pk,
            eCommerceLogin=login,
            eCommercePassword=f"{login} password",
        )
    shop.ask("customer/merge", customerId=survivor.pk, mergeCustomerIds=one.pk)
    for login in logins_of.values():
        parameters = {"eCommerceLogin": login, "eCommercePassword": f"{login} password"}
        assert shop.ask("customer/profile/query", **parameters)[1]["customerId"] == survivor.pk


def test_a_wrong_password_and_an_unknown_login_are_answered_alike_and_not_without_end(shop):
    [helena] = people(1)
    add_login(helena, "helena", "", by=shop.user)
    nobody = ("ERROR", "No customers matching those parameters could be found")
    assert shop.ask("customer/profile/query", eCommerceLogin="who", eCommercePassword="x") == nobody
    for _ in range(10):
        assert shop.ask("customer/profile/query", eCommerceLogin="helena", eCommercePassword="x") == nobody
    assert "Too many" in shop.ask("customer/profile/query", eCommerceLogin="helena", eCommercePassword="x")[1]


def test_a_login_that_a_program_gave_is_told_as_given_by_it(shop):
    [helena] = people(1)
    parameters = {"customerId": helena.pk, "eCommerceLogin": "helena", "eCommercePassword": "a good password"}
    assert shop.ask("customer/profile/update", **parameters)[0] == "SUCCESS"
    assert helena.changes.latest("pk").via == "api"


def test_a_login_of_somebody_else_is_not_given(shop):
    helena, astrid = people(2)
    add_login(helena, "helena", "", by=shop.user)
    result, message = shop.ask("customer/profile/update", customerId=astrid.pk, eCommerceLogin="helena")
    assert result == "ERROR"
    assert "another customer" in message


def test_a_merge_without_a_match_needs_that_permission_as_on_the_page(client):
    program = make_user("merger", {USE_API, "customers.view_customer", "customers.merge_customer"})
    _, token = api_keys.create(program, name="Merger", addresses=[], by=None)
    one, other, match = (customer_with_order(email=f"{name}@reunite.cz") for name in ("helena", "zdenek", "helena"))
    sent = {"loginId": "merger", "password": token, "customerId": one.pk}
    refused = client.post("/customer/merge/", sent | {"mergeCustomerIds": f"{match.pk},{other.pk}"}).json()
    assert refused["result"] == "ERROR"
    assert "“Can merge without a match”" in refused["message"]
    assert not Merge.objects.exists()
    assert client.post("/customer/merge/", sent | {"mergeCustomerIds": match.pk}).json()["result"] == "SUCCESS"
