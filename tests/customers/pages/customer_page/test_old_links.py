"""Links to who was merged, erased, or never there."""

from django.utils import timezone

from customers.models import Customer
from tests.acts import merge
from tests.customers.pages.page_requests import WHEN, url
from tests.factories import customer_with_order
from tests.tables import table


def test_an_old_link_leads_on_and_says_so(as_agent, admin_user, helena, double):
    done = merge(helena, double, by=admin_user)
    response = as_agent.get(url(double), follow=True)

    assert response.redirect_chain == [(url(helena), 302)]
    today = f"{timezone.now():%-d %b %Y}"
    assert (
        f"You followed a link to H. Holý ({double.pk}), which was merged into Helena Holý ({helena.pk}) by Jane Peacock"
        f' on {today}.</span><a class="button small" href="/merges/{done.pk}/">View merge</a>'
    ) in response.text
    assert "You followed" not in as_agent.get(url(helena)).text


def test_an_old_link_is_followed_through_later_merges(as_agent, helena, double):
    last = customer_with_order(first_name="Lena", email="lena@example.org")
    merge(helena, double)
    merge(last, Customer.objects.get(pk=helena.pk))

    response = as_agent.get(url(double), follow=True)
    assert response.redirect_chain == [(url(last), 302)]
    today = f"{timezone.now():%-d %b %Y}"
    assert f"was merged into Helena Holý ({helena.pk}) by an API client on {today}. Both" in response.text
    assert "Both are merged into Lena Holý (" in response.text


def test_who_was_erased_is_gone_and_the_page_says_so(as_agent, helena, double):
    merge(helena, double)
    Customer.objects.filter(pk__in=[helena.pk, double.pk]).update(erased_at=WHEN)

    for customer in (helena, double):
        response = as_agent.get(url(customer))
        assert response.status_code == 410
        assert f"Customer {customer.pk} was erased" in response.text
        assert "Holý" not in response.text


@table("pk", [999_999, 10**30])
def test_an_unknown_number_is_not_found(pk, as_agent):
    assert as_agent.get(f"/customers/{pk}/").status_code == 404
