import chartmogul
import pytest
from chartmogul import Customer as CustomerClient
from chartmogul import Opportunity as Client

from customers.models import HistoryEntry, Opportunity
from tests.acts import merge
from tests.api.caller import Caller
from tests.api.chartmogul.known_customers import NOWHERE, UNSTORABLE, known
from tests.api.chartmogul.page_numbers import END_OF_PAGE
from tests.api.chartmogul.published_client import published_client
from tests.factories import make_user
from tests.tables import table

pytestmark = pytest.mark.django_db

SHAPE = {
    **dict.fromkeys(("uuid", "customer_uuid", "owner", "pipeline", "pipeline_stage", "estimated_close_date"), str),
    **dict.fromkeys(("currency", "type", "forecast_category", "created_at", "updated_at"), str),
    **{"amount_in_cents": int, "win_likelihood": int, "custom": dict},
}


def sent(caller: Caller, **values):
    return {
        "owner": caller.user.email,
        "pipeline": "New Business",
        "pipeline_stage": "Discovery",
        "estimated_close_date": "2024-03-30",
        "amount_in_cents": 100_000,
        "currency": "USD",
        **values,
    }


def add(caller: Caller, customer, **values):
    response = caller.post("opportunities", sent(caller, customer_uuid=customer.uuid, **values))
    assert response.status_code == 201, response.content
    return response.json()


def test_an_opportunity_has_the_recorded_shape():
    caller = Caller()
    given = {"type": "one-time", "forecast_category": "best_case", "win_likelihood": 30}
    shown = add(caller, known(), **given, custom=[{"key": "from_campaign", "value": True}])
    assert {name: type(value) for name, value in shown.items()} == SHAPE
    assert sent(caller, **given).items() <= shown.items()
    assert shown["custom"] == {"from_campaign": True}
    assert caller.get(f"opportunities/{shown['uuid']}").json() == shown
    assert Opportunity.objects.get().source_record.is_staff_record


def test_what_is_not_said_has_a_value_all_the_same():
    caller = Caller()
    shown = add(caller, known())
    assert (shown["type"], shown["forecast_category"], shown["win_likelihood"]) == ("recurring", "pipeline", 0)
    assert add(caller, known("2"), forecast_category="won")["win_likelihood"] == 100


def test_the_list_is_filtered():
    caller, one, other = Caller(), known("1"), known("2")
    jane = make_user("jane", email="jane@example.com")
    first = add(caller, one, owner=jane.email, estimated_close_date="2024-01-31")
    second = add(caller, other, pipeline="Renewals", pipeline_stage="Offer")
    for query, entries in [
        ({"customer_uuid": one.uuid}, [first]),
        ({"owner": "Jane@example.com"}, [first]),
        ({"owner": "nobody@example.com"}, []),
        ({"pipeline": "Renewals"}, [second]),
        ({"pipeline": "Renewals", "customer_uuid": one.uuid}, []),
        ({"pipeline_stage": "Discovery"}, [first]),
        ({"pipeline_stage": "\x00"}, []),
        ({"estimated_close_date_on_or_after": "2024-02-01"}, [second]),
        ({"estimated_close_date_on_or_before": "2024-01-31"}, [first]),
        ({"estimated_close_date_on_or_before": "2024-01-30", "customer_uuid": one.uuid}, []),
        ({"estimated_close_date_on_or_after": "2024-01-31", "customer_uuid": one.uuid}, [first]),
        ({}, [second, first]),
    ]:
        answer = caller.get("opportunities", **query).json()
        assert answer["entries"] == entries, query
        assert answer.keys() == {"entries", "cursor", "has_more"}


@table("of_one", [True, False])
def test_a_list_asks_as_much_however_many_there_are(of_one, django_assert_num_queries):
    caller, customer = Caller(), known()
    for n in range(4):
        add(caller, customer, owner=make_user(f"owner{n}", email=f"owner{n}@example.com").email)
    query = {"customer_uuid": customer.uuid} if of_one else {}
    for size, kept in ((1, END_OF_PAGE), (200, 0)):
        # The key with what its user may, the opportunities; the customer.
        with django_assert_num_queries((3 if of_one else 2) + kept):
            assert caller.get("opportunities", per_page=size, **query).status_code == 200


def test_an_edit_changes_what_is_sent_and_says_so_in_the_history():
    caller, customer = Caller(), known()
    made = add(caller, customer)
    changes = {"pipeline_stage": "Offer", "amount_in_cents": 5, "win_likelihood": 60, "custom": {"a": 1}}
    changed = caller.patch(f"opportunities/{made['uuid']}", changes).json()
    assert changed == made | changes | {"updated_at": changed["updated_at"]}
    entries = HistoryEntry.objects.filter(kind="selling").order_by("pk")
    assert [entry.text for entry in entries] == [
        "Added the opportunity New Business: Discovery, worth 1,000.00 USD.",
        "Changed the opportunity New Business: Discovery. Stage changed from Discovery to Offer."
        " Likelihood changed from 0 to 60. Amount changed from 1,000.00 USD to 0.05 USD.",
    ]


def test_an_amount_is_in_the_smallest_unit_of_its_currency():
    caller, customer = Caller(), known()
    made = add(caller, customer, currency="jpy", amount_in_cents=500)
    assert (made["currency"], made["amount_in_cents"]) == ("JPY", 500)
    assert Opportunity.objects.get().amount == 500
    moved = caller.patch(f"opportunities/{made['uuid']}", {"currency": "EUR", "amount_in_cents": 500}).json()
    assert moved["amount_in_cents"] == 500
    assert Opportunity.objects.get().amount == 5


def test_a_deleted_opportunity_is_gone():
    caller = Caller()
    made = add(caller, known())
    gone = caller.delete(f"opportunities/{made['uuid']}")
    assert (gone.status_code, gone.json()) == (200, {})
    for response in (
        caller.get(f"opportunities/{made['uuid']}"),
        caller.patch(f"opportunities/{made['uuid']}"),
        caller.delete(f"opportunities/{made['uuid']}"),
        caller.get("opportunities/%00"),
    ):
        assert (response.status_code, response.json()["message"]) == (404, "Opportunity not found")


def test_an_id_that_was_merged_away_keeps_working():
    caller, one, other = Caller(), known("1"), known("2")
    merge(one, other)
    assert add(caller, other)["customer_uuid"] == one.uuid


@table(
    "wrong",
    [
        *({"pipeline": text} for text in UNSTORABLE),
        *({"owner": text} for text in [*UNSTORABLE, "nobody@example.com", ""]),
        {"pipeline": ""},
        {"pipeline_stage": "x" * 101},
        {"currency": "XXX"},
        {"currency": "USDOLLAR"},
        {"amount_in_cents": -1},
        {"amount_in_cents": 10**13},
        {"amount_in_cents": 10**60},
        {"amount_in_cents": "much"},
        {"type": "monthly"},
        {"forecast_category": "perhaps"},
        {"win_likelihood": 101},
        {"win_likelihood": -1},
        {"estimated_close_date": "99999-01-01"},
        {"custom": {"a": "x" * 1_001}},
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(wrong):
    caller, customer = Caller(), known()
    response = caller.post("opportunities", sent(caller, customer_uuid=customer.uuid, **wrong))
    assert (response.status_code, response.json()["errors"].keys()) == (422, wrong.keys()), response.content
    assert not Opportunity.objects.exists()
    made = add(caller, customer)
    assert caller.patch(f"opportunities/{made['uuid']}", wrong).status_code == 422
    assert caller.get(f"opportunities/{made['uuid']}").json() == made


def test_what_must_be_there_is_named():
    caller = Caller()
    for name in ("customer_uuid", *sent(caller)):
        body = {key: value for key, value in sent(caller, customer_uuid=NOWHERE).items() if key != name}
        assert caller.post("opportunities", body).json()["param"] == name


def test_the_published_client_does_all_of_it(live_server):
    caller, customer = Caller(), known()
    config = published_client(live_server, caller.token)
    made = Client.create(config, data=sent(caller, customer_uuid=customer.uuid)).get()
    other = CustomerClient.createOpportunity(config, uuid=customer.uuid, data=sent(caller)).get()
    assert Client.retrieve(config, uuid=made.uuid).get().pipeline == "New Business"
    assert Client.modify(config, uuid=made.uuid, data={"win_likelihood": 40}).get().win_likelihood == 40
    assert Client.patch(config, uuid=made.uuid, data={"type": "arr"}).get().type == "arr"
    listed = Client.all(config, customer_uuid=customer.uuid).get()
    assert ([entry.uuid for entry in listed.entries], listed.has_more) == ([other.uuid, made.uuid], False)
    assert len(CustomerClient.opportunities(config, uuid=customer.uuid).get().entries) == 2
    Client.destroy(config, uuid=made.uuid).get()
    with pytest.raises(chartmogul.APIError):
        Client.retrieve(config, uuid=made.uuid).get()
