"""The pages under Settings → Webhooks."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from crm.webhooks import endpoints
from crm.webhooks.deliver import deliver_due
from crm.webhooks.models import Delivery, DeliveryState, Replay, WebhookEndpoint
from crm.webhooks.purge import purge_deliveries
from customers.models import EventKind
from tests.factories import CustomerFactory, make_user, signed_in
from tests.factories.webhooks import delivery_of, make_endpoint
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
ALL = {"name": "Warehouse", "all_kinds": "on"}


@pytest.fixture
def client():
    return signed_in(make_user("manager", ["webhooks.manage_webhook", "customers.view_customer"]))


def page(client, name: str, *args: object, **query: object) -> str:
    return visible_text(client.get(reverse(f"webhooks:{name}", args=args), query)).replace(" .", ".")


def press(client, button: str, /, *args: object, **values: object) -> str:
    return visible_text(client.post(reverse(f"webhooks:{button}", args=args), values, follow=True))


def test_the_secret_of_a_new_endpoint_is_shown_once(client, receiver):
    answer = client.post(reverse("webhooks:add"), ALL | {"url": receiver.url})
    endpoint = WebhookEndpoint.objects.get()
    (secret,) = endpoints.secrets_of(endpoint, at=timezone.now())
    assert secret in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in client.get(endpoint.get_absolute_url()).text


def test_an_endpoint_is_refused_beside_its_url_and_nothing_is_lost(client):
    answer = client.post(reverse("webhooks:add"), ALL | {"url": "https://10.0.0.1/"})
    assert answer.status_code == 422
    assert "private or reserved network" in visible_text(answer)
    assert 'value="https://10.0.0.1/"' in answer.text
    assert not WebhookEndpoint.objects.exists()


def test_some_kinds_or_all_have_to_be_selected(client, receiver):
    values = {"name": "Warehouse", "url": receiver.url}
    assert "Select at least one kind" in press(client, "add", **values)
    press(client, "add", **values, kinds=["order.refunded", "customer.merged"])
    endpoint = WebhookEndpoint.objects.get()
    assert sorted(endpoint.kinds) == ["customer.merged", "order.refunded"]

    press(client, "edit", endpoint.pk, **ALL, url=receiver.url, kinds=["order.refunded"])
    endpoint.refresh_from_db()
    assert endpoint.kinds == []


def test_every_kind_of_event_can_be_selected(client):
    form = client.get(reverse("webhooks:add")).text
    assert {kind for kind in EventKind.values if f'value="{kind}"' not in form} == set()


def test_a_failing_endpoint_says_since_when_how_many_wait_and_how_long_it_is_retried(client):
    since = timezone.now() - timedelta(hours=5)
    endpoint = make_endpoint(failing_since=since)
    delivery = delivery_of(CustomerFactory(), endpoint)
    delivery_of(CustomerFactory(), endpoint)
    shown = page(client, "list")
    assert f"Warehouse has been failing since {since:%-d %b %Y, %H:%M} UTC. 2 events are waiting." in shown
    assert f"They are retried until {since + timedelta(days=3):%-d %b %Y, %H:%M} UTC." in shown
    kept_until = delivery.at + timedelta(days=90)
    assert f"kept until {kept_until:%-d %b %Y, %H:%M} UTC at the earliest." in shown


def test_home_names_endpoints_that_fail_for_long_to_who_can_do_something(client):
    now = timezone.now()
    make_endpoint(name="Briefly", failing_since=now)
    make_endpoint(name="For long", failing_since=now - timedelta(hours=2))
    make_endpoint(name="By hand", paused_at=now)
    endpoints.pause_by_itself(make_endpoint(name="By itself"), "Every delivery failed for three days.")
    shown = visible_text(client.get("/"))
    assert "For long has been failing since" in shown
    assert "By itself was paused on" in shown
    assert ("Briefly" in shown, "By hand" in shown) == (False, False)

    viewer = signed_in(make_user("viewer", ["customers.view_customer"]))
    assert "For long" not in visible_text(viewer.get("/"))


def test_an_endpoint_that_paused_itself_says_why_and_is_resumed(client):
    endpoint = make_endpoint()
    endpoints.pause_by_itself(endpoint, "Every delivery failed for three days.")
    assert "Every delivery failed for three days. 0 events are waiting." in page(client, "list")

    assert "Warehouse is active." in press(client, "resume", endpoint.pk)
    assert "Warehouse is paused. Events wait until you resume it." in press(client, "pause", endpoint.pk)
    assert "by manager" in page(client, "detail", endpoint.pk)


def test_a_new_secret_is_shown_once_and_the_old_one_has_an_end(client, endpoint):
    answer = client.post(reverse("webhooks:secret", args=[endpoint.pk]), {"hours": "24"})
    assert endpoints.secrets_of(endpoint, at=timezone.now())[0] in answer.text
    assert "also signs until" in page(client, "detail", endpoint.pk)


def test_deliveries_are_filtered_and_read_on(client):
    endpoint = make_endpoint()
    customers = [CustomerFactory(last_name=f"Customer {number}") for number in range(30)]
    deliveries = [delivery_of(customer, endpoint) for customer in customers]
    Delivery.objects.filter(pk=deliveries[0].pk).update(
        state=DeliveryState.GIVEN_UP, sent_at=timezone.now(), status=503
    )

    assert "Customer 29" in page(client, "list")
    assert "Customer 4" in page(client, "list", before=deliveries[5].pk)
    shown = page(client, "list", state="given_up", endpoint=endpoint.pk, kind="customer.updated")
    assert ("Customer 0" in shown, "503" in shown, "Customer 1" in shown) == (True, True, False)
    assert "No deliveries match" in page(client, "list", kind="order.refunded")


def test_who_may_not_view_customers_sees_their_numbers_only():
    delivery = delivery_of(CustomerFactory(last_name="Holý"))
    client = signed_in(make_user("operator", ["webhooks.manage_webhook"]))
    for name, args in (("list", []), ("detail", [delivery.endpoint_id]), ("delivery", [delivery.pk])):
        shown = page(client, name, *args)
        assert (str(delivery.customer) in shown, "Holý" in shown, '"data"' in shown) == (True, False, False)


def test_what_is_sent_of_an_order_is_shown_to_who_may_view_orders(client, endpoint, happen):
    happen(1, kind=EventKind.ORDER_CREATED, order="AB123")
    deliver_due()
    delivery = Delivery.objects.get()
    assert "AB123" not in page(client, "delivery", delivery.pk)
    permissions = ["webhooks.manage_webhook", "customers.view_customer", "orders.view_order"]
    assert "AB123" in page(signed_in(make_user("orders", permissions)), "delivery", delivery.pk)


def test_what_is_selected_is_sent_again(client, endpoint, receiver, happen):
    happen(1)
    deliver_due()
    delivery = Delivery.objects.get()
    assert "1 delivery is sent again." in press(client, "send_again", delivery=[delivery.pk])
    assert "These deliveries are waiting already" in press(client, "send_again", delivery=[delivery.pk])
    assert "no delivery was selected" in press(client, "send_again")
    deliver_due()
    assert len(receiver.ids) == 2


def test_one_delivery_shows_its_attempts_and_what_is_sent(client, endpoint, receiver, happen):
    receiver.answers = lambda body: 503
    receiver.write = lambda answer: answer.write(b"down for repairs")
    event = happen(1)
    deliver_due()
    shown = page(client, "delivery", Delivery.objects.get().pk)
    assert event.uuid in shown
    assert "down for repairs" in shown
    assert '"type":"customer.updated"' in shown


def test_a_test_event_is_sent_and_its_page_waits_for_the_answer(client, endpoint, receiver):
    assert "Not sent yet" in press(client, "test", endpoint.pk)
    url = Delivery.objects.get().get_absolute_url()
    headers = {"HX-Request": "true", "HX-Target": "awaited"}
    assert client.get(url, headers=headers).status_code == 204
    deliver_due()
    assert client.get(url, headers=headers).headers["HX-Refresh"] == "true"
    assert "Not sent yet" not in visible_text(client.get(url))


def test_a_replay_says_how_many_events_before_it_starts(client, endpoint, receiver, happen):
    for customer in range(3):
        happen(customer)
    deliver_due()
    since = f"{timezone.now() - timedelta(minutes=5):%Y-%m-%dT%H:%M:%S}"
    assert "3 events" in page(client, "replay", endpoint.pk, since=since)
    assert "No events of these kinds" in page(client, "replay", endpoint.pk, since=since, kinds="merges")
    assert not Replay.objects.exists()

    assert "The replay has started." in press(client, "replay", endpoint.pk, since=since)
    assert "has not ended yet" in press(client, "replay", endpoint.pk, since=since)
    assert "The replay was cancelled." in press(client, "replay_cancel", endpoint.pk)
    assert "Enter a date and a time" in page(client, "replay", endpoint.pk, since="soon")


def test_an_endpoint_is_deleted_with_what_was_sent(client):
    delivery = delivery_of(CustomerFactory())
    assert "1 event is waiting." in page(client, "delete", delivery.endpoint_id)
    assert "Warehouse was deleted." in press(client, "delete", delivery.endpoint_id)
    for name, pk in (("detail", delivery.endpoint_id), ("edit", delivery.endpoint_id), ("delivery", delivery.pk)):
        assert client.get(reverse(f"webhooks:{name}", args=[pk])).status_code == 404
    assert "No endpoints yet" in page(client, "list")

    assert purge_deliveries() == 0  # it may still be in use
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert purge_deliveries() == 1
    assert not WebhookEndpoint.objects.exists()
