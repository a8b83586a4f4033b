from datetime import date
from ipaddress import ip_network

import pytest

from crm.pulls import pulls
from crm.pulls.models import Pull
from crm.pulls.pulls import PullAccount
from tests.crm.pulls.konnektive.account import Account, serving
from tests.factories import allow, make_user


@pytest.fixture
def account(settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.1/32")]
    with serving(Account()) as account:
        yield account


@pytest.fixture
def owner(db):
    return allow(make_user("owner", ["customers.view_customer"]), "orders.run_import")


@pytest.fixture
def pull(account, owner) -> Pull:
    entered = PullAccount(account.url, "api", "secret&", "America/New_York", every=6)
    return pulls.add(entered, source="Old CRM", since=date(2026, 11, 1), by=owner)
