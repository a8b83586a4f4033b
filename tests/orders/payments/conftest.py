import pytest
from django.test import override_settings

from tests.orders.payments.acts import Box


@pytest.fixture
def box():
    Box.asked, Box.then = [], list
    with override_settings(PAYMENT_GATEWAY="tests.orders.payments.acts.Box"):
        yield Box
