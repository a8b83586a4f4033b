"""Where merging is offered, and the merges there were."""

from crm.accounts.checkboxes import ALL_PERMISSIONS
from customers.matching.not_duplicates import mark_not_duplicates
from customers.merging.undo import undo_merge
from tests.acts import merge
from tests.customers.pages.page_requests import url
from tests.factories import make_user, signed_in
from tests.tables import table


def test_merge_is_offered_to_who_may_when_somebody_matches(as_agent, viewer, helena, double):
    button = f'<a class="button default" href="/customers/{helena.pk}/merge/" data-key="m">Merge'

    assert button in as_agent.get(url(helena)).text
    assert '1<span class="visually-hidden"> possible duplicate</span>' in as_agent.get(url(helena)).text
    assert "/merge/" not in signed_in(viewer).get(url(helena)).text


def test_merge_is_not_offered_when_nobody_matches(as_agent, helena):
    assert "/merge/" not in as_agent.get(url(helena)).text


def test_merge_is_no_suggestion_any_more_when_all_were_dismissed(as_agent, helena, double):
    mark_not_duplicates(helena, double, by=None)

    button = f'<a class="button" href="/customers/{helena.pk}/merge/" data-key="m">Merge</a>'
    assert button in as_agent.get(url(helena)).text


@table("missing", ["customers.merge_customer", "customers.merge_unmatched_customer"])
def test_merging_with_anybody_needs_both_permissions(missing, as_admin, helena):
    almost = signed_in(make_user("almost", ALL_PERMISSIONS - {missing}))

    assert "Merge with another customer…" in as_admin.get(url(helena)).text
    assert "Merge with another customer…" not in almost.get(url(helena)).text


def test_merges_are_listed_where_there_are_any_also_undone_ones(as_agent, agent, helena, double):
    link = "Merge history"
    assert link not in as_agent.get(url(helena)).text

    undo_merge(merge(helena, double), by=agent)
    for customer in (helena, double):
        assert f'/merges/?customer={customer.pk}">{link}' in as_agent.get(url(customer)).text
