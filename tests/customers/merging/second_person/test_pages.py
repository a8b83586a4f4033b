"""Asking for a second person, seeing what is asked, and answering, on pages."""

from decimal import Decimal

import pytest
from django.urls import reverse

from crm.accounts.roles import SUPPORT_AGENT
from customers.lib.phrases import ISOLATES
from customers.merging.second_person.policy import change_policy
from customers.models import Merge, MergePolicy, MergeRequest
from customers.profile.edit import edit_profile
from tests.acts import fresh
from tests.customers.merging.pages.merge_steps import hidden, reviewed, shown
from tests.database import reloaded
from tests.factories import make_user, signed_in

pytestmark = pytest.mark.django_db
HOME, LIST = reverse("home"), reverse("customers:merge_requests")


@pytest.fixture(autouse=True)
def _policy(admin_user):
    change_policy(above=Decimal(10), live_purchases=False, unlike_names=False, by=admin_user)


@pytest.fixture
def laura():
    """Another user, who may answer."""
    ticks = {*SUPPORT_AGENT.ticks, "customers.review_merge"}
    return signed_in(make_user("laura", ticks, first_name="Laura", last_name="Callahan"))


def test_a_merge_is_asked_for_and_another_user_confirms_it(as_agent, laura, helena, helen):
    url = reviewed(as_agent, helena, helen, **{"value-company": "Holý Design"})
    page = as_agent.get(url)
    assert "It has orders of 49.62 USD, more than 10.00." in page.text
    assert "Yes, I’m sure" not in page.text
    assert "Enter a reason" in shown(as_agent.post(url, hidden(page), follow=True))

    own = as_agent.post(url, {**hidden(page), "reason": "Called in"}, follow=True)

    assert "Nothing is merged until another user confirms." in shown(own)
    assert not Merge.objects.exists()
    asked = MergeRequest.objects.get()
    answers = [reverse(f"customers:merge_request_{answer}", args=[asked.pk]) for answer in ("confirm", "refuse")]
    assert "Withdraw request" in own.text
    assert not any(answer in own.text for answer in answers)
    assert all(as_agent.post(answer).status_code == 403 for answer in answers)
    assert str(asked) in laura.get(HOME).text
    assert str(asked) not in as_agent.get(HOME).text
    page = laura.get(asked.get_absolute_url())
    for text in ("“<bdi>Called in</bdi>”", "Holý Design", "entered by Margaret Park", "49.62 USD"):
        assert text in page.text

    confirmed = laura.post(answers[0], hidden(page), follow=True)

    assert shown(confirmed).startswith("Merged.")
    merged = Merge.objects.get()
    assert reloaded(helena).company == "Holý Design"
    assert "Confirmed by <bdi>Laura Callahan</bdi>" in as_agent.get(merged.get_absolute_url()).text
    assert "You asked. Confirmed by" in as_agent.get(HOME).text
    as_agent.get(asked.get_absolute_url())
    assert "You asked" not in as_agent.get(HOME).text
    assert "Confirmed" in laura.get(LIST).text


def plain(text: str) -> str:
    return text.translate(ISOLATES)


def ask(client, survivor, duplicate) -> MergeRequest:
    url = reviewed(client, survivor, duplicate)
    client.post(url, {**hidden(client.get(url)), "reason": "Called in"})
    return MergeRequest.objects.get()


def test_who_asked_is_told_of_the_answer_on_every_page_and_by_email(
    as_agent, agent, laura, helena, helen, settings, mailoutbox, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr("crm.accounts.notices.send_later", lambda *sent, to: mailoutbox.append((*sent, to)))
    settings.EMAIL_IS_SET_UP, settings.SITE_URL = True, "https://reunite.example"
    agent.email = "margaret@reunite.cz"
    agent.save()
    asked = ask(as_agent, helena, helen)
    list_page = reverse("customers:list")
    assert "Merge request" not in as_agent.get(list_page).text

    with django_capture_on_commit_callbacks(execute=True):
        laura.post(reverse("customers:merge_request_refuse", args=[asked.pk]), {"reason": "They are twins"})

    sentence = f"{asked}, {plain(asked.in_words)}: Refused by Laura Callahan: “They are twins”"
    page = plain(as_agent.get(list_page).text)
    assert sentence in page
    assert sentence not in plain(laura.get(list_page).text)
    ((subject, lines, to),) = mailoutbox
    assert (subject, to) == (f"{asked}: refused", "margaret@reunite.cz")
    assert lines == [
        f"{asked}, which you asked for, was answered by Laura Callahan: refused.",
        "Reason: They are twins",
        f"https://reunite.example{asked.get_absolute_url()}",
    ]

    assert sentence not in plain(as_agent.get(asked.get_absolute_url()).text)
    assert sentence not in plain(as_agent.get(list_page).text)
    assert not reloaded(agent).has_notices


def test_an_answer_is_dismissed_by_who_asked_alone(as_agent, agent, laura, helena, helen):
    asked = ask(as_agent, helena, helen)
    laura.post(reverse("customers:merge_request_refuse", args=[asked.pk]), {"reason": "They are twins"})
    dismiss = reverse("accounts:notice_dismiss")
    laura.post(dismiss, {"request": asked.pk})
    assert reloaded(agent).has_notices
    as_agent.post(dismiss, {"request": asked.pk})
    assert (reloaded(agent).has_notices, reloaded(asked).is_told) == (False, True)


def test_the_customers_and_their_merge_say_that_a_request_waits(as_agent, laura, viewer, helena, helen):
    asked = ask(as_agent, helena, helen)
    waits = "A merge is waiting for a second person."
    for customer in (helena, helen):
        page = as_agent.get(customer.get_absolute_url()).text
        assert waits in page
        assert asked.get_absolute_url() in page
    assert waits in as_agent.get(reviewed(as_agent, helena, helen)).text
    assert waits not in signed_in(viewer).get(helena.get_absolute_url()).text
    as_agent.post(reverse("customers:merge_request_withdraw", args=[asked.pk]))
    assert waits not in as_agent.get(helena.get_absolute_url()).text


def test_what_changed_since_is_said_and_has_to_be_looked_at(as_agent, laura, admin_user, helena, helen):
    url = reviewed(as_agent, helena, helen)
    as_agent.post(url, {**hidden(as_agent.get(url)), "reason": "Called in"})
    asked = MergeRequest.objects.get()
    old = hidden(laura.get(asked.get_absolute_url()))
    (helen,) = fresh(helen)
    edit_profile(helen, {"company": "Initech"}, version=helen.version, by=admin_user, via="page")
    confirm = reverse("customers:merge_request_confirm", args=[asked.pk])

    assert "changed since you opened this page" in shown(laura.post(confirm, old, follow=True))
    page = laura.get(asked.get_absolute_url())
    assert f"Jane Peacock changed Helena Holy ({helen.pk}) meanwhile: Company." in page.text
    laura.post(confirm, hidden(page))
    assert reloaded(helena).company == "Initech"


def test_an_admin_decides_which_merges_need_a_second_person(as_admin):
    url = reverse("customers:merge_policy")
    assert 'value="10.00"' in as_admin.get(url).text

    assert as_admin.post(url, {"above": "x"}).status_code == 422
    assert as_admin.post(url, {"above": "", "unlike_names": "on"}).status_code == 302

    policy = MergePolicy.objects.get()
    assert (policy.above, policy.live_purchases, policy.unlike_names) == (None, False, True)
