"""Setting up, removing and listing what one signs in with."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.accounts.factors.overview import factors_of, has_factor
from crm.accounts.models import AccountChange
from crm.permissions import MANAGE_USERS
from tests.crm.accounts.factors.devices import Device, code_of
from tests.database import reloaded
from tests.factories import make_user, signed_in
from tests.tables import table

SECURITY = "/account/security/"


@pytest.fixture
def client(margaret):
    return signed_in(margaret)


def text(response):
    return response.content.decode()


def add_passkey(client, device, name="Laptop"):
    challenge = client.post(f"{SECURITY}passkeys/ask/").json()["challenge"]
    return client.post(f"{SECURITY}passkeys/add/", {"name": name, "credential": device.create(challenge)})


def test_the_first_passkey_brings_recovery_codes_which_are_shown_once(client, margaret):
    page = add_passkey(client, Device())

    assert "Passkey Laptop added." in text(page).replace("\u2068", "").replace("\u2069", "")
    code = page.context["codes"][0]
    assert code in text(page)
    assert "no-store" in page.headers["Cache-Control"]
    assert code not in text(client.get(SECURITY))
    assert "10 of 10 left" in text(client.get(SECURITY))
    assert add_passkey(client, Device(), "Phone").url == SECURITY


def test_a_passkey_without_an_answer_or_name_is_refused(client, margaret):
    for form, words in (({"name": "Laptop"}, "Your device did not answer."), ({"credential": "x"}, "required")):
        response = client.post(f"{SECURITY}passkeys/add/", form)
        assert (response.status_code, words in text(response)) == (422, True)
    assert not has_factor(margaret)


def test_the_picture_and_the_key_are_those_of_the_code(client, margaret):
    page = client.get(f"{SECURITY}app/")

    assert "<svg" in text(page)
    assert "style=" not in page.context["picture"]
    assert page.context["secret"] in text(page)
    assert "no-store" in page.headers["Cache-Control"]
    again = client.post(f"{SECURITY}app/", {"sealed": page.context["sealed"], "code": "000000"})
    assert again.context["secret"] == page.context["secret"]  # the app that was scanned is still right
    code = code_of(page.context["secret"])
    assert client.post(f"{SECURITY}app/", {"sealed": page.context["sealed"], "code": code}).context["codes"]
    assert factors_of(margaret).app


def test_a_key_that_was_shown_to_another_user_is_not_taken(client, margaret):
    page = signed_in(make_user("steve")).get(f"{SECURITY}app/")
    form = {"sealed": page.context["sealed"], "code": code_of(page.context["secret"])}

    assert client.post(f"{SECURITY}app/", form).status_code == 422
    assert not has_factor(margaret)


def test_factors_are_removed(client, margaret, secret, device):
    stranger = signed_in(make_user("steve"))
    path = f"{SECURITY}passkeys/{margaret.passkeys.get().pk}/remove/"
    assert stranger.post(path).status_code == 404

    assert client.post(path).url == SECURITY
    assert client.post(f"{SECURITY}app/remove/").url == SECURITY
    assert not has_factor(margaret)


def test_codes_need_a_factor_that_they_stand_in_for(client, margaret):
    assert client.post(f"{SECURITY}codes/").url == SECURITY
    assert factors_of(margaret).codes_left == 0


def test_few_codes_are_warned_of(client, margaret, secret):
    assert "No recovery codes left." in text(client.get(SECURITY))
    codes = client.post(f"{SECURITY}codes/").context["codes"]
    assert len(codes) == 10
    assert "recovery codes left" not in text(client.get(SECURITY))


def test_other_sessions_are_ended_by_name_or_all(client, margaret):
    others = [signed_in(margaret) for _ in range(3)]
    page = client.get(SECURITY)
    assert text(page).count("This session") == 1
    name = page.context["sessions"][1].name

    assert client.post(f"{SECURITY}sessions/end/", {"session": name}).url == SECURITY
    assert [other.get(SECURITY).status_code for other in others].count(302) == 1
    client.post(f"{SECURITY}sessions/end/")
    assert [other.get(SECURITY).status_code for other in others] == [302] * 3
    assert client.get(SECURITY).status_code == 200


def test_an_admin_resets_a_lost_factor(margaret, secret, as_admin):
    page = as_admin.get(margaret.get_absolute_url())
    assert f"/users/{margaret.pk}/second-factor/reset/" in text(page)

    path = f"/users/{margaret.pk}/second-factor/reset/"
    assert "Make sure that it is" in text(as_admin.get(path))
    assert has_factor(margaret)
    assert as_admin.post(path).url == margaret.get_absolute_url()
    assert not has_factor(margaret)
    assert AccountChange.objects.latest("pk").text == "Second factor reset."


def test_who_may_do_less_resets_no_factor(secret, margaret):
    limited = signed_in(make_user("limited", [MANAGE_USERS]))
    margaret.is_superuser = True
    margaret.save()

    assert limited.post(f"/users/{margaret.pk}/second-factor/reset/").status_code == 403
    assert has_factor(reloaded(margaret))


def test_who_removes_the_last_factor_is_told_before(client, secret, device, margaret):
    assert "You have no other factor" not in text(client.get(f"{SECURITY}app/remove/"))
    client.post(f"{SECURITY}app/remove/")

    page = text(client.get(f"{SECURITY}passkeys/{margaret.passkeys.get().pk}/remove/"))
    assert "You have no other factor, so your recovery codes end too." in page


def test_the_command_line_resets_a_lost_factor(secret, margaret):
    out = StringIO()
    call_command("reset_second_factor", "margaret", stdout=out)

    assert "margaret signs in with the password alone" in out.getvalue()
    assert not has_factor(margaret)
    for name, words in (("margaret", "has no second factor"), ("steve", "There is no user steve")):
        with pytest.raises(CommandError, match=words):
            call_command("reset_second_factor", name)


@table("path", ["app/", "passkeys/add/"])
def test_what_adds_a_factor_asks_again(path, margaret):
    client = signed_in(margaret, answered=False)
    response = client.post(f"{SECURITY}{path}", {"name": "Laptop", "code": "1", "sealed": "x"})

    assert "Confirm that it is you" in text(response)


def test_the_page_asks_as_often_for_many_passkeys_and_sessions(client, margaret, device, django_assert_num_queries):
    for number in range(20):
        signed_in(margaret)
        margaret.passkeys.create(name=f"Key {number}", credential=str(number), public_key="")

    with django_assert_num_queries(7):
        # session, who asks, what they may, for the header; the app, passkeys, codes; sessions; the notice of a passkey
        client.get(SECURITY)
