import pytest
from django.conf import settings
from django.utils import timezone

from customers.engagement import notes
from customers.merging.merge import merge_customers
from customers.merging.plan import plan_merge
from customers.models import Customer, Note, Via
from tests.factories import customer_with_order, make_user, signed_in
from tests.tables import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com")


def post(client, customer, text, **options):
    return client.post(f"/customers/{customer.pk}/notes/", {"text": text}, **options)


def test_plus_note_opens_the_form(as_agent, helena):
    page = as_agent.get(f"/customers/{helena.pk}/").content.decode()
    assert f'href="/customers/{helena.pk}/?note#note"' in page
    assert "<textarea" not in page

    page = as_agent.get(f"/customers/{helena.pk}/?note").content.decode()
    assert "Note (staff only)" in page
    assert "maxlength" not in page.split("<textarea")[1].split(">")[0]


def test_a_note_is_saved_and_shown(as_agent, agent, helena):
    response = post(as_agent, helena, " Asked about\r\na parcel. ", follow=True)

    note = Note.objects.get()
    assert (note.text, note.by, note.source_record.customer) == ("Asked about\na parcel.", agent, helena)
    assert response.redirect_chain == [(f"/customers/{helena.pk}/", 302)]
    assert f"The note was saved for Helena Holý ({helena.pk})." in response.content.decode()


@table("text", ["", "  \n "])
def test_an_empty_note_is_refused(text, as_agent, helena):
    page = post(as_agent, helena, text).content.decode()

    assert "Enter a note." in page
    assert "<title>Error: Helena Holý | Reunite</title>" in page
    assert not Note.objects.exists()


def test_a_note_too_long_is_refused_and_nothing_typed_is_lost(as_agent, helena):
    text = "x" * (notes.LONGEST_NOTE + 4)
    page = post(as_agent, helena, text).content.decode()

    assert f"Use {notes.LONGEST_NOTE} characters or fewer. This has {notes.LONGEST_NOTE + 4}." in page
    assert text in page
    assert not Note.objects.exists()


def test_a_line_end_counts_as_one_character_of_a_note(as_agent, helena):
    assert post(as_agent, helena, "a\r\n" * (notes.LONGEST_NOTE // 2 - 1) + "bc").status_code == 302
    assert len(Note.objects.get().text) == notes.LONGEST_NOTE


def test_what_the_rule_refuses_is_shown_at_the_note_and_nothing_typed_is_lost(as_agent, helena, monkeypatch):
    monkeypatch.setattr(notes, "LONGEST_NOTE", 3)
    response = post(as_agent, helena, "Called.")

    assert response.status_code == 422
    assert "Use 3 characters or fewer. This has 7." in response.content.decode()
    assert "Called.</textarea>" in response.content.decode()
    assert not Note.objects.exists()


def test_a_note_with_nul_is_refused(as_agent, helena):
    assert "Null characters are not allowed." in post(as_agent, helena, "a\x00b").content.decode()


def test_a_note_for_somebody_merged_away_goes_to_the_survivor(as_agent, helena):
    double = customer_with_order(email="double@example.org")
    merge_customers(plan_merge(helena, [double]), by=None, via=Via.PAGE)

    assert post(as_agent, double, "Called.").url == f"/customers/{helena.pk}/"
    assert Note.objects.get().source_record.customer == helena


def test_the_erased_get_no_note(as_agent, helena):
    Customer.objects.filter(pk=helena.pk).update(erased_at=timezone.now())

    assert post(as_agent, helena, "Called.").status_code == 410
    assert not Note.objects.exists()


def test_the_address_of_the_form_leads_back_to_it(as_agent, helena):
    assert as_agent.get(f"/customers/{helena.pk}/notes/").url == f"/customers/{helena.pk}/?note#note"


def test_who_may_not_change_customers_writes_no_notes(viewer, helena):
    client = signed_in(viewer)

    assert "+ Note" not in client.get(f"/customers/{helena.pk}/").content.decode()
    assert "<textarea" not in client.get(f"/customers/{helena.pk}/?note").content.decode()
    response = post(client, helena, "Called.")
    assert response.status_code == 403
    assert "You need the permission “Can change customers”." in response.content.decode()
    assert not Note.objects.exists()


def test_who_may_change_but_not_view_does_not_see_the_page_by_a_wrong_note(helena):
    response = post(signed_in(make_user("blind", ["customers.change_customer"])), helena, "")

    assert response.status_code == 403
    assert "hholy" not in response.content.decode()


def test_the_documentation_of_the_api_names_the_limit():
    text = " ".join((settings.BASE_DIR / "docs/api.md").read_text().split())
    assert f"The limit is {notes.LONGEST_NOTE:,} characters." in text
