"""Import Lead."""

from customers.models import Customer, HistoryEntry, SourceRecord
from orders.models import Order
from tests.api.konnektive.store import HELENA
from tests.database import check_totals
from tests.tables import table

SHAPE = {
    *("orderId", "actualOrderId", "clientOrderId", "customerId", "orderStatus", "orderType", "campaignId"),
    *("campaignName", "name", "firstName", "lastName", "companyName", "emailAddress", "phoneNumber"),
    *("address1", "address2", "city", "state", "postalCode", "country"),
    *("shipFirstName", "shipLastName", "shipCompanyName", "shipAddress1", "shipAddress2"),
    *("shipCity", "shipState", "shipPostalCode", "shipCountry", "billShipSame"),
    *("ipAddress", "couponCode", "agentUserId", "dateCreated", "dateUpdated"),
}


def test_a_lead_is_a_partial_order_of_a_new_customer(store):
    result, message = store.lead(affId="AF1", custom1="red", custom_size="XL", ipAddress="192.0.2.1", couponCode="TEN")
    assert result == "SUCCESS"
    lead, customer = Order.objects.get(), Customer.objects.get()
    assert message.keys() == SHAPE
    assert (message["orderId"], message["customerId"]) == (lead.number, customer.pk)
    assert (message["orderStatus"], message["orderType"], message["agentUserId"]) == ("PARTIAL", "NEW_SALE", None)
    assert (lead.ip_address, lead.coupon_code, lead.campaign) == ("192.0.2.1", "TEN", store.campaign)
    assert lead.details == {"affId": "AF1", "custom1": "red", "custom_size": "XL"}
    assert (customer.email, customer.billing_address["city"]) == ("hholy@gmail.com", "Prague")
    assert lead.data_source.name == "Konnektive program"
    entries = [(entry.text, entry.by.username) for entry in HistoryEntry.objects.order_by("pk")]
    assert entries == [("Customer created as a lead.", "program"), (f"Received lead {lead.number}.", "program")]
    check_totals()


def test_a_second_lead_of_one_person_finds_them_and_without_dedup_does_not(store):
    _, first = store.lead()
    assert store.lead(phoneNumber="")[1]["customerId"] == first["customerId"]
    assert store.lead(disableCustomerDedup=1)[1]["customerId"] != first["customerId"]


def test_a_lead_that_names_its_order_is_told_more_of(store):
    _, lead = store.lead(phoneNumber="", city="", custom1="red")
    result, message = store.lead(
        orderId=lead["orderId"], emailAddress="", city="Brno", phoneNumber="+420241770449", custom2="blue"
    )
    assert (result, message["orderId"]) == ("SUCCESS", lead["orderId"])
    order = Order.objects.get()
    assert (order.email, order.phone, order.billing_address["city"]) == ("hholy@gmail.com", "+420241770449", "Brno")
    assert order.details == {"custom1": "red", "custom2": "blue"}
    assert SourceRecord.objects.get().phone == "+420241770449"


def test_somebody_is_found_by_what_a_lead_told_later(store):
    _, lead = store.lead(phoneNumber="")
    store.lead(orderId=lead["orderId"])
    _, other = store.lead(emailAddress="helena@example.com")
    assert other["customerId"] == lead["customerId"]


@table(
    ("sent", "wrong"),
    [
        ({"firstName": "", "lastName": ""}, {"firstName", "lastName"}),
        ({"emailAddress": "", "phoneNumber": ""}, {"emailAddress"}),
        ({"campaignId": ""}, {"campaignId"}),
        ({"campaignId": "999"}, {"campaignId"}),
        ({"orderId": "0000000000"}, {"orderId"}),
        ({"emailAddress": "x" * 300 + "@example.com"}, {"emailAddress"}),
        ({"emailAddress": "helena"}, {"emailAddress"}),
        ({"firstName": "a\0", "city": "b\0"}, {"firstName", "city"}),
        ({"ipAddress": "999.1.1.1"}, {"ipAddress"}),
        ({"custom1": "x" * 201}, {"custom1"}),
        ({"custom_a": "x\0"}, {"custom_a"}),
        ({f"custom_{n:02}": "x" for n in range(51)}, {"custom_50"}),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_written(store, sent, wrong):
    result, message = store.lead(**sent)
    assert (result, set(message)) == ("ERROR", wrong)
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_a_name_from_right_to_left_is_a_name(store):
    assert store.lead(firstName="שרה", lastName="לוי")[1]["name"] == "שרה לוי"


def test_what_was_bought_is_no_lead_any_more(store):
    _, order = store.order()
    result, message = store.lead(orderId=order["orderId"])
    assert (result, message.split(".")[0]) == ("ERROR", f"Order {order['orderId']} is COMPLETE")


def test_the_same_request_sent_again_is_the_same_lead(store):
    sent = store.caller.login | {"campaignId": store.campaign.pk, **HELENA}
    answers = [store.caller.client.post("/leads/import/", sent, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Order.objects.count() == 1


JON = {"firstName": "Jon", "lastName": "Fix", "phoneNumber": ""}


def test_who_corrects_their_email_with_the_order_is_one_customer(store):
    _, lead = store.lead(**JON, emailAddress="jon@gmial.org")
    _, first = store.order(**JON, emailAddress="jon@gmail.org", orderId=lead["orderId"])
    _, second = store.order(**JON, emailAddress="jon@gmail.org")
    assert (first["orderId"], second["customerId"]) == (lead["orderId"], lead["customerId"])
    assert Order.objects.get(number=first["orderId"]).source_record.email == "jon@gmail.org"
    assert Customer.objects.get().email == "jon@gmial.org"


def test_somebody_else_who_sends_the_number_of_a_lead_gets_an_order_of_their_own(store):
    _, lead = store.lead(**JON, emailAddress="jon@gmail.org")
    udo = {"firstName": "Udo", "lastName": "Second", "emailAddress": "udo@second.com", "phoneNumber": ""}
    _, bought = store.order(**udo, orderId=lead["orderId"])
    _, entries = store.lead(**udo | {"emailAddress": "udo@third.com", "lastName": "Third"}, orderId=lead["orderId"])
    assert len({lead["orderId"], bought["orderId"], entries["orderId"]}) == 3
    assert len({lead["customerId"], bought["customerId"], entries["customerId"]}) == 3
    assert Order.objects.get(number=lead["orderId"]).email == "jon@gmail.org"
