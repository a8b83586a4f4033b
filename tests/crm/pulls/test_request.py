"""One question: where it may go, and what an answer that is none comes to."""

import pytest

from crm.jobs.kind import TryLaterError
from crm.pulls import request
from crm.pulls.errors import PullError
from crm.pulls.request import post
from crm.webhooks.addresses import TargetRefusedError
from tests.crm.pulls.konnektive.account import Account, serving
from tests.tables import table


def answers(account, status, text="", **headers):
    account.before = lambda *_: (status, text)
    account.headers = headers
    return account.url + "/customer/query/"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://169.254.169.254/", "https://10.1.2.3/", "ftp://a.example"]
)
def test_no_address_inside_is_asked(url):
    with pytest.raises(TargetRefusedError):
        post(url, {})


def test_a_redirect_is_not_followed_with_the_password(account):
    with serving(Account()) as other, pytest.raises(PullError, match="answered 302"):
        post(answers(account, 302, Location=other.url), {"loginId": "api"})
    assert other.queries == []


@table(
    ("status", "text", "error", "words"),
    [
        (500, "", TryLaterError, "answered 500"),
        (503, "", TryLaterError, "answered 503"),
        (429, "", TryLaterError, "no more requests"),
        (404, "", PullError, "answered 404. Check the URL"),
        (200, "<html>", TryLaterError, "not answer in JSON"),
    ],
)
def test_an_answer_that_is_none_says_whether_to_ask_again(account, status, text, error, words):
    with pytest.raises(error, match=words):
        post(answers(account, status, text), {"loginId": "api"})


def test_an_answer_that_is_too_long_is_not_read_whole(account, monkeypatch):
    monkeypatch.setattr(request, "MOST_READ", 10)
    with pytest.raises(PullError, match="more than"):
        post(answers(account, 200, "[" + "1," * 20 + "1]"), {"loginId": "api"})


def test_an_answer_that_never_comes_is_waited_for_so_long_and_no_longer(account, monkeypatch):
    monkeypatch.setattr(request, "LONGEST_REQUEST", 0.0)
    with pytest.raises(TryLaterError, match="in time"):
        post(account.url, {})


def test_a_pause_is_at_most_an_hour_and_a_date_is_left_to_the_pauses_of_jobs(account):
    pauses = []
    for text in ("7", "99999999", "Wed, 21 Oct 2026 07:28:00 GMT", "²"):
        with pytest.raises(TryLaterError) as refusal:
            post(answers(account, 429, **{"Retry-After": text} if text != "²" else {}), {"loginId": "api"})
        pauses.append(refusal.value.pause.total_seconds())
    assert pauses == [7, 3600, 0, 0]
