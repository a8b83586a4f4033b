"""The page of one merge: what it changed and moved, and how to undo it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.models import Merge
from tests.acts import merge, undo
from tests.factories import order, signed_in

pytestmark = pytest.mark.django_db


def test_a_merge_tells_what_changed_what_moved_and_where_it_is_now(as_agent, admin_user, helena, helen):
    merged = merge(helena, helen, by=admin_user, company="Holý Design", credit={"USD": Decimal(3)})
    Merge.objects.filter(pk=merged.pk).update(
        reason="Called in", warnings=[["No shared email or phone.", "Said then."]]
    )

    page = as_agent.get(merged.get_absolute_url()).text

    for text in (
        f"Merge {merged.pk}: Helena Holý",
        "<bdi>Jane Peacock</bdi> · Web",
        "“<bdi>Called in</bdi>”",
        "entered by Jane Peacock",
        "corrected by 3.00 USD",
        "MP-1",
        "27.84 USD",
        "No shared email or phone.",
        f'data-label="Current customer"><a href="{helena.get_absolute_url()}">Helena Holý ({helena.pk})</a>',
        f'data-label="From">Helena Holy ({helen.pk})</td>',
        '<th scope="row">Orders</th><td class="num">1</td>',
    ):
        assert text in page
    assert "Undo…" in page
    assert "Undo only this one" not in page


def test_a_merge_of_several_offers_to_undo_one(as_agent, helena, helen, initial):
    merged = merge(helena, helen, initial)

    page = as_agent.get(merged.get_absolute_url()).text
    assert f"?only={helen.pk}" in page

    undo(merged, helen)
    page = as_agent.get(merged.get_absolute_url()).text
    assert "Partly undone" in page
    assert "Restored" in page
    assert "Undo only this one" not in page


def test_a_merge_asks_as_many_queries_however_much_moved(as_agent, helena, helen, django_assert_max_num_queries):
    merged = merge(helena, helen)
    as_agent.get(merged.get_absolute_url())
    # session, user with permissions, merge, members, their names, changes, corrections, records, their totals, rows;
    # family (its parts, 2 a generation), later merges, who took parts back, splits
    with django_assert_max_num_queries(17) as few:
        as_agent.get(merged.get_absolute_url())
    for n in range(10):
        order(source="Marketplace", external_id="MP-1", total=str(n))
    with django_assert_max_num_queries(len(few)):
        as_agent.get(merged.get_absolute_url())


def test_who_may_not_undo_sees_the_merge_without_the_button(viewer, helena, helen):
    merged = merge(helena, helen)
    client = signed_in(viewer)

    assert "Undo…" not in client.get(merged.get_absolute_url()).text
    undo_url = reverse("customers:merge_undo", args=[merged.pk])
    for response in (client.get(undo_url), client.post(undo_url)):
        assert response.status_code == 403
        assert "You need the permission “Can undo merges”. An admin can grant it on Edit User." in response.text
    assert not Merge.objects.exclude(undone_at=None).exists()


def test_an_unknown_merge_is_not_there(as_agent):
    assert as_agent.get(reverse("customers:merge_detail", args=[9])).status_code == 404
    assert as_agent.get(reverse("customers:merge_undo", args=[9])).status_code == 404
