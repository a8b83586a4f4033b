from customers.labels.tags import add_tags
from customers.models import Contact, Customer
from customers.pages.add_customer import add_customer
from tests.acts import merge
from tests.api.chartmogul.customers.customer_requests import send
from tests.factories import customer_with_order
from tests.query_costs import on
from tests.tables import table


def ids(response):
    assert response.status_code == 200, response.content
    return [entry["external_id"] for entry in response.json()["entries"]]


def test_customers_are_listed_oldest_first_a_page_at_a_time(caller, shop):
    for n in range(5):
        send(caller, shop, str(n), name=f"Customer {n}")
    first = caller.get("customers", per_page=2)
    second = caller.get("customers", per_page=2, cursor=first.json()["cursor"])
    third = caller.get("customers", per_page=2, cursor=second.json()["cursor"])
    assert second.json().keys() == {"entries", "cursor", "has_more"}
    assert [*ids(first), *ids(second), *ids(third)] == ["0", "1", "2", "3", "4"]
    assert [page.json()["has_more"] for page in (first, second, third)] == [True, True, False]
    last = caller.get("customers", per_page=2, cursor=third.json()["cursor"] or "")
    assert last.json()["entries"] == [] or third.json()["cursor"]


def test_an_empty_list_is_an_empty_list(caller):
    answer = {"entries": [], "cursor": None, "has_more": False}
    assert caller.get("customers").json() == answer | {"page": 1, "current_page": 1, "total_pages": 1, "per_page": 200}


def test_customers_are_listed_by_what_is_asked(caller, shop, market):
    send(caller, shop, "1", status="Working Lead")
    send(caller, shop, "2")
    send(caller, market, "2", status="Unqualified Lead")
    type(market).objects.filter(pk=market.pk).update(system="Stripe")
    assert ids(caller.get("customers", data_source_uuid=shop.uuid)) == ["1", "2"]
    assert ids(caller.get("customers", data_source_uuid=shop.uuid, external_id="2")) == ["2"]
    assert ids(caller.get("customers", external_id="2")) == ["2", "2"]
    assert ids(caller.get("customers", status="Working_Lead")) == ["1"]
    assert ids(caller.get("customers", status="New Lead")) == ["2"]
    assert ids(caller.get("customers", status="Unqualified_Lead", data_source_uuid=shop.uuid)) == []
    assert ids(caller.get("customers", system="Stripe")) == ["2"]
    assert ids(caller.get("customers", system="Import API")) == ["1", "2"]
    assert ids(caller.get("customers", data_source_uuid="ds_unknown")) == []
    assert ids(caller.get("customers", page="2")) == []


@table(
    ("query", "status"),
    [({"status": "Asleep"}, 422), ({"external_id": "\x00"}, 400), ({"per_page": "0"}, 422), ({"cursor": "x"}, 400)],
)
def test_what_cannot_be_asked_is_refused(caller, query, status):
    assert caller.get("customers", **query).status_code == status


def test_whoever_was_merged_away_or_erased_is_not_listed(caller, shop):
    one, other, gone = (send(caller, shop, str(n), name=f"Customer {n}") for n in range(3))
    merge(*(Customer.objects.get(uuid=customer["uuid"]) for customer in (one, other)))
    caller.delete(f"customers/{gone['uuid']}")
    (shown,) = caller.get("customers").json()["entries"]
    assert (shown["uuid"], shown["external_ids"]) == (one["uuid"], ["0", "1"])
    assert shown["attributes"]["tags"] == ["merged-customer"]
    assert ids(caller.get("customers", data_source_uuid=shop.uuid, external_id="1")) == ["0"]


def test_who_has_bought_is_a_customer_since_then(caller):
    customer = customer_with_order(email="hholy@gmail.com")
    shown = caller.get(f"customers/{customer.uuid}").json()
    assert (shown["status"], shown["customer-since"]) == ("New Lead", None)
    Customer.objects.update(billing_status="past_due")
    shown = caller.get(f"customers/{customer.uuid}").json()
    assert (shown["status"], shown["customer-since"][-6:]) == ("Past Due", "+00:00")
    assert [entry["uuid"] for entry in caller.get("customers", status="Past_Due").json()["entries"]] == [customer.uuid]


def test_a_customer_without_a_data_source_is_known_by_the_staff_record(caller, agent):
    customer = add_customer({"first_name": "Helena"}, uuid="cus_typed", seen=(), by=agent)
    shown = caller.get(f"customers/{customer.uuid}").json()
    assert shown["external_ids"] == ["cus_typed"]
    assert shown["name"] == "Helena"


def test_customers_are_found_by_email_however_it_is_written(caller, shop):
    send(caller, shop, "1", email="john@example.com")
    send(caller, shop, "2", email="John@Example.com")
    send(caller, shop, "3", email="x" * 60 + "@example.com")
    response = caller.get("customers/search", email="JOHN@example.com", per_page=1)
    assert (ids(response), response.json()["has_more"]) == (["1"], True)
    assert ids(caller.get("customers/search", email="JOHN@example.com", cursor=response.json()["cursor"])) == ["2"]
    assert ids(caller.get("customers/search", email="x" * 60 + "@example.com")) == ["3"]


def test_customers_are_found_by_the_email_of_a_contact_if_asked(caller, shop):
    shown = send(caller, shop, "1", email="john@example.com")
    record = Customer.objects.get(uuid=shown["uuid"]).records.get()
    Contact.objects.create(source_record=record, email="jane@example.com")
    assert caller.get("customers/search", email="jane@example.com").status_code == 404
    assert ids(caller.get("customers/search", email="Jane@example.com", with_associated_emails="true")) == ["1"]
    assert ids(caller.get("customers/search", email="john@example.com", with_associated_emails="true")) == ["1"]


@table("email", ["nobody@example.com", "x", "\x00@example.com"])
def test_nobody_of_an_email_is_404(caller, email):
    response = caller.get("customers/search", email=email)
    message = f'Can\'t find any customers with email: "{email}"'
    assert (response.status_code, response.json()) == (404, {"code": 404, "message": message, "param": "email"})


def test_an_email_is_needed(caller):
    assert caller.get("customers/search").json() == {
        "code": 400,
        "message": 'Parameter "email" is missing',
        "param": "email",
    }


@table("path", ["customers", "customers/search"])
def test_a_page_takes_as_many_queries_for_thirty_as_for_one(caller, shop, path, django_assert_num_queries):
    for n in range(30):
        said = {"name": f"Customer {n}", "email": "john@example.com", "owner": "program@example.com"}
        shown = send(caller, shop, str(n), **said, attributes={"tags": ["a"], "custom": [VALUE]})
        Customer.objects.filter(uuid=shown["uuid"]).update(billing_status="active")
    survivor, duplicate = Customer.objects.order_by("pk")[:2]
    merge(survivor, duplicate)
    add_tags(survivor, "b", by=None)
    query = {"email": "john@example.com"} if path == "customers/search" else {}
    caller.get(path, **query)  # which notes the use of the key
    # Key and user, their permissions (two); customers, and of the list where its first stretch ends and who is in it;
    # records, tags, attributes, what they are worth (two), since when. PostgreSQL is also asked for the horizon.
    statements = 10 if path == "customers" else 8
    with django_assert_num_queries(on(sqlite=statements, postgresql=statements + 1)):
        assert len(caller.get(path, **query).json()["entries"]) == 29


VALUE = {"type": "Integer", "key": "age", "value": 18}
