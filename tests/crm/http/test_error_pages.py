"""The pages that say what went wrong: what happened, why, and where to go on from there."""

import logging
import re

import pytest
import time_machine
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.test import Client

from tests.factories import CustomerFactory, make_user, signed_in
from tests.tables import table

PART = {"HX-Request": "true", "HX-Target": "rows"}


def links(response) -> dict[str, str]:
    """{label: address} of the ways on."""
    ways = response.content.decode().partition("ways-on")[2]
    return {label: address for address, label in re.findall(r'<a class="button" href="([^"]*)">([^<]*)<', ways)}


def test_a_refusal_says_why_and_where_to_go_on(as_agent):
    response = as_agent.get("/users/", headers={"Referer": "http://testserver/customers/?q=holy"})

    assert response.status_code == 403
    back = "http://testserver/customers/?q=holy"
    assert links(response) == {"Back": back, "Home": "/", "Customers": "/customers/"}


def test_a_refusal_is_one_line_of_the_log(as_agent, caplog):
    as_agent.get("/users/")

    assert "Forbidden (Permission denied): /users/" in caplog.text
    assert "Traceback" not in caplog.text


@table("referer", ["https://elsewhere.example/", "javascript:alert(1)", "http://testserver/users/"])
def test_back_leads_to_a_page_of_ours_and_not_to_this_one(as_agent, referer):
    assert "Back" not in links(as_agent.get("/users/", headers={"Referer": referer}))


@table(("permissions", "label"), [((), "Your account"), (("accounts.manage_user",), "Users")])
def test_only_what_one_may_open_is_linked(db, permissions, label):
    assert links(signed_in(make_user("somebody", permissions)).get("/merges/")).keys() == {label}


def test_a_missing_page_offers_the_search_to_who_may_use_it(as_agent, nobody):
    page = as_agent.get("/customers/999999/").content.decode()
    assert page.count('aria-label="Search customers"') == 1
    assert '<form class="search-instead" role="search"' in page

    response = signed_in(nobody).get("/nowhere/")
    assert response.status_code == 404
    assert "search-instead" not in response.content.decode()


def test_a_form_of_yesterday_leads_back_to_its_page(agent):
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    response = client.post("/customers/1/notes/", {"text": "x"}, headers={"Referer": "http://testserver/customers/1/"})

    assert response.status_code == 403
    assert "Your session has expired" in response.content.decode()
    assert links(response)["Back"] == "http://testserver/customers/1/"


def test_a_request_for_another_host_is_refused_without_a_failure(client, db):
    response = client.get("/", headers={"Host": "elsewhere.example"})

    assert response.status_code == 400
    assert "The request was not understood" in response.content.decode()


@time_machine.travel("2026-01-12 14:32:00+00:00", tick=False)
def test_who_tried_too_often_is_told_when_to_try_again(client, db):
    make_user("margaret", password="a good password")
    for _ in range(10):
        response = client.post("/accounts/login/", {"username": "margaret", "password": "wrong"})

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert "Try again after <time" in response.content.decode()
    assert ">14:47 UTC</time>" in response.content.decode()


# When Reunite fails


@pytest.fixture
def without_database(as_agent):
    """Who is signed in while no query is answered."""

    def refuse(execute, sql, params, many, context):
        raise OperationalError("secret-host refused the connection")

    as_agent.raise_request_exception = False
    with connection.execute_wrapper(refuse):
        yield as_agent


def test_a_failure_has_a_page_without_a_database_and_a_reference_that_the_log_has_too(without_database, caplog):
    with caplog.at_level(logging.ERROR):
        response = without_database.get("/customers/")

    assert response.status_code == 500
    page = response.content.decode()
    reference = re.search(r"Request ID <strong>([0-9a-f]{12})</strong>", page)[1]
    assert f"Request {reference}: the error that follows" in caplog.text
    assert "secret-host" in caplog.text
    assert "secret-host" not in page
    assert links(response) == {"Home": "/"}


def test_the_page_for_a_failure_needs_no_context_at_all():
    assert "This is an error in Reunite, not a mistake of yours." in render_to_string("500.html")


# Parts of pages


def test_a_part_that_is_refused_or_missing_leads_the_whole_page_there(as_agent):
    for address, status in (("/customers/999999/?tab=notes", 404), ("/users/", 403)):
        response = as_agent.get(address, headers=PART)
        assert (response.status_code, response.headers["HX-Redirect"]) == (status, address)


def test_a_part_that_fails_leads_the_whole_page_there(without_database):
    response = without_database.get("/customers/?q=x", headers=PART)

    assert (response.status_code, response.headers["HX-Redirect"]) == (500, "/customers/?q=x")


def test_what_is_answered_well_leads_nowhere(as_agent):
    customer = CustomerFactory(first_name="Helena")

    assert "HX-Redirect" not in as_agent.get(customer.get_absolute_url(), headers=PART).headers
    assert "HX-Redirect" not in as_agent.get("/users/").headers


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_an_address_that_is_no_path_is_not_found(client, method):
    assert client.generic(method, "*").status_code == 404


@pytest.mark.django_db
def test_a_page_of_an_error_shows_the_id_that_its_answer_has(nobody):
    client = signed_in(nobody)
    for path in ("/customers/", "/no/such/page/"):
        answer = client.get(path)
        assert f'Request ID <span class="code">{answer.headers["X-Request-ID"]}</span>' in answer.text
