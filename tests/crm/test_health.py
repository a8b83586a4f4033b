import pytest
from django.db import connection

from crm.checks import check_session


def test_healthz_answers_strangers_and_asks_no_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.postgres
def test_the_check_names_what_a_session_lacks_and_how_to_set_it(db):
    assert check_session(["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SET LOCAL jit = on")
    [warning] = check_session(["default"])
    assert warning.msg.endswith("jit is on, lock_timeout is 0")
    assert "ALTER ROLE … SET lock_timeout = '20000'" in warning.hint
