"""Who may open each page of `page_access.py`, and who is refused."""

import pytest
from django.urls import reverse

from crm.accounts.checkboxes import ALL_PERMISSIONS
from tests.factories import make_user, signed_in
from tests.page_access import (
    ANYONE_SIGNED_IN,
    IMPORTS,
    JOBS,
    NEEDED,
    OWNERS,
    PAGES,
    PUBLIC,
    ask_each,
    links_of,
    url_names,
)
from tests.tables import table


def test_every_page_is_listed():
    # What programs ask is listed in tests/api/.
    pages = {name for name in url_names() if not name.startswith(("v1:", "konnektive:"))}
    assert pages == PAGES.keys() | PUBLIC | ANYONE_SIGNED_IN.keys() | OWNERS.keys() | JOBS | IMPORTS


@pytest.mark.one_database
def test_strangers_are_sent_to_sign_in(client, subjects):
    answers = ask_each(client, PAGES, subjects)

    sign_in = reverse("login") + "?next="
    assert {
        name for name, answer in answers.items() if not answer.headers.get("Location", "").startswith(sign_in)
    } == set()


@pytest.mark.one_database
@table("need", sorted(NEEDED))
def test_who_may_do_everything_else_is_refused_what_is_asked_and_what_is_sent(need, subjects):
    """So it holds for every role, which is a choice of permissions."""
    client = signed_in(make_user("almost", ALL_PERMISSIONS - {need}))
    closed = [name for name, page in PAGES.items() if need in page.needs]
    answers = ask_each(client, closed, subjects)

    assert {name for name, answer in answers.items() if answer.status_code != 403} == set()
    others = {name: "GET" if PAGES[name].method == "post" else "POST" for name in closed}
    assert opened(client, others, subjects) == set()


def opened(client, methods, subjects):
    """The names of pages that are not refused when they are asked by their one of `methods`, with nothing sent."""
    addresses = {name: reverse(name, args=[subjects[subject] for subject in PAGES[name].of]) for name in methods}
    return {
        name
        for name, method in methods.items()
        if client.generic(method, addresses[name]).status_code not in {403, 405}
    }


def test_who_may_only_this_is_let_in_and_led_nowhere_else(subjects):
    answers = {}
    for number, needs in enumerate({page.needs for page in PAGES.values()}):
        client = signed_in(make_user(f"only {number}", needs))
        answers |= ask_each(client, [name for name, page in PAGES.items() if page.needs == needs], subjects)

    assert answers.keys() == PAGES.keys()
    assert {name for name, answer in answers.items() if answer.status_code not in {200, 302}} == set()
    closed = {
        (name, link)
        for name, answer in answers.items()
        for link in links_of(answer)
        if {*PAGES[link].needs} - {*PAGES[name].needs}
    }
    assert closed == set()


@pytest.mark.one_database
@table("method", ["PUT", "DELETE"])
def test_no_other_method_opens_a_page_to_who_has_no_permission(method, subjects):
    assert opened(signed_in(make_user("nothing")), dict.fromkeys(PAGES, method), subjects) == set()


@table(("name", "of"), sorted((ANYONE_SIGNED_IN | OWNERS).items()))
def test_strangers_are_sent_to_sign_in_from_what_anyone_else_may_open(name, of, client, db):
    assert client.get(reverse(name, args=of)).url.startswith("/accounts/login/")


@table("name", sorted(OWNERS))
def test_what_is_somebody_elses_is_not_there(name, subjects):
    assert signed_in(make_user("admin", ALL_PERMISSIONS)).get(reverse(name, args=[subjects["key"]])).status_code == 404
