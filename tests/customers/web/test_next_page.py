import pytest
from django.test import RequestFactory
from django.urls import reverse

from customers.web.next_page import next_page
from tests.tables import table

ELSEWHERE = ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "/\\elsewhere.example"]
NO_PAGE = ["", "-1", "NaN", "[]", "jobs:list", "customers/1/", "\u202e"]


@table("address", ["/customers/?q=x", "/jobs/?state=paused", "/"])
def test_a_form_leads_back_to_the_page_that_it_names(address):
    assert next_page(RequestFactory().post("/", {"next": address}), otherwise="/home/") == address


@table("address", ELSEWHERE + NO_PAGE)
def test_what_is_no_page_of_ours_leads_to_another_one(address):
    assert next_page(RequestFactory().post("/", {"next": address}), otherwise="/home/") == "/home/"


@pytest.mark.django_db
@table("page", ["webhooks:send_again", "accounts:theme"])
def test_a_page_answers_what_is_no_address(page, as_admin):
    response = as_admin.post(reverse(page), {"next": "NaN", "theme": "dark"})
    assert (response.status_code, response.url[0]) == (302, "/")
