"""Lines of JSON, which have the id of the request and no secret, whichever way one is sent."""

import io
import json
import logging
import sys
from base64 import b64encode

import pytest

from crm.audit.origin import RequestOrigin, coming_from
from crm.http.json_log import formatter
from crm.http.log_redaction import LineFormatter, RedactSecrets
from tests.tables import table

CARD = "4242 4242 4242 4242"
LINK = "/accounts/reset/MQ/c1x2-0123456789abcdef/"
KEY = "rnt_AbCd" + "e" * 20
BASIC = "Basic " + b64encode(KEY.encode()).decode()


@pytest.fixture
def written():
    """What the program would write with LOG_FORMAT=json."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    handler.addFilter(RedactSecrets())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines(written):
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_has_the_id_of_its_request(written):
    with coming_from(RequestOrigin("192.0.2.1", "7f3c9a1e0b2d")):
        logging.getLogger("reunite").warning("Nothing works for %s", "Helena Holý")
    (line,) = lines(written)
    assert (line["event"], line["level"], line["logger"]) == ("Nothing works for Helena Holý", "warning", "reunite")
    assert line["request_id"] == "7f3c9a1e0b2d"
    assert line["timestamp"].endswith("Z")


@table(
    "logged",
    [
        "password=correct&q=1",
        "cardSecurityCode=correct",
        "{'new_password1': 'correct'}",
        '{"api_key": "correct", "name": "Helena"}',
        "token: correct",
        "whsec_correctcorrect",
    ],
)
def test_what_is_named_as_a_secret_is_taken_off_text_and_json(written, logged):
    try:
        raise ValueError(logged)
    except ValueError:
        logging.getLogger("reunite").exception("Sent %s", logged)
        record = logging.LogRecord("reunite", logging.ERROR, __file__, 1, logged, (), sys.exc_info())
    line = LineFormatter("{levelname} {name}: {message}", style="{").format(record)
    assert "ValueError" in line
    assert "correct" not in written.getvalue() + line
    assert logged.split("correct")[0] in line


@table("secret", [CARD, CARD.replace(" ", ""), LINK, KEY, BASIC, "Bearer 0123456789"])
def test_no_secret_is_in_a_message_or_a_traceback(written, secret):
    try:
        raise ValueError(f"wrong: {secret}")
    except ValueError:
        logging.getLogger("reunite").exception("Sent: %s", secret)
    line = lines(written)[-1]
    assert "ValueError: wrong" in line["exception"]
    assert secret.strip("/").split("/")[-1] not in written.getvalue()


def test_numbers_that_are_no_cards_stay(written):
    logging.getLogger("reunite").warning("Order 1234567890123456 of 2026-11-30")
    assert lines(written)[0]["event"] == "Order 1234567890123456 of 2026-11-30"
