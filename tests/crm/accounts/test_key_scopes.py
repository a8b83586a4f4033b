"""What a key may do, until when, and how it is revoked with a new password or a leaver."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from crm.accounts import api_keys, changes, password_reset
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ApiKey
from crm.accounts.scopes import READING
from crm.permissions import USE_API
from tests.api.caller import basic
from tests.crm.accounts.user_pages.user_form import edit, filled_in
from tests.factories import allow, make_user, signed_in
from tests.page_text import visible_text as text
from tests.tables import table

VIEW, DELETE = "customers.view_customer", "customers.delete_customer"
PASSWORD = "a very good password"
NEW = "an even better password"


@pytest.fixture
def robot(db):
    return make_user("robot", [VIEW, USE_API], password=PASSWORD)


def made(user, *, by=None, **limits):
    return api_keys.create(user, name="Warehouse", addresses=[], by=by, **limits)


def permissions_of(token):
    return api_keys.lookup(token, "192.0.2.1").user.get_all_permissions() & ALL_PERMISSIONS


def usable_keys():
    return [key.name for key in ApiKey.objects.filter(revoked=None).order_by("pk")]


def test_a_key_has_what_its_scope_and_its_user_have_in_common(robot):
    _, token = made(robot, scope=frozenset({VIEW, DELETE}))
    assert permissions_of(token) == {VIEW, USE_API}
    allow(robot, DELETE, "customers.change_customer")
    assert permissions_of(token) == {VIEW, DELETE, USE_API}


def test_a_scope_holds_for_a_superuser_too(db):
    owner = make_user("root", is_superuser=True)
    _, token = made(owner, scope=READING)
    user = api_keys.lookup(token, "192.0.2.1").user
    assert [user.has_perm(name) for name in (VIEW, DELETE)] == [True, False]


def test_without_a_scope_a_key_gets_what_its_user_is_granted_later(robot):
    _, token = made(robot)
    allow(robot, DELETE)
    assert permissions_of(token) == {VIEW, DELETE, USE_API}


def test_who_calls_is_told_that_the_scope_lacks_it(client, robot):
    allow(robot, DELETE)
    _, token = made(robot, scope=READING)
    response = client.delete("/v1/customers/cus_unknown", headers={"Authorization": basic(token)})
    assert response.status_code == 403
    assert "The scope of this API key lacks the permission “Can delete customers”." in response.json()["message"]


def test_a_key_is_refused_from_its_end_on(robot, time_machine):
    end = datetime(2027, 1, 12, tzinfo=UTC)
    time_machine.move_to(end - timedelta(seconds=1), tick=False)
    _, token = made(robot, ends=end)
    assert api_keys.lookup(token, "192.0.2.1")
    time_machine.move_to(end, tick=False)
    with pytest.raises(api_keys.KeyRefusedError, match="This API key has ended"):
        api_keys.lookup(token, "192.0.2.1")


def test_the_last_day_is_one_of_the_zone_of_who_creates_the_key(robot, time_machine):
    time_machine.move_to(datetime(2026, 11, 30, 12, tzinfo=UTC), tick=False)
    robot.time_zone = "Europe/Prague"
    robot.save()
    page = signed_in(robot).post("/account/keys/add/", {"name": "Warehouse", "scope": "read", "ends": "2026-12-31"})

    key = page.context["key"]
    assert key.ends == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert {*key.scope} == READING
    assert "Its last day is 31 Dec 2026." in text(page)
    account = text(signed_in(robot).get("/account/"))
    assert "Reading only" in account
    assert "until 31 Dec 2026" in account


@table(
    ("typed", "words"),
    [
        ({"ends": "2020-01-01"}, "Enter today or a later day."),
        ({"ends": "9999-12-31"}, "Enter a day within five years"),
        ({"ends": "soon"}, "Enter a valid date."),
        ({"scope": "selected"}, "Select at least one permission, or another scope."),
        ({"scope": "selected", "permissions": [DELETE]}, "not one of the available choices"),
        ({"scope": "read", "permissions": [VIEW]}, "choose “Selected permissions”"),
        ({"scope": "more"}, "not one of the available choices"),
        ({"scope": ""}, "This field is required."),
    ],
)
def test_a_wrong_limit_is_refused_with_words_at_the_field(typed, words, robot):
    page = signed_in(robot).post("/account/keys/add/", {"name": "Warehouse", "scope": "all", **typed})
    assert page.status_code == 422
    assert words in text(page)
    assert not ApiKey.objects.exists()


def test_the_command_limits_a_key(robot):
    def created(*limits):
        call_command("create_api_key", "robot", "--name", "Shop", *limits, stdout=StringIO())
        return ApiKey.objects.latest("pk")

    assert {*created("--read-only").scope} == READING
    day = timezone.now().date() + timedelta(days=9)
    key = created("--permission", VIEW, "--ends", str(day))
    assert (key.scope, key.last_moment.date()) == ([VIEW], day)


def test_a_user_is_told_of_a_key_that_another_created_for_them(robot, admin_user):
    made(robot, by=robot)
    robot.refresh_from_db()
    assert not robot.has_notices
    made(robot, by=admin_user)
    robot.refresh_from_db()
    assert robot.has_notices


def test_a_new_password_of_ones_own_revokes_ones_keys_if_ticked(robot):
    client = signed_in(robot)
    assert "Revoke your API keys" not in text(client.get("/account/password/"))
    key, _ = made(robot)
    assert str(key) in text(client.get("/account/password/"))
    sent = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}

    client.post("/account/password/", sent)
    assert usable_keys() == ["Warehouse"]
    client.post("/account/password/", {**sent, "old_password": NEW, "revoke_keys": "on"})
    assert usable_keys() == []
    assert AccountChange.objects.latest("pk").text == f"API key {key} revoked: new password."


def test_so_does_a_password_link(client, robot, admin_user):
    made(robot)
    link = password_reset.make_link(robot, by=admin_user)
    client.post(client.get(link).url, {"new_password1": NEW, "new_password2": NEW, "revoke_keys": "on"})
    assert usable_keys() == []


def test_an_admin_revokes_all_keys_that_a_leaver_knows(as_admin, admin_user):
    leaver = make_user("andrew", [VIEW, USE_API, "accounts.manage_user"], first_name="Andrew", last_name="Adams")
    shop = make_user("shop", [USE_API])
    made(leaver, by=admin_user)
    theirs, _ = made(shop, by=leaver)
    api_keys.create(shop, name="Elsewhere", addresses=[], by=admin_user)
    page = text(as_admin.get(leaver.get_absolute_url()))
    assert f"{theirs}, of" in page

    form = filled_in(VIEW, USE_API, "accounts.manage_user", revoke_keys="on")
    del form["is_active"]
    assert as_admin.post(leaver.get_absolute_url(), form).status_code == 302
    assert usable_keys() == ["Elsewhere"]
    assert "Revoke API keys" not in text(as_admin.get(leaver.get_absolute_url()))


def test_keys_stay_where_the_box_is_not_ticked(as_admin, admin_user):
    andrew = make_user("andrew", [USE_API])
    made(andrew, by=admin_user)
    edit(as_admin, andrew, USE_API, password=NEW)
    assert usable_keys() == ["Warehouse"]


def test_the_creators_of_older_keys_are_read_from_the_user_audit_log(robot, admin_user):
    key, _ = made(robot)
    changes.write(robot, f"API key {key} created.", by=admin_user)
    import_module("crm.accounts.migrations.0009_creators_of_keys").fill(apps, None)
    key.refresh_from_db()
    assert key.created_by == admin_user
