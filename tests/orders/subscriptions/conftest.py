import pytest
import time_machine


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-03-10 12:00 +0000", tick=True):
        yield
