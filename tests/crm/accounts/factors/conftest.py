import pytest

from crm.accounts.factors import authenticator, passkeys
from crm.accounts.factors.passkeys import Site
from tests.crm.accounts.factors.devices import Device, code_of
from tests.factories import make_user

PASSWORD = "a good password"
SITE = Site("testserver", "http://testserver")


@pytest.fixture
def margaret(db):
    return make_user("margaret", password=PASSWORD)


@pytest.fixture
def secret(margaret):
    """Of the app that Margaret has."""
    secret = authenticator.new_secret()
    authenticator.set_app(margaret, secret=secret, code=code_of(secret, later=-1))
    return secret


@pytest.fixture
def device(margaret):
    """With a passkey of Margaret's."""
    device = Device()
    challenge = passkeys.ask_to_create(margaret, site=SITE).challenge
    passkeys.add_passkey(margaret, name="Laptop", answer=device.create(challenge), challenge=challenge, site=SITE)
    return device
