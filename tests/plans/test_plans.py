"""No page, list or call reads all of a table that grows, or sorts or counts more than a page may: on both databases.

Each is asked once with few rows, for its statements. How those would be answered with many is what the database says
that was told of so many.
"""

import pytest

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.accounts.models import ApiKey, User
from crm.api.chartmogul import paging
from customers.models import ClosingReason, Customer, LeadPhase
from customers.search import scan
from tests.factories import make_user, signed_in
from tests.plans.accepted import ACCEPTED
from tests.plans.calls import Calls
from tests.plans.lists import FORMS, LISTS, TABBED, queries_of
from tests.plans.rows import fill_every_table
from tests.plans.statements import Statements
from tests.test_queries import (  # noqa: F401 - a fixture
    OPENED,
    address_of,
    customer,
    records_of,
    url_arguments,
)

NEEDS_DUPLICATE = {"customers:merge_values", "customers:merge_plain"}


@pytest.fixture
def short_stretches(monkeypatch) -> None:
    """What is read a stretch at a time ends before the few rows that there are do, as it does among many."""
    monkeypatch.setattr(paging, "BATCH_SIZES", (1, 1))
    for name, value in {"SHORTEST_STRETCH": 1, "LONGEST_STRETCH": 1, "MOST_STRETCHES": 2}.items():
        monkeypatch.setattr(scan, name, value)


def open_pages(statements: Statements, of: Customer, user: User) -> None:
    client = signed_in(user)
    names = url_arguments(client, of, user)
    names |= {"phase": LeadPhase.objects.earliest("pk").pk, "closing_reason": ClosingReason.objects.earliest("pk").pk}
    with statements.heard():
        for page in OPENED:
            first = {"duplicate": "{other}"} if page in NEEDS_DUPLICATE else {}
            for query in (first, *queries_of(page)):
                statements.page = f"{page} by {', '.join(query)}" if query else page
                sent = {name: value.format_map(names) for name, value in query.items()}
                response = client.get(address_of(page, names), sent)
                b"".join(response)
                assert response.status_code in {200, 302, 409, 422}, (statements.page, sent, response)


def ask_calls(statements: Statements, of: Customer) -> set[str]:
    """Return the paths of those that were never answered."""
    asked, answered, calls = set(), set(), Calls(records_of(of)[0])
    with statements.heard():
        for call, ask in calls.each():
            statements.page, path = call, call.split(" by ")[0]
            answer = ask()
            assert answer.status_code < 500, (call, answer.content)
            asked.add(path)
            if answer.status_code == 200 and not answer.content.startswith(b'{"result": "ERROR"'):
                answered.add(path)
    return asked - answered


def test_no_page_list_or_call_reads_a_whole_table_or_sorts_or_counts_more_than_a_page_may(
    customer,  # noqa: F811
    short_stretches,
):
    user = make_user("jane", ALL_PERMISSIONS)
    ApiKey.objects.create(user=user, name="Key")
    fill_every_table(records_of(customer)[0], Customer.objects.live().exclude(pk=customer.pk).earliest("pk"))
    statements = Statements()

    open_pages(statements, customer, user)
    unanswered = ask_calls(statements, customer)

    faults = [
        f"{page}: {fault}\n    {sql}"
        for page, fault, sql in statements.faults()
        if not any(page.split(" by ")[0] == accepted and part in fault for accepted, part in ACCEPTED)
    ]
    assert not faults, "\n".join(faults)
    assert unanswered == set()


@pytest.mark.one_database
def test_every_parameter_of_a_filter_is_asked():
    asked = {page: {name for query in queries_of(page) for name in query} for page in FORMS}
    missing = {page: form.base_fields.keys() - asked[page] for page, form in FORMS.items()}
    assert {page: names for page, names in missing.items() if names} == {}


@pytest.mark.one_database
def test_every_list_is_a_page():
    assert LISTS.keys() | TABBED.keys() | {page for page, _ in ACCEPTED if "/" not in page} <= {*OPENED}
