"""What of a secret is in the database: nothing that can be read, and what the newest key has encrypted."""

from importlib import import_module
from io import StringIO
from ipaddress import ip_network

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from crm.accounts import api_keys, password_reset
from crm.accounts.factors import authenticator, recovery_codes
from crm.accounts.models import AuthenticatorApp
from crm.checks import check_encryption_keys
from crm.encrypted_columns import encrypted_columns
from crm.pulls.models import Pull
from crm.pulls.passwords import password_of
from crm.webhooks import endpoints, signing
from crm.webhooks.models import EndpointSecret
from customers.models import PaySource
from tests.api.konnektive.store import VISA, Store
from tests.crm.accounts.factors.devices import code_of
from tests.database import reloaded
from tests.factories import card, make_user, order
from tests.factories.pulls import make_pull

pytestmark = pytest.mark.django_db
PASSWORD, SHOP_PASSWORD, PULL_PASSWORD = "a very good password", "the password of a shop", "the password of an account"
TOKEN = "tok_live_51HxKfR"
FIRST, SECOND = "first " * 10, "second " * 10


@pytest.fixture
def user(db):
    return make_user("margaret", {"accounts.use_api"}, password=PASSWORD)


@pytest.fixture
def paying(db):
    return card(order().order, TOKEN)


def dump():
    """All that stands in the database, as a copy of it would have it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (a table of ours)
            yield from (str(row) for row in cursor.fetchall())


def test_a_copy_of_the_whole_database_has_no_secret(user, admin_user, settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    client = Client()
    client.post("/accounts/login/", {"username": "margaret", "password": PASSWORD})
    client.post("/accounts/login/", {"username": "margaret", "password": "a wrong password"})
    app = authenticator.new_secret()
    authenticator.set_app(user, secret=app, code=code_of(app, later=-1))
    endpoint, signing_secret = endpoints.add(name="Warehouse", url="http://127.0.0.1/", kinds=[], by=None)
    pull = make_pull(encrypted=signing.encrypt(PULL_PASSWORD))
    store = Store()
    assert store.order(**VISA, eCommercePassword=SHOP_PASSWORD)[0] == "SUCCESS"
    kept = PaySource.objects.get()
    kept.token = TOKEN
    kept.save()
    secrets = {
        "password": PASSWORD,
        "wrong password": "a wrong password",
        "password of a shop login": SHOP_PASSWORD,
        "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "API key": api_keys.create(user, name="Shop", addresses=[], by=user)[1],
        "API key of a caller": store.caller.token,
        "authenticator app": app,
        "recovery code": recovery_codes.create_codes(user)[0],
        "webhook": signing_secret.removeprefix("whsec_"),
        "pull": PULL_PASSWORD,
        "card number": "4242424242424242",
        "gateway token": TOKEN,
        "password link": password_reset.make_link(user, by=admin_user).split("/")[-2],
    }
    stored = "\n".join(dump())
    assert "margaret" in stored
    assert [name for name, secret in secrets.items() if secret in stored] == []
    assert endpoints.secrets_of(endpoint, at=timezone.now()) == [signing_secret]
    assert password_of(pull) == PULL_PASSWORD
    assert reloaded(kept).token == TOKEN


def rotated():
    out = StringIO()
    call_command("rotate_secrets", stdout=out)
    return out.getvalue()


def test_rotation_leaves_nothing_that_an_older_key_encrypted(user, paying, settings):
    settings.SECRET_KEY = FIRST
    app = authenticator.new_secret()
    authenticator.set_app(user, secret=app, code=code_of(app, later=-1))
    pull = make_pull(encrypted=signing.encrypt(PULL_PASSWORD))
    paying.token = TOKEN
    paying.save()
    settings.ENCRYPTION_KEYS = [SECOND]
    assert reloaded(paying).token == TOKEN  # still read by the older one

    assert "payment methods (customers_paysource.encrypted_token): 1 checked, 1 encrypted anew" in rotated()
    settings.SECRET_KEY = "another"
    assert (reloaded(paying).token, password_of(reloaded(pull))) == (TOKEN, PULL_PASSWORD)
    assert authenticator.check_code(user, code_of(app))
    assert "1 checked, 0 encrypted anew" in rotated()


def test_what_no_key_can_read_is_told_and_stays(paying, settings):
    stored = paying.encrypted_token
    settings.SECRET_KEY = "another"
    with pytest.raises(CommandError, match="1 secrets cannot be read with any of the keys and stay as they are"):
        rotated()
    assert reloaded(paying).encrypted_token == stored
    assert paying.token == ""  # so the card is not offered, and nothing is charged


def test_every_column_that_is_encrypted_is_rotated():
    assert {(model, field.attname) for model, field in encrypted_columns()} == {
        (PaySource, "encrypted_token"),
        (AuthenticatorApp, "secret"),
        (EndpointSecret, "encrypted"),
        (Pull, "encrypted"),
    }


def test_tokens_of_before_are_encrypted_by_the_update_once(paying):
    migration = import_module("customers.migrations.0036_encrypted_tokens")
    PaySource.objects.update(encrypted_token=TOKEN)
    for _ in range(2):
        migration.encrypt_tokens(apps, None)
    assert reloaded(paying).token == TOKEN
    assert TOKEN not in reloaded(paying).encrypted_token
    migration.decrypt_tokens(apps, None)
    assert reloaded(paying).encrypted_token == TOKEN


def test_stored_secrets_without_keys_of_their_own_are_told_before_a_deployment(settings):
    assert [warning.id for warning in check_encryption_keys()] == ["crm.W004"]
    settings.ENCRYPTION_KEYS = [FIRST, "short"]
    assert [warning.id for warning in check_encryption_keys()] == ["crm.W005"]
    settings.ENCRYPTION_KEYS = [FIRST]
    assert check_encryption_keys() == []
