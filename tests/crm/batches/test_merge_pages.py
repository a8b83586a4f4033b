"""From the ticks of the worklist to the preview, the job and what came of it; and who may."""

import pytest
from django.urls import reverse

from crm.jobs.models import Job
from customers.models import Customer, Merge, MergeBatch
from tests.acts import edit
from tests.crm.batches.sent import sent_of
from tests.crm.batches.test_undo_pages import work
from tests.factories import customer_with_order, make_user, signed_in
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
URL, SELECTED = reverse("batches:merge"), reverse("batches:merge_selected")
WORKLIST = reverse("customers:duplicates")
NEEDS = ["customers.view_customer", "customers.merge_customer", "customers.undo_merge"]


@pytest.fixture
def jane(db):
    return make_user("jane", NEEDS)


@pytest.fixture
def groups() -> list[str]:
    """The numbers of three pairs with the same email, of which the last has different phones."""
    phones = [("", ""), ("", ""), ("+420 241 770 449", "+420 602 330 910")]
    pairs = [
        [customer_with_order(email=f"h{n}@reunite.cz", phone=phone).pk for phone in of_pair]
        for n, of_pair in enumerate(phones)
    ]
    return [" ".join(map(str, pair)) for pair in pairs]


def named(groups: list[str]) -> str:
    return ".".join(group.replace(" ", "-") for group in groups)


def test_groups_that_are_ticked_are_merged_by_a_job_and_can_be_undone_as_one(jane, groups):
    client = signed_in(jane)
    page = client.get(WORKLIST).text
    assert all(f'name="group" value="{group}"' in page for group in groups)
    assert "No groups to merge" in visible_text(client.get(URL, {"groups": named(groups[2:])}))
    page = client.post(SELECTED, {"group": groups}, follow=True)
    text = visible_text(page)
    assert page.redirect_chain == [(f"{URL}?groups={named(groups)}", 302)]
    assert "Merge 2 groups?" in text
    assert "Different values: Phone" in text

    sent = sent_of(page) | {"reason": "The list of May"}
    first, second = (client.post(URL, sent) for _ in range(2))
    batch = MergeBatch.objects.get()
    assert (first.url, second.url) == (reverse("batches:merge_detail", args=[batch.pk]),) * 2
    job = work()
    assert (job.state, job.done, job.counts, job.about) == ("done", 2, {"Merged": 2}, "2 groups")
    assert {(merge.via, merge.by, merge.reason) for merge in Merge.objects.all()} == {("bulk", jane, "The list of May")}
    page = client.get(first.url)
    assert " rows" not in visible_text(page)
    admin = signed_in(make_user("root", is_superuser=True))
    assert "Done after 2 groups" in visible_text(admin.get(job.get_absolute_url()))
    assert f"Merge {Merge.objects.earliest('pk').pk}" in visible_text(page)
    undo = f"{reverse('batches:undo')}?batch={batch.pk}"
    assert f'href="{undo}"' in page.text
    client.post(undo, sent_of(client.get(undo)))
    assert work().counts == {"Undone": 2}
    assert Customer.objects.live().count() == 6
    assert "Undone" in visible_text(client.get(first.url))


def test_conflicts_are_settled_as_told_and_cleared_groups_are_left_out(jane, groups):
    client = signed_in(jane)
    page = client.get(URL, {"conflict": "kept", "keep": "orders"})
    assert "Groups left for a person 0" in visible_text(page)
    sent = sent_of(page)
    sent["group"] = [named([groups[2]])]
    client.post(URL, sent)
    assert work().counts == {"Merged": 1}
    assert Merge.objects.get().survivor_id == int(groups[2].split()[0])


def test_a_preview_of_customers_who_changed_is_shown_again(jane, groups):
    client = signed_in(jane)
    sent = sent_of(client.get(URL))
    edit(Customer.objects.get(pk=int(groups[0].split()[0])), company="Acme")
    page = client.post(URL, sent)
    assert page.status_code == 409
    assert "Some of these customers were changed since you opened the page." in visible_text(page)
    assert not Job.objects.exists()
    client.post(URL, sent_of(page))
    assert work().counts == {"Merged": 2}


def test_what_is_not_valid_merges_nothing(jane, groups):
    client = signed_in(jane)
    assert "Select the groups first." in visible_text(client.post(SELECTED, {"group": ["x", "7"]}, follow=True))
    many = {"group": [f"{n}0000000 {n}1111111" for n in range(1, 300)]}
    assert "Select fewer groups" in visible_text(client.post(SELECTED, many, follow=True))
    wrong = client.get(URL, {"owner": "nobody"}, follow=True)
    assert "Filters with values that are not valid: Owner." in visible_text(wrong)
    assert "No groups" in visible_text(client.get(URL, {"groups": "1-x.999999-999998"}))
    page = client.get(URL, {"keep": "?", "conflict": "?"})
    assert page.status_code == 200
    none = client.post(URL, sent_of(page) | {"group": []})
    assert (none.status_code, "Select at least one group." in visible_text(none)) == (422, True)
    assert client.post(URL, {"groups": named(groups), "token": "x"}).status_code == 422
    assert not Job.objects.exists()


def test_a_filter_of_the_worklist_lets_only_its_groups_through(jane, groups):
    customer_with_order(first_name="Eva", last_name="Malá", email="eva@reunite.cz", phone="+420 777 123 456")
    customer_with_order(first_name="Eva", last_name="Malá", email="", phone="+420 777 123 456")
    client = signed_in(jane)
    assert "Merge 3 groups?" in visible_text(client.get(URL))
    assert "Merge 1 group?" in visible_text(client.get(URL, {"evidence": "phone"}))
    assert "No groups" in visible_text(client.get(URL, {"tab": "likely"}))
