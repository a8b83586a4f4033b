from datetime import date
from ipaddress import ip_network

import pytest

from crm.pulls import pulls
from crm.pulls.models import Pull, System
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
    entered = PullAccount(account.url, "secret&", every=6, login="api", zone="America/New_York")
    return pulls.add(entered, system=System.KONNEKTIVE, source="Old CRM", since=date(2026, 11, 1), by=owner)
