"""What is accepted as a factor, and what is not."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.factors import authenticator, passkeys, recovery_codes
from crm.accounts.factors.overview import FactorError, factors_of, has_factor, reset_factors
from crm.accounts.factors.passkeys import Site
from crm.accounts.factors.requirement import RISKY, is_factor_required
from crm.accounts.grant import GrantError
from crm.accounts.models import AccountChange, AuthenticatorApp, RecoveryCode, Session
from crm.accounts.notices import notices_of
from crm.permissions import MANAGE_USERS
from tests.crm.accounts.factors.conftest import SITE
from tests.crm.accounts.factors.devices import Device, code_of
from tests.database import reloaded
from tests.factories import allow, make_user, signed_in
from tests.tables import table


def said():
    return list(AccountChange.objects.order_by("pk").values_list("text", flat=True))


# The app


@table(("later", "is_accepted"), [(0, True), (1, True), (-1, False), (2, False)])
def test_a_code_of_now_is_accepted_and_one_that_was_used_is_not(later, is_accepted, margaret, secret):
    # It was set up with the code of half a minute ago.
    assert authenticator.check_code(margaret, code_of(secret, later=later)) is is_accepted


def test_a_code_works_once(margaret, secret):
    code = code_of(secret)

    assert [authenticator.check_code(margaret, f" {code[:3]} {code[3:]} ") for _ in range(2)] == [True, False]


def test_a_user_is_told_of_a_code_that_was_entered_twice(margaret, secret):
    code = code_of(secret)
    authenticator.check_code(margaret, code)
    authenticator.check_code(margaret, code)
    authenticator.check_code(margaret, "123456")

    assert said()[-1] == "A code of the app was entered a second time, and refused."
    assert notices_of(reloaded(margaret))[0].sentence == said()[-1]


def test_of_two_who_send_one_code_at_one_moment_one_enters(margaret, secret, run_together):
    code = code_of(secret)

    assert sorted(run_together(*[lambda: authenticator.check_code(margaret, code) for _ in range(2)])) == [False, True]


@table("typed", ["", "000000000", "abcdef", "１２３４５６", "12345", "-1"])
def test_what_is_no_code_is_refused(typed, margaret, secret):
    assert not authenticator.check_code(margaret, typed)


def test_an_app_is_set_up_only_with_a_code_that_it_shows(margaret):
    with pytest.raises(FactorError, match="not the code that the app shows now"):
        authenticator.set_app(margaret, secret=authenticator.new_secret(), code="123456")
    assert not has_factor(margaret)


def test_the_secret_is_unreadable_in_the_database(margaret, secret):
    assert secret not in AuthenticatorApp.objects.get().secret
    with override_settings(SECRET_KEY="another"):
        assert not authenticator.check_code(margaret, code_of(secret))
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["for-tests-only"]):
        assert authenticator.check_code(margaret, code_of(secret))


def test_the_picture_says_whose_code_it_is(margaret):
    margaret.username = "margaret park@reunite"

    address = authenticator.app_address(margaret, "JBSWY3DPEHPK3PXP")
    assert address == "otpauth://totp/Reunite:margaret%20park%40reunite?secret=JBSWY3DPEHPK3PXP&issuer=Reunite"


# Recovery codes


def test_a_recovery_code_works_once_however_it_is_typed(margaret):
    code, *others = recovery_codes.create_codes(margaret)

    assert (len(others), len(code)) == (9, 19)
    assert recovery_codes.use_code(margaret, f" {code.lower().replace('-', ' ')} ")
    assert not recovery_codes.use_code(margaret, code)
    assert factors_of(margaret).codes_left == 9
    assert said() == ["Recovery codes created.", "Signed in with a recovery code."]


def test_codes_are_kept_as_digests_and_new_ones_end_the_old(margaret):
    old = recovery_codes.create_codes(margaret)
    assert not any(code.replace("-", "") in str(list(RecoveryCode.objects.values())) for code in old)

    recovery_codes.create_codes(margaret)
    assert not recovery_codes.use_code(margaret, old[0])
    assert RecoveryCode.objects.count() == 10


def test_codes_of_another_user_do_not_help(margaret):
    code = recovery_codes.create_codes(make_user("steve"))[0]

    assert not recovery_codes.use_code(margaret, code)


# Passkeys


def answer_of(device, **expected):
    challenge = passkeys.ask_to_sign(None, site=SITE).challenge
    values = {"challenge": challenge, "site": SITE, **expected}
    return passkeys.check_answer(device.sign(challenge), **values)


def test_a_passkey_says_who_it_is(device, margaret):
    assert answer_of(device) == margaret
    assert margaret.passkeys.get().last_used


def test_an_answer_works_for_its_challenge_only(device):
    with pytest.raises(FactorError):
        answer_of(device, challenge=passkeys.ask_to_sign(None, site=SITE).challenge)


def test_a_passkey_of_another_site_is_refused(device):
    for site in (Site("evil.example", "https://evil.example"), Site("testserver", "https://testserver")):
        with pytest.raises(FactorError):
            answer_of(device, site=site)


def test_a_passkey_that_asked_for_no_finger_is_refused(device):
    device.asks_for_finger = False
    with pytest.raises(FactorError):
        answer_of(device)


def test_a_copied_passkey_is_noticed_by_its_count(device):
    answer_of(device)
    device.uses = 0
    with pytest.raises(FactorError):
        answer_of(device)


def test_a_passkey_of_somebody_else_is_no_second_step(device):
    with pytest.raises(FactorError):
        answer_of(device, user=make_user("steve"))


def test_a_passkey_of_an_inactive_user_is_refused(device, margaret):
    margaret.is_active = False
    margaret.save()
    with pytest.raises(FactorError):
        answer_of(device)


def test_an_unknown_passkey_is_refused(device):
    with pytest.raises(FactorError):
        answer_of(Device())


@table("answer", ["", "{}", "[]", "null", '{"id": 1}', '{"id": "\\u0000"}', "x" * 100])
def test_what_is_no_answer_is_refused(answer, device, margaret):
    challenge = passkeys.ask_to_sign(None, site=SITE).challenge
    with pytest.raises(FactorError):
        passkeys.check_answer(answer, challenge=challenge, site=SITE)
    with pytest.raises(FactorError):
        passkeys.add_passkey(margaret, name="Phone", answer=answer, challenge=challenge, site=SITE)


def test_one_device_has_one_passkey(device):
    steve = make_user("steve")
    challenge = passkeys.ask_to_create(steve, site=SITE).challenge
    with pytest.raises(FactorError, match="already has a passkey"):
        passkeys.add_passkey(steve, name="Same", answer=device.create(challenge), challenge=challenge, site=SITE)


def test_codes_end_with_the_last_factor(margaret, secret, device):
    recovery_codes.create_codes(margaret)

    authenticator.remove_app(margaret)
    assert factors_of(margaret).codes_left == 10
    passkeys.remove_passkey(margaret.passkeys.get())
    assert not factors_of(margaret)
    assert not RecoveryCode.objects.exists()
    assert said()[-2:] == ["Authenticator app removed.", "Passkey Laptop removed."]


# Who must have one, and who may take it away


@override_settings(SECOND_FACTOR_REQUIRED=True)
@table("permission", sorted(ALL_PERMISSIONS))
def test_users_who_can_do_harm_need_a_factor(permission, margaret):
    assert is_factor_required(allow(margaret, permission)) is (permission in RISKY)


@override_settings(SECOND_FACTOR_REQUIRED=False)
def test_nobody_needs_a_factor_where_the_setting_is_off(admin_user):
    assert not is_factor_required(admin_user)


def test_an_admin_resets_the_factors_of_a_user_and_their_sessions_end(margaret, secret, device, admin_user):
    recovery_codes.create_codes(margaret)
    signed_in(margaret)

    reset_factors(margaret, by=admin_user)

    assert (factors_of(margaret).codes_left, has_factor(margaret), Session.objects.exists()) == (0, False, False)
    assert said()[-1] == "Second factor reset."


def test_no_reset_of_a_user_who_may_do_more(margaret, secret):
    allow(margaret, "customers.delete_customer")
    limited = make_user("limited", [MANAGE_USERS])

    with pytest.raises(GrantError, match="Can delete customers"):
        reset_factors(margaret, by=limited)
    assert has_factor(margaret)


def test_no_reset_of_ones_own_factors_nor_of_none(margaret, admin_user):
    with pytest.raises(FactorError, match="your own factors"):
        reset_factors(admin_user, by=admin_user)
    with pytest.raises(FactorError, match="no second factor"):
        reset_factors(margaret, by=admin_user)


def test_a_code_of_the_last_half_minute_is_accepted(margaret, time_machine):
    secret = authenticator.new_secret()
    authenticator.set_app(margaret, secret=secret, code=code_of(secret))
    time_machine.move_to(timezone.now() + timedelta(minutes=2))

    assert authenticator.check_code(margaret, code_of(secret, later=-1))
