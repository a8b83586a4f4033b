"""Merges from before names were kept show the names that the history of profiles has."""

import pytest

from customers.merging.history import merge_rows
from customers.models import Merge, MergeMember
from customers.profile.edit import edit_profile
from customers.review.sample import draw_sample
from tests.acts import fresh, merge, undo
from tests.factories import customer_with_order
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def helena(db):
    return customer_with_order(first_name="Helena", last_name="Holý", email="hholy@gmail.com")


@pytest.fixture
def elena(db):
    return customer_with_order(first_name="Elena", last_name="Holy", email="elena@x.cz")


def rename(customer, last_name: str) -> None:
    (current,) = fresh(customer)
    edit_profile(current, {"last_name": last_name}, version=current.version, by=None, via="page")


def names_then(made: Merge) -> list[str]:
    """As of a merge that was made before names were kept."""
    Merge.objects.update(survivor_name="")
    MergeMember.objects.update(duplicate_name="")
    [row] = merge_rows(list(Merge.objects.filter(pk=made.pk).select_related("survivor")))
    names = [row.merge.survivor_then, *(member.duplicate_then for member in row.members)]
    return [without_isolates(name) for name in names]


def without_isolates(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_a_name_that_was_edited_since_is_the_one_of_then(helena, elena, as_agent):
    rename(elena, "Holyová")
    made = merge(*fresh(helena, elena), last_name="Merged")
    rename(helena, "Nováková")
    undo(made)
    rename(elena, "Kovářová")
    assert names_then(made) == [f"Helena Holý ({helena.pk})", f"Elena Holyová ({elena.pk})"]
    assert "Kept: " in as_agent.get(made.get_absolute_url()).text
    assert "Elena Holyová" in as_agent.get(made.get_absolute_url()).text


@pytest.mark.parametrize("is_kept", [True, False])
def test_home_samples_and_the_tree_have_the_names_of_then(is_kept, helena, elena, as_admin, admin_user):
    made = merge(helena, elena)
    if not is_kept:
        Merge.objects.update(survivor_name="")
        MergeMember.objects.update(duplicate_name="")
    rename(helena, "Nováková")
    undo(made, by=admin_user)
    rename(elena, "Kovářová")
    sample = draw_sample(by=admin_user)
    home, sampled, of_merge = (
        without_isolates(visible_text(as_admin.get(url)))
        for url in ("/", sample.get_absolute_url(), made.get_absolute_url())
    )
    assert home.count(f"Elena Holy ({elena.pk})") == home.count(f"Helena Holý ({helena.pk})") == 2
    assert f"Elena Holy ({elena.pk})" in sampled
    assert f"Helena Holý ({helena.pk})" in sampled
    assert f"Elena Holy ({elena.pk})" in of_merge.partition("Merge tree")[2]


def test_a_name_that_an_undo_took_out_since_is_said_to_be_that_of_today(helena, elena):
    other = customer_with_order(first_name="Jan", last_name="Jiný", email="jan@x.cz")
    earlier = merge(*fresh(helena, elena), last_name="Merged")
    made = merge(*fresh(helena, other))
    undo(earlier)
    assert names_then(made) == [f"Helena Holý ({helena.pk}), name of today", f"Jan Jiný ({other.pk})"]


def test_a_name_that_never_changed_is_the_one_of_today(helena, elena, django_assert_num_queries):
    made = merge(helena, elena)
    assert names_then(made) == [f"Helena Holý ({helena.pk})", f"Elena Holy ({elena.pk})"]
