"""What may be typed as a phone, a website or a name: what nobody means is refused, what a source sent is kept."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer, Merge
from customers.profile.edit import edit_profile
from tests.customers.profile.test_edit_page import opened, url
from tests.factories import customer_with_order
from tests.tables import table

pytestmark = pytest.mark.django_db
INVISIBLE = "\u200b\u2060"
PHONE = "Enter a phone number of 7 digits or more, such as +1 817 924 7272."
WEBSITE = "Enter a website such as https://example.com."


@pytest.fixture
def helena():
    return customer_with_order(email="hholy@gmail.com", phone="x")


def save(client, customer, **typed):
    return client.post(url(customer), opened(client, customer) | typed)


def review(client, survivor, duplicate, **data):
    seen = f"{survivor.version}-{duplicate.version}"
    where = f"/customers/{survivor.pk}/merge/values/?duplicate={duplicate.pk}"
    return client.post(where, {"seen": seen, "duplicate": duplicate.pk, **data})


@table("phone", ["y", "12", "+1", "call me"])
def test_a_phone_that_can_match_nobody_is_refused(as_agent, helena, phone):
    response = save(as_agent, helena, phone=phone)
    assert response.status_code == 422
    assert PHONE in response.text


def test_what_a_source_sent_as_a_phone_may_stay(as_agent, helena):
    assert save(as_agent, helena, first_name="Helen").status_code == 302
    helena.refresh_from_db()
    assert (helena.first_name, helena.phone) == ("Helen", "x")


@table("phone", ["1-800-FLOWERS", "241 770 449", "+298 123456"])
def test_a_phone_is_written_as_people_write_it(as_agent, helena, phone):
    assert save(as_agent, helena, phone=phone).status_code == 302
    helena.refresh_from_db()
    assert helena.phone == phone


@table(
    "website",
    ["javascript:alert(1)", "JavaScript://x.org/%0aalert(1)", "ftp://x.org", "data:text/html,x", "a b.org",
     "mailto:me@x.org", "https://", "somewhere"],
)  # fmt: skip
def test_only_a_place_on_the_web_is_a_website(as_agent, helena, website):
    response = save(as_agent, helena, website=website)
    assert response.status_code == 422
    assert WEBSITE in response.text


@table(
    ("typed", "kept"),
    [
        ("example.com", "https://example.com"),
        ("www.example.com/shop?a=1", "https://www.example.com/shop?a=1"),
        ("http://example.com", "http://example.com"),
        ("example.com:8080", "https://example.com:8080"),
        ("", ""),
    ],
)
def test_a_bare_domain_is_read_as_https(as_agent, helena, typed, kept):
    assert save(as_agent, helena, website=typed).status_code == 302
    helena.refresh_from_db()
    assert helena.website == kept


def test_a_program_cannot_write_a_script_for_a_website_either(helena):
    with pytest.raises(ValidationError):
        edit_profile(helena, {"website": "javascript:alert(1)"}, version=helena.version, by=None, via="api")


def test_in_a_merge_the_same_is_refused_and_what_was_sent_may_be_picked(as_agent, helena):
    helen = customer_with_order(first_name="Helen", email="hholy@gmail.com", phone="12")
    response = review(as_agent, helena, helen, **{"value-phone": "y", "value-website": "javascript:x"})
    assert response.status_code == 422
    assert PHONE in response.text
    assert WEBSITE in response.text
    assert review(as_agent, helena, helen, **{"pick-phone": helen.pk}).status_code == 302
    assert not Merge.objects.exists()


def test_an_edit_leaves_something_to_call_a_customer_by(as_agent, helena):
    blank = dict.fromkeys(("first_name", "last_name", "company", "email", "phone"), "")
    response = save(as_agent, helena, **blank)
    assert response.status_code == 422
    assert "Keep a name, company, email or phone." in response.text
    helena.refresh_from_db()
    assert helena.last_name == "Holý"


def test_a_merge_leaves_something_to_call_a_customer_by(as_agent, helena):
    helen = customer_with_order(first_name="Helen", email="hholy@gmail.com")
    blank = {f"value-{name}": "" for name in ("first_name", "last_name", "company", "email", "phone")}
    response = review(as_agent, helena, helen, **blank)
    assert response.status_code == 422
    assert "Keep a name, company, email or phone." in response.text


def test_whoever_came_without_a_name_can_be_edited(as_agent):
    nobody = customer_with_order(first_name="", last_name="", external_id="7")
    assert save(as_agent, nobody, custom1="gold").status_code == 302


def test_what_cannot_be_seen_is_nothing(as_agent):
    data = {"first_name": INVISIBLE, "company": "\u3164", "tax_exempt": "no", "token": str(uuid4())}
    response = as_agent.post("/customers/add/", data)
    assert response.status_code == 422
    assert not Customer.objects.exists()


def test_what_can_be_seen_stays_as_it_was_typed(as_agent, helena):
    assert save(as_agent, helena, first_name="می\u200cخواهم 👩\u200d💻").status_code == 302
    helena.refresh_from_db()
    assert helena.first_name == "می\u200cخواهم 👩\u200d💻"
