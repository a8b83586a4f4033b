"""What `manage.py check` says of the settings of a provider."""

import pytest

from crm.checks import check_openid
from tests.crm.accounts.openid.conftest import ROLES


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.OIDC_ISSUER, settings.OIDC_GROUP_ROLES = "https://id.reunite.cz", ROLES
    settings.OIDC_RP_CLIENT_ID = settings.OIDC_RP_CLIENT_SECRET = "reunite"
    for name in ("AUTHORIZATION", "TOKEN", "JWKS"):
        setattr(settings, f"OIDC_OP_{name}_ENDPOINT", "https://id.reunite.cz/")


def test_complete_settings_are_in_order():
    assert check_openid() == []


def test_an_address_that_is_missing_is_named(settings):
    settings.OIDC_OP_TOKEN_ENDPOINT = ""
    assert "OIDC_TOKEN_ENDPOINT" in check_openid()[0].msg


def test_a_role_that_is_not_known_is_named(settings):
    settings.OIDC_GROUP_ROLES = {"support": "boss", "refunds": ["orders.refund"], "other": 7}
    assert "support: boss; refunds: orders.refund; other" in check_openid()[0].msg


def test_without_a_provider_nothing_is_asked(settings):
    settings.OIDC_ISSUER, settings.OIDC_GROUP_ROLES = "", {"support": "boss"}
    assert check_openid() == []
