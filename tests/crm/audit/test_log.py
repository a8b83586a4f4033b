"""Who did what, from where: each act writes its entry, and so do reads, sign-ins and refusals."""

import re

import pytest
from django.urls import reverse

from crm.accounts import api_keys, grant
from crm.audit.models import AuditEntry
from crm.audit.origin import RequestOrigin, coming_from
from crm.http.page_names import PAGES, words_of
from crm.permissions import USE_API
from customers.erasing.erase import erase_customer
from customers.merging.split import split_record
from tests.acts import fresh, merge, undo
from tests.factories import CustomerFactory, SourceRecordFactory, allow, make_user, order, signed_in
from tests.page_access import url_names

pytestmark = pytest.mark.django_db
SECRET = "a very good password"


def entries(action=None):
    rows = AuditEntry.objects.order_by("pk")
    return list(rows.filter(action=action) if action else rows)


def only(action):
    (entry,) = entries(action)
    return entry


def sign_in(client, username, password):
    return client.post("/accounts/login/", {"username": username, "password": password}, REMOTE_ADDR="192.0.2.9")


def test_a_merge_an_undo_a_split_and_a_deletion_are_told_in_numbers(admin_user):
    kept, duplicate = CustomerFactory(first_name="Helena"), CustomerFactory(first_name="Helen")
    merged = merge(kept, duplicate, by=admin_user)
    undo(merged, by=admin_user)
    SourceRecordFactory(customer=kept)
    new = split_record(SourceRecordFactory(customer=kept), by=admin_user)
    erase_customer(*fresh(kept), version=None, by=admin_user)

    acts = {entry.action: (entry.text, entry.customer) for entry in entries() if entry.by == admin_user}
    assert acts == {
        "merge": (f"Merge {merged.pk}: {duplicate.pk} into {kept.pk}.", kept.pk),
        "undo": (f"Merge {merged.pk}: {duplicate.pk} restored.", kept.pk),
        "split": (f"Record {new.records.earliest('pk').pk} of {kept.pk} to {new.pk}.", kept.pk),
        "erasure": ("", kept.pk),
    }


def test_an_act_that_is_rolled_back_leaves_no_entry(admin_user, monkeypatch):
    monkeypatch.setattr("customers.merging.merge.credit.set_credit", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge(CustomerFactory(), CustomerFactory(), by=admin_user)

    assert not entries("merge")


def test_a_sign_in_says_from_where_and_a_sign_out_who(client):
    margaret = make_user("margaret", password=SECRET)
    sign_in(client, "margaret", SECRET)
    client.post("/accounts/logout/")

    entered, left = entries()
    assert (entered.action, entered.by, entered.address, entered.is_refused) == (
        "sign_in",
        margaret,
        "192.0.2.9",
        False,
    )
    assert (left.action, left.by) == ("sign_out", margaret)
    assert entered.request_id
    assert entered.request_id != left.request_id


def test_a_failed_sign_in_stays_after_a_success_and_names_only_who_exists(client):
    margaret = make_user("margaret", password=SECRET)
    sign_in(client, "margaret", "wrong")
    sign_in(client, SECRET, "typed into the wrong field")
    sign_in(client, "margaret", SECRET)

    known, unknown, success = entries("sign_in")
    assert (known.is_refused, known.user, known.by) == (True, margaret, None)
    assert (unknown.is_refused, unknown.user, unknown.text) == (True, None, "Unknown user name.")
    assert not success.is_refused


def test_a_page_that_is_refused_is_named_without_what_its_address_holds(viewer):
    customer = CustomerFactory()
    signed_in(viewer).get(reverse("customers:delete", args=[customer.pk]) + "?q=secret")

    entry = only("access")
    assert (entry.by, entry.is_refused, entry.customer) == (viewer, True, customer.pk)
    assert entry.text == "Opening “Customers: delete” needs “Can delete customers”."


def test_what_is_sent_and_refused_is_told_from_what_is_opened(viewer):
    customer = CustomerFactory()
    signed_in(viewer).post(reverse("customers:merge", args=[customer.pk]))

    assert only("access").text.startswith("Sending “Customers: merge” needs “")


def test_every_page_and_call_has_a_name_in_words():
    names = {words_of(name): name for name in url_names()}
    assert {words for words in names if re.search(r"[_]|:\S", words)} == set()
    assert PAGES.keys() <= {*names.values()}


def test_strangers_cannot_fill_the_log_by_asking_for_pages(client):
    client.get(reverse("customers:list"))
    assert not entries()


@pytest.fixture
def program(db):
    return allow(make_user("program"), USE_API, "customers.view_customer")


def test_a_key_is_told_when_made_and_revoked_and_never_its_token(program, admin_user):
    key, token = api_keys.create(program, name="Warehouse", addresses=[], by=admin_user)
    api_keys.revoke(key, by=admin_user)

    made, revoked = entries("key")
    assert made.user == revoked.user == program
    assert made.text == f"API key {key} created. Never ends."
    assert token not in made.text


def test_a_key_used_wrongly_is_told_in_both_dialects(client, program):
    key, token = api_keys.create(program, name="Warehouse", addresses=["203.0.113.1"], by=None)
    sent = {"loginId": "program", "password": token}
    client.post("/customer/query/", sent)
    client.get("/v1/ping", headers={"authorization": "Basic d3Jvbmc6"})
    key.allowed_addresses = []
    key.save()
    client.post("/customer/query/", {**sent, "loginId": "somebody"})
    client.post("/order/query/", sent)

    refusals = [(entry.text, entry.user or entry.by, entry.key) for entry in entries("access")]
    assert refusals == [
        ("This API key cannot be used from this address.", program, None),
        ("This API key is unknown.", None, None),
        ("The login is not the user of the API key.", program, key),
        ("Needs “Can view orders”.", program, key),
    ]


def test_permissions_are_told_with_their_labels(admin_user, nobody):
    grant.save_user(nobody, by=admin_user, granted={USE_API})
    grant.save_user(nobody, by=admin_user, revoked={USE_API}, password=SECRET)

    granted, revoked = entries("user")
    assert (granted.text, granted.by, granted.user) == ("Granted: Can use the API.", admin_user, nobody)
    assert revoked.text == "New password set. Revoked: Can use the API."


def test_an_export_is_told_with_its_filters_but_not_with_what_was_searched_for(as_agent, agent):
    order()
    sent = {"columns": ["Number"], "file_format": "csv"}
    as_agent.post(reverse("exports:customers") + "?q=helena", sent)

    entry = only("export")
    assert (entry.by, entry.text) == (agent, "Customers, CSV, 1 columns. Filters: q.")


def test_who_looked_at_a_customer_is_told_by_setting(as_agent, agent, client, program, settings):
    customer = CustomerFactory()
    _, token = api_keys.create(program, name="Warehouse", addresses=[], by=None)
    client.defaults["HTTP_AUTHORIZATION"] = api_key_header(token)
    pages = [(as_agent, customer.get_absolute_url()), (client, f"/v1/customers/{customer.uuid}")]
    for asking, page in pages:
        assert asking.get(page).status_code == 200
    assert not entries("view")

    settings.AUDIT_VIEWS = True
    for asking, page in pages:
        asking.get(page)
    by_page, by_program = entries("view")
    assert (by_page.by, by_page.customer) == (agent, customer.pk)
    assert (by_program.by, by_program.customer, by_program.key.user) == (program, customer.pk, program)


def api_key_header(token):
    from base64 import b64encode

    return "Basic " + b64encode(f"{token}:".encode()).decode()


def test_what_a_job_does_names_the_job():
    with coming_from(RequestOrigin(request_id="job-7")):
        merge(CustomerFactory(), CustomerFactory())
    assert (only("merge").request_id, only("merge").address) == ("job-7", "")


def test_nothing_of_an_erased_customer_is_in_the_log(admin_user, as_admin):
    customer = CustomerFactory(first_name="Xaverine", last_name="Qzybrt", email="xaverine@qzybrt.example")
    merge(customer, CustomerFactory(first_name="Xaverine"), by=admin_user)
    as_admin.post(reverse("customers:delete", args=[customer.pk]), {"name": "wrong"})
    as_admin.get(reverse("customers:list"), {"q": "Xaverine"})
    erase_customer(*fresh(customer), version=None, by=admin_user)

    columns = [str(value) for row in AuditEntry.objects.values_list() for value in row]
    assert columns
    assert not [value for value in columns if "xaverine" in value.lower() or "qzybrt" in value.lower()]
