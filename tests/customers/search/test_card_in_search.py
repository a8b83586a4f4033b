import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_without_a_script_the_list_leads_on_to_the_last_four_digits(as_agent):
    answer = as_agent.get(reverse("customers:list"), {"q": "4242 4242 4242 4242"})
    assert (answer.status_code, answer.url) == (302, "/customers/?q=4242")
    assert "Card numbers are not searched for." in as_agent.get(answer.url).text
