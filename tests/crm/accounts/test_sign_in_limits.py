"""A flood of sign-ins costs nothing, and a guesser with many addresses is slowed down, without locking anybody out."""

from collections import Counter
from datetime import timedelta
from threading import BoundedSemaphore
from urllib.parse import quote

import pytest
from argon2 import extract_parameters
from axes.models import AccessAttempt
from django.contrib.auth.hashers import get_hasher
from django.test import override_settings
from django.utils import timezone

from crm.accounts import hashers
from crm.accounts.attempts import purge_attempts
from crm.accounts.web import sign_in_limits
from crm.settings import PASSWORD_HASHERS
from tests.factories import make_user
from tests.tables import table

pytestmark = pytest.mark.django_db
PASSWORD = "a good password"


@pytest.fixture
def pauses(monkeypatch):
    """How long each sign-in was kept waiting, without waiting."""
    waited = []
    monkeypatch.setattr(sign_in_limits.time, "sleep", waited.append)
    return waited


def sign_in(client, password, address="192.0.2.1", username="margaret"):
    return client.post("/accounts/login/", {"username": username, "password": password}, REMOTE_ADDR=address)


def test_a_flood_from_one_address_is_refused_before_a_password_is_looked_at(client, settings, monkeypatch):
    settings.SIGN_INS_PER_ADDRESS = 2
    make_user("margaret", password=PASSWORD)
    for number in range(2):
        sign_in(client, "wrong", username=f"nobody {number}")
    monkeypatch.setattr("crm.accounts.views.sign_in.SignInForm.clean", lambda form: 1 / 0)
    refused = sign_in(client, PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert "Try again in 60 seconds." in refused.text


def test_another_address_is_not_refused_with_it(client, settings):
    settings.SIGN_INS_PER_ADDRESS = 1
    make_user("margaret", password=PASSWORD)
    sign_in(client, "wrong", username="nobody")
    assert sign_in(client, PASSWORD, address="192.0.2.2").status_code == 302


@table(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3:8d3::/64"),
        ("2001:db8:85a3:8d3::1", "2001:db8:85a3:8d3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_all_addresses_of_one_ipv6_client_count_as_one(address, network):
    assert sign_in_limits.network_of(address) == network


def test_guesses_spread_over_addresses_are_slowed_down_and_the_right_password_still_opens(client, pauses):
    make_user("margaret", password=PASSWORD)
    for number in range(sign_in_limits.MOST_FAILURES):
        sign_in(client, "wrong", address=f"198.51.100.{number}")
    assert not pauses
    assert sign_in(client, "wrong", address="198.51.100.200").status_code == 200
    assert sign_in(client, PASSWORD, address="203.0.113.1").status_code == 302
    assert pauses == [sign_in_limits.PAUSE] * 2


def test_only_so_many_threads_wait_and_the_others_are_told_to_come_later(client, monkeypatch):
    for _ in range(sign_in_limits.MOST_FAILURES):
        sign_in_limits.note_failure("Margaret")
    monkeypatch.setattr(sign_in_limits, "_waiting", BoundedSemaphore(1))
    sign_in_limits._waiting.acquire()
    refused = sign_in(client, PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")


def test_a_flood_of_200_sign_ins_makes_few_hashes(client, settings, monkeypatch):
    settings.SIGN_INS_PER_ADDRESS = 5
    hashed = []
    hasher = type(get_hasher())
    encode = hasher.encode
    monkeypatch.setattr(hasher, "encode", lambda *args, **kwargs: hashed.append(1) or encode(*args, **kwargs))
    answers = Counter(sign_in(client, "wrong", username=f"nobody {number}").status_code for number in range(200))
    assert (answers, len(hashed)) == ({200: 5, 429: 195}, 5)


def test_the_health_page_answers_while_as_many_sign_in_as_may(client, django_assert_num_queries, monkeypatch):
    """Others are told to come later, and keep no thread."""
    make_user("margaret", password=PASSWORD)
    room = BoundedSemaphore(1)
    monkeypatch.setattr(sign_in_limits, "_room", room)
    assert sign_in(client, "wrong").status_code == 200
    with room:
        refused = sign_in(client, PASSWORD)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
        with django_assert_num_queries(0):
            assert client.get("/healthz").content == b"ok"
    assert sign_in(client, PASSWORD).status_code == 302


@override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS)
def test_a_hash_takes_no_more_memory_than_owasp_asks_for():
    parameters = extract_parameters(get_hasher().encode(PASSWORD, "somesalt").removeprefix("argon2"))
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19 * 1024, 2, 1)
    assert parameters.type.name == "ID"


def test_few_hashes_are_made_at_once(monkeypatch):
    monkeypatch.setattr(hashers, "_free", BoundedSemaphore(hashers.MOST_AT_ONCE))
    hasher = hashers.BoundedArgon2PasswordHasher()
    encoded = hasher.encode(PASSWORD, "somesalt")
    free = []
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", lambda *_: free.append(hashers._free._value) or True)
    assert hasher.verify(PASSWORD, encoded)
    assert free == [hashers.MOST_AT_ONCE - 1]


def test_what_a_failed_sign_in_would_have_led_to_is_not_kept(client):
    make_user("margaret", password=PASSWORD)
    sent = {"username": "margaret", "password": "x", "csrfmiddlewaretoken": "of-the-form"}
    client.post(f"/accounts/login/?next={quote('/customers/?q=helena')}", sent)
    kept = AccessAttempt.objects.get()
    stored = f"{kept.get_data}{kept.post_data}{kept.path_info}"
    assert [word for word in ("helena", "of-the-form") if word in stored] == []


def test_attempts_are_forgotten_the_day_after():
    for hours in (23, 25):
        AccessAttempt.objects.create(
            username=f"{hours}", ip_address="192.0.2.1", failures_since_start=1, attempt_time=timezone.now()
        )
        AccessAttempt.objects.filter(username=f"{hours}").update(attempt_time=timezone.now() - timedelta(hours=hours))
    assert purge_attempts() == 1
    assert AccessAttempt.objects.get().username == "23"
