"""What somebody selected and entered is there again, whatever way leads back to it, for a day."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from crm.accounts.roles import SUPPORT_AGENT
from customers.merging import drafts
from customers.models import MergeDraft
from tests.acts import edit, fresh
from tests.customers.merging.pages.merge_steps import PHONE, choose, confirm, hidden, reviewed, shown, values
from tests.customers.merging.values.values_form import send
from tests.factories import CustomerFactory, customer_with_order, make_user, signed_in

pytestmark = pytest.mark.django_db
ENTERED = {"value-phone": "", "value-company": "Holý Design", "value-billing_address-city": "Brno"}


def has_entered(response) -> bool:
    marks = ['id="value-phone" value=""', 'value="Holý Design"', 'value="Brno"']
    return all(mark in response.text for mark in marks)


@pytest.fixture
def jan(db):
    """Shares the phone."""
    return customer_with_order(first_name="Jan", last_name="Novák", phone=PHONE, country="CZ")


def keep(user, *customers, entered=None):
    people = fresh(*customers)
    return drafts.keep(people, entered or {}, by=user, seen={person.pk: person.version for person in people})


def expire(*kept: MergeDraft, ago=timedelta(0)) -> None:
    MergeDraft.objects.filter(pk__in=[draft.pk for draft in kept]).update(expires=timezone.now() - ago)


# The ways back


def test_from_the_review_to_the_values(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen, **ENTERED)

    assert f'href="{values(helena, helen)}">' in as_agent.get(url).text
    response = as_agent.get(values(helena, helen))
    assert has_entered(response)
    assert "Your earlier selections and entries are shown." in response.text


def test_from_the_values_to_the_choice_and_forth_again(as_agent, helena, helen):
    response = send(as_agent, helena, helen, back="", **ENTERED)

    assert response.url == choose(helena, duplicate=helen.pk, ticked="1")
    response = as_agent.post(choose(helena), {"duplicate": helen.pk, "ticked": "1"}, follow=True)
    assert has_entered(response)


def test_what_is_wrong_and_a_new_password_are_taken_back_and_forth_too(as_agent, helena, helen):
    send(as_agent, helena, helen, back="", **{"value-email": "nobody", "value-cart_password": "s3cret words"})

    response = as_agent.get(values(helena, helen))
    assert response.status_code == 200
    assert 'value="nobody"' in response.text
    assert "Discard the new password entered here" in response.text
    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), hidden(response))
    assert response.status_code == 422


def test_what_is_changed_is_kept_before_anything_is_pressed(as_agent, helena, helen):
    response = send(as_agent, helena, helen, keep="1", **ENTERED)

    assert response.status_code == 204
    assert has_entered(as_agent.get(values(helena, helen)))


def test_keeping_what_is_changed_leaves_a_new_password_alone(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen, **ENTERED, **{"value-cart_password": "s3cret words"})
    late = {**hidden(as_agent.get(values(helena, helen))), "keep": "1", "drop-cart_password": "1"}
    as_agent.post(reverse("customers:merge_values", args=[helena.pk]), late)

    assert as_agent.get(url).status_code == 200
    assert "New password" in as_agent.get(url).text


def test_after_a_new_sign_in_at_the_values_and_at_the_review(as_agent, agent, helena, helen):
    url = reviewed(as_agent, helena, helen, **ENTERED)
    as_agent.post(reverse("logout"))
    assert as_agent.get(url).url.startswith(reverse("login"))

    again = signed_in(agent)
    assert has_entered(again.get(values(helena, helen)))
    assert "Holý Design" in again.get(url).text
    assert confirm(again, url).url == helena.get_absolute_url()
    helena.refresh_from_db()
    assert (helena.company, helena.phone, helena.billing_address["city"]) == ("Holý Design", "", "Brno")


def test_a_form_that_was_sent_after_the_session_ended_leads_to_what_was_kept(as_agent, agent, helena, helen):
    send(as_agent, helena, helen, keep="1", **ENTERED)
    as_agent.post(reverse("logout"))
    response = as_agent.post(reverse("customers:merge_values", args=[helena.pk]), {"duplicate": helen.pk})

    after_sign_in = response.url.partition("next=")[2]
    assert has_entered(signed_in(agent).get(after_sign_in))


def test_with_another_duplicate_what_is_said_of_those_who_stay_is_kept(as_agent, helena, helen, jan):
    entered = {"pick-first_name": jan.pk, "pick-last_name": helen.pk, "value-credit-USD": "10"}
    send(as_agent, helena, helen, jan, back="", **ENTERED, **entered)

    page = as_agent.get(values(helena, helen))
    assert has_entered(page)
    assert f'name="pick-last_name" value="{helen.pk}" checked' in page.text
    assert f'name="pick-first_name" value="{helena.pk}"' in page.text
    assert f'value="{jan.pk}"' not in page.text
    # A final amount was meant for the sum of all three.
    assert 'name="value-credit-USD" id="value-credit-USD" value="0.00"' in page.text


def test_what_was_only_suggested_is_suggested_anew(as_agent, helena, helen):
    reviewed(as_agent, helena, helen, **ENTERED)
    edit(helen, email_opt_in=False)

    assert 'name="value-email_opt_in" value="no" checked' in as_agent.get(values(helena, helen)).text


def test_start_over(as_agent, helena, helen):
    send(as_agent, helena, helen, back="", **ENTERED)
    response = send(as_agent, helena, helen, restart="")

    assert response.url == values(helena, helen)
    page = as_agent.get(response.url).text
    assert "Holý Design" not in page
    assert "Start over" not in page


def test_text_that_cannot_be_stored_is_not_kept(as_agent, helena, helen):
    long = {"value-custom1": "a\x00b", "value-custom2": "x" * 2000, "value-forged": "y", "pick-forged": "z"}
    send(as_agent, helena, helen, keep="1", **ENTERED, **long)

    kept = MergeDraft.objects.get().entered
    entered = {name: text for name, text in kept["typed"].items() if not name.startswith("billing_address-")}
    assert entered == {"phone": "", "company": "Holý Design"}
    assert kept["typed"]["billing_address-city"] == "Brno"
    assert "forged" not in kept["picks"]


def test_a_reviewed_plan_that_was_changed_in_another_tab_is_looked_at_again(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen)
    data = hidden(as_agent.get(url))
    send(as_agent, helena, helen, keep="1", **ENTERED)

    response = as_agent.post(url, data, follow=True)
    assert shown(response).startswith("Nothing was merged.")
    assert has_entered(response)


# Whose it is, and for how long


def test_a_draft_is_its_users_only(as_agent, admin_user, as_admin, helena, helen):
    reviewed(as_agent, helena, helen, **ENTERED)

    assert "Holý Design" not in as_admin.get(values(helena, helen)).text
    assert drafts.find(helena.pk, by=admin_user) is None


def test_after_the_merge_nothing_that_was_entered_is_kept(as_agent, helena, helen):
    confirm(as_agent, reviewed(as_agent, helena, helen, **ENTERED))

    draft = MergeDraft.objects.get()
    assert draft.is_empty
    assert (draft.seen, draft.records) == ({}, [])


def test_a_draft_expires_a_day_after_it_was_last_used(as_agent, helena, helen):
    url = reviewed(as_agent, helena, helen, **ENTERED)
    for _ in range(3):
        MergeDraft.objects.update(expires=timezone.now() + timedelta(hours=1))
        assert as_agent.get(url).status_code == 200
        assert MergeDraft.objects.get().expires > timezone.now() + timedelta(hours=23)

    expire(MergeDraft.objects.get())
    assert "Your selection has expired." in shown(as_agent.get(url, follow=True))
    assert "Holý Design" not in as_agent.get(values(helena, helen)).text


def test_an_expired_draft_is_begun_anew(as_agent, agent, helena, helen):
    reviewed(as_agent, helena, helen, **ENTERED, **{"value-cart_password": "s3cret words"})
    expire(MergeDraft.objects.get())

    draft = keep(agent, helena, helen)
    assert (draft.new_password, draft.fingerprint, MergeDraft.objects.count()) == ("", "", 1)


def test_a_new_draft_takes_expired_ones_along(agent, admin_user, helena, helen):
    old = [keep(admin_user, CustomerFactory(), helen) for _ in range(3)]
    expire(*old[:2])
    keep(agent, helena, helen)

    assert set(MergeDraft.objects.values_list("user", "survivor")) == {
        (admin_user.pk, old[2].survivor_id),
        (agent.pk, helena.pk),
    }


def test_only_so_many_of_a_user_are_kept(agent, admin_user, helen, monkeypatch):
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 3)
    of_another = keep(admin_user, CustomerFactory(), helen)
    kept = [keep(agent, CustomerFactory(), helen) for _ in range(5)]

    assert set(MergeDraft.objects.all()) == {of_another, *kept[2:]}


def test_the_command_deletes_what_expired(agent, helen, monkeypatch):
    monkeypatch.setattr(drafts, "BATCH", 2)
    kept = [keep(agent, CustomerFactory(), helen) for _ in range(6)]
    expire(*kept[:5])

    out = StringIO()
    call_command("purge_merge_drafts", stdout=out)
    assert out.getvalue() == "5 deleted.\n"
    assert MergeDraft.objects.get() == kept[5]
    assert MergeDraft.customers.through.objects.count() == 2


def test_it_goes_with_its_user(helena, helen):
    user = make_user("gone", SUPPORT_AGENT.ticks)
    keep(user, helena, helen)
    user.delete()
    assert not MergeDraft.objects.exists()
