import logging
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.accounts import api_keys, grant
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import AccountChange, ApiKey, Session, User
from crm.accounts.user_permissions import permission_rows
from crm.permissions import MANAGE_USERS, USE_API
from tests.factories import make_user, signed_in
from tests.tables import table


@pytest.fixture
def robot(db):
    return make_user("robot", [USE_API])


def made(user, *addresses):
    return api_keys.create(user, name="Warehouse", addresses=list(addresses), by=user)


def refused(token, address="192.0.2.1"):
    with pytest.raises(api_keys.KeyRefusedError) as caught:
        api_keys.lookup(token, address)
    assert token not in str(caught.value)
    return str(caught.value)


def test_a_key_is_found_by_its_token(robot):
    key, token = made(robot)

    assert api_keys.lookup(token, "192.0.2.1") == key
    assert api_keys.lookup(token, "192.0.2.1").user == robot


def test_of_the_token_only_its_beginning_and_its_digest_are_kept(robot):
    key, token = made(robot)

    assert len(token) == len("rnt_") + 28  # 168 bits, six a character
    assert token.startswith(key.prefix)
    stored = str(ApiKey.objects.filter(pk=key.pk).values()) + str(list(AccountChange.objects.values()))
    assert token not in stored
    assert token[len(key.prefix) :] not in stored


def test_the_token_and_the_login_fit_into_what_published_konnektive_clients_send(robot):
    """They refuse a `loginId` or `password` of more than 32 characters, and an ampersand would end the value."""
    _, token = made(robot)
    assert len(token) <= 32
    assert re.fullmatch("[A-Za-z0-9_-]+", token)


def test_a_longer_token_of_before_keeps_working(robot):
    token = "reunite_" + "x" * 43
    key = ApiKey.objects.create(user=robot, name="Old", prefix=token[:12], digest=api_keys.digest(token))
    assert api_keys.lookup(token, "192.0.2.1") == key


def test_no_key_for_a_user_name_that_clients_cannot_send(db):
    made(make_user("x" * 32, [USE_API]))
    with pytest.raises(api_keys.KeyRefusedError, match="more than 32 characters"):
        made(make_user("y" * 33, [USE_API]))


@table("token", ["", "reunite_", "x" * 100_000, "\x00", "reunite_ünïcode", "\ud800"])
def test_a_token_that_nobody_has_is_not_known(token, robot):
    made(robot)
    with pytest.raises(api_keys.KeyRefusedError, match="This API key is unknown"):
        api_keys.lookup(token, "192.0.2.1")


def test_a_key_is_looked_up_in_one_query_and_its_use_noted_in_another(robot, django_assert_num_queries):
    _, token = made(robot)
    with django_assert_num_queries(2):
        api_keys.lookup(token, "192.0.2.1")
    with django_assert_num_queries(1):
        api_keys.lookup(token, "192.0.2.1")


def test_its_last_use_is_exact_to_the_minute(robot, time_machine):
    key, token = made(robot)
    start = datetime(2026, 1, 12, 14, 32, tzinfo=UTC)
    seen = []
    for seconds in (0, 59, 61):
        time_machine.move_to(start + timedelta(seconds=seconds), tick=False)
        api_keys.lookup(token, "192.0.2.1")
        key.refresh_from_db()
        seen.append((key.last_used - start).total_seconds())
    assert seen == [0, 0, 61]


def test_a_revoked_key_opens_nothing(robot):
    key, token = made(robot)
    api_keys.revoke(key, by=robot)

    assert refused(token) == "This API key was revoked."


def test_revoking_twice_is_written_down_once(robot):
    key, _ = made(robot)
    api_keys.revoke(key, by=robot)
    when = ApiKey.objects.get().revoked
    api_keys.revoke(key, by=robot)

    assert ApiKey.objects.get().revoked == when
    said = list(AccountChange.objects.order_by("pk").values_list("text", flat=True))
    assert said == [
        f"API key Warehouse ({key.prefix}…) created. Never ends.",
        f"API key Warehouse ({key.prefix}…) revoked.",
    ]


@table(
    ("allowed", "address", "opens"),
    [
        (["203.0.113.7"], "203.0.113.7", True),
        (["203.0.113.7"], "203.0.113.8", False),
        (["203.0.113.0/24"], "203.0.113.255", True),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", True),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "203.0.113.7", False),
        (["203.0.113.7"], "", False),
        (["203.0.113.7"], "unix:", False),
        ([], "", True),
    ],
)
def test_a_key_is_accepted_from_its_addresses_alone(allowed, address, opens, robot):
    _, token = made(robot, *allowed)
    if opens:
        assert api_keys.lookup(token, address)
    else:
        assert refused(token, address) == "This API key cannot be used from this address."


def test_a_key_ends_with_what_its_user_may(robot):
    _, token = made(robot)
    robot.user_permissions.clear()
    assert refused(token) == "The user of this API key does not have permission to use the API."

    User.objects.filter(pk=robot.pk).update(is_active=False)
    assert refused(token) == "The user of this API key is inactive."


def test_no_key_for_who_may_not_use_the_api(nobody):
    with pytest.raises(api_keys.KeyRefusedError, match="does not have permission to use the API"):
        made(nobody)
    assert not ApiKey.objects.exists()


def create(client, path="/account/keys/add/", **changes):
    return client.post(path, {"name": "Warehouse", "addresses": "", "scope": "all", **changes})


def test_the_token_is_shown_once_and_nowhere_kept(robot, caplog):
    client = signed_in(robot)
    with caplog.at_level(logging.DEBUG):
        response = create(client, addresses="203.0.113.7, 198.51.100.5/24")

    token = response.context["token"]
    assert response.content.decode().count(token) == 1
    assert "no-store" in response.headers["Cache-Control"]
    assert ApiKey.objects.get().allowed_addresses == ["203.0.113.7", "198.51.100.0/24"]
    assert not any(token in str(session.get_decoded()) for session in Session.objects.all())
    assert not any(token in record.getMessage() for record in caplog.records if "INSERT" not in record.getMessage())
    assert token not in client.get("/account/").content.decode()


def test_a_form_sent_twice_makes_two_keys_that_are_told_apart(robot):
    client = signed_in(robot)
    first, second = create(client).context["key"], create(client).context["key"]

    page = client.get("/account/").content.decode()
    assert first.prefix != second.prefix
    assert [key.prefix in page for key in (first, second)] == [True, True]


@table(
    ("changes", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "\x00"}, "Null characters are not allowed."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"addresses": "203.0.113.300"}, "“203.0.113.300” is not an IP address or a network such as 203.0.113.0/24."),
        ({"addresses": "everywhere"}, "“everywhere” is not an IP address"),
        ({"addresses": "\n".join(f"10.0.0.{n}" for n in range(51))}, "This has 51."),
    ],
)
def test_a_key_is_refused_with_words_at_the_field(changes, words, robot):
    response = create(signed_in(robot), **changes)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ApiKey.objects.exists()


def test_an_admin_makes_and_revokes_keys_of_others(as_admin, robot):
    assert create(as_admin, f"/users/{robot.pk}/keys/add/").context["token"]

    key = ApiKey.objects.get(user=robot)
    assert "Revoke the API key Warehouse?" in as_admin.get(f"/users/{robot.pk}/keys/{key.pk}/revoke/").content.decode()
    response = as_admin.post(f"/users/{robot.pk}/keys/{key.pk}/revoke/", follow=True)

    assert "API key Warehouse revoked." in response.content.decode()
    assert ApiKey.objects.get().revoked


def test_a_key_of_somebody_else_is_not_there_under_ones_own_account(robot):
    other = make_user("other", ALL_PERMISSIONS)
    key, _ = made(other)

    assert signed_in(robot).post(f"/account/keys/{key.pk}/revoke/").status_code == 404
    assert signed_in(other).post(f"/users/{robot.pk}/keys/{key.pk}/revoke/").status_code == 404


def test_nobody_comes_in_by_a_key_of_who_may_do_more(robot, admin_user):
    limited = make_user("limited", [MANAGE_USERS, USE_API])
    key, _ = made(admin_user)

    client = signed_in(limited)
    assert create(client, f"/users/{admin_user.pk}/keys/add/").status_code == 403
    assert client.post(f"/users/{admin_user.pk}/keys/{key.pk}/revoke/").status_code == 403
    assert ApiKey.objects.filter(revoked=None).count() == 1


def test_who_made_a_key_for_another_does_not_rise_with_them(robot, admin_user):
    limited = make_user("limited", [MANAGE_USERS, USE_API])
    theirs, _ = api_keys.create(robot, name="Theirs", addresses=[], by=limited)
    for by in (robot, admin_user, None):
        api_keys.create(robot, name="Good", addresses=[], by=by)
    grant.save_user(robot, granted={MANAGE_USERS}, by=limited)
    assert not ApiKey.objects.exclude(revoked=None)

    grant.save_user(robot, granted={"customers.merge_customer"}, by=admin_user)

    assert ApiKey.objects.exclude(revoked=None).get() == theirs
    change = AccountChange.objects.latest("pk")
    assert (change.text, change.by) == (
        f"API key {theirs} revoked: its creator has fewer permissions than the user.",
        admin_user,
    )


def test_one_who_may_no_longer_use_the_api_still_revokes_a_key(robot):
    key, _ = made(robot)
    robot.user_permissions.remove(*permission_rows({USE_API}))
    client = signed_in(robot)

    assert create(client).status_code == 403
    assert "Warehouse" in client.get("/account/").content.decode()
    assert client.post(f"/account/keys/{key.pk}/revoke/").url == "/account/"
    assert ApiKey.objects.get().revoked


def command(*arguments):
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_command_prints_a_key(robot):
    token = command("robot", "--name", "Import", "--address", "203.0.113.7")

    assert api_keys.lookup(token, "203.0.113.7").user == robot
    assert AccountChange.objects.get().by is None


@table(
    ("arguments", "words"),
    [
        (["nobody", "--name", "Import"], "does not have permission to use the API"),
        (["anybody", "--name", "Import"], "There is no user anybody"),
        (["robot", "--name", ""], "required"),
        (["robot", "--name", "Import", "--address", "here"], "is not an IP address"),
    ],
)
def test_the_command_makes_no_key_otherwise(arguments, words, robot, nobody):
    with pytest.raises(CommandError, match=words):
        command(*arguments)
    assert not ApiKey.objects.exists()
