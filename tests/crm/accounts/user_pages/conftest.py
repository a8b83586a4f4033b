import pytest

from tests.factories import make_user


@pytest.fixture
def andrew(db):
    return make_user("andrew", first_name="Andrew", last_name="Adams")
