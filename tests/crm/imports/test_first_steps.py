"""What Home tells a new installation to do next."""

import pytest

from crm.accounts.models import ApiKey
from crm.imports import first_steps as module
from crm.imports.first_steps import first_steps
from crm.permissions import MANAGE_USERS, USE_API
from orders.permissions import RUN_IMPORT
from tests.factories import CustomerFactory, DataSourceFactory, make_user, signed_in
from tests.tables import table

VIEW = "customers.view_customer"


@pytest.fixture(autouse=True)
def _no_email(settings, db):
    settings.EMAIL_IS_SET_UP = False


def steps_of(user) -> dict[str, bool]:
    steps = first_steps(user)
    return {step.title: step.is_done for step in steps.steps} if steps else {}


@table(
    ("permissions", "titles"),
    [
        ({VIEW}, []),
        ({VIEW, USE_API}, []),
        ({VIEW, RUN_IMPORT}, ["Start a worker", "Import customers", "Connect a data source"]),
        ({VIEW, MANAGE_USERS}, ["Add users", "Set up email"]),
        ({VIEW, MANAGE_USERS, USE_API}, ["Create an API key", "Add users", "Set up email"]),
    ],
)
def test_each_step_is_shown_to_who_may_do_it(permissions, titles):
    user = make_user(f"user {len(permissions)} {len(titles)}", permissions)
    assert [*steps_of(user)] == titles


def test_a_step_is_ticked_when_it_is_done(admin_user, settings, monkeypatch):
    assert set(steps_of(admin_user).values()) == {False}
    monkeypatch.setattr(module, "is_worker_missing", lambda: False)
    CustomerFactory()
    assert [title for title, is_done in steps_of(admin_user).items() if is_done] == [
        "Start a worker",
        "Import customers",
    ]
    DataSourceFactory()
    make_user("steve")
    ApiKey.objects.create(user=admin_user, name="Shop", digest="x")
    settings.EMAIL_IS_SET_UP = True
    assert steps_of(admin_user) == {}


def test_a_user_who_left_and_a_key_that_was_revoked_are_none(admin_user, django_user_model):
    make_user("steve", is_active=False)
    ApiKey.objects.create(user=admin_user, name="Shop", digest="x", revoked="2026-01-01T00:00:00Z")
    steps = steps_of(admin_user)
    assert (steps["Add users"], steps["Create an API key"]) == (False, False)


def test_the_steps_stay_beside_customers_until_they_are_dismissed(admin_user):
    CustomerFactory()
    client = signed_in(admin_user)
    assert "First steps" in client.get("/").text

    assert client.post("/first-steps/dismiss/").url == "/"
    assert "First steps" not in client.get("/").text
    other = signed_in(make_user("steve", {VIEW, MANAGE_USERS}))
    assert "First steps" in other.get("/").text


def test_what_there_is_already_is_asked_in_one_statement(admin_user, django_assert_num_queries):
    admin_user.get_all_permissions()
    with django_assert_num_queries(3):  # what there is, the clock of the worker, an import that was begun
        first_steps(admin_user)
