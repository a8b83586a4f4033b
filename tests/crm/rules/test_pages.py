"""A rule on its pages: made from a template, tested, turned on, and what is left of it."""

import pytest
from django.urls import reverse

from crm.jobs.models import Job
from crm.jobs.rule_turns import follow_rules
from crm.jobs.turn import take_turn
from customers.lib.shares import wilson_lower_bound
from customers.matching.not_duplicates import mark_not_duplicates
from customers.matching.related import mark_related
from customers.models import IgnoredValue, Merge, MergeRule, NotDuplicate, Relation, SharedValue
from customers.models.rule import RuleState
from customers.rules.words import rule_in_words
from tests.acts import undo
from tests.database import reloaded
from tests.factories import make_user, signed_in
from tests.factories.rules import known_as, make_rule, run_back_test
from tests.page_text import visible_text

pytestmark = pytest.mark.django_db
NEEDED = ("customers.view_customer", "customers.manage_mergerule", "customers.merge_customer")


@pytest.fixture
def jane():
    return make_user("jane", NEEDED)


@pytest.fixture
def client(jane):
    return signed_in(jane)


def work_off() -> None:
    for job in Job.objects.filter(state="queued"):
        take_turn(str(job.uuid), worker="one")


def form_of(response) -> dict[str, object]:
    """What the page would send."""
    form = response.context["form"]
    sent = {field.name: field.value() for field in form}
    return {name: value for name, value in sent.items() if value not in (None, False)} | {
        "owner": getattr(sent["owner"], "pk", sent["owner"]) or ""
    }


def address(name: str, *arguments: object) -> str:
    return reverse(f"rules:{name}", args=arguments)


def asked_again(client, rule):
    """What the page asks by itself while the back-test runs."""
    return client.get(address("back_test", rule.pk), headers={"HX-Request": "true", "HX-Target": "running"})


def test_a_second_rule_of_a_template_gets_a_number(client):
    for _ in range(2):
        client.post(address("add"), form_of(client.get(address("add") + "?template=email-name")))
    assert [rule.name for rule in MergeRule.objects.all()] == ["Same email and name", "Same email and name 2"]


def test_a_rule_from_its_template_to_its_first_merge_and_an_undo(client, jane):
    one, other = known_as(email="hholy@gmail.com"), known_as(email="hholy@gmail.com", source="Marketplace")
    assert "No rules yet" in client.get(address("list")).text
    page = client.get(address("add") + "?template=email-name")
    sent = {**form_of(page), "test": ""}
    page = client.post(address("add"), sent, follow=True)
    assert "The back-test is running" in page.text
    rule = MergeRule.objects.get()
    assert (rule.name, rule.state, rule.owner) == ("Same email and name", RuleState.DRY_RUN, jane)
    assert asked_again(client, rule).status_code == 204
    work_off()
    assert asked_again(client, rule).headers["HX-Refresh"] == "true"
    page = client.get(address("back_test", rule.pk))
    assert "Turning it on merges 1 group now" in visible_text(page)
    refused = client.post(address("switch", rule.pk), {"state": "on"}, follow=True)
    assert "Look at the back-test first" in visible_text(refused)

    test = page.context["page"].test
    client.post(address("switch", rule.pk), {"state": "on", "looked": test.pk})
    work_off()
    merge = Merge.objects.get()
    assert merge.rule == rule
    assert "Rule “Same email and name”" in client.get(merge.get_absolute_url()).text
    assert "Rule “Same email and name”" in client.get(f"/merges/?rule={rule.pk}").text
    assert "into this customer by the rule" in visible_text(client.get(one.get_absolute_url()))

    undo(merge)
    follow_rules()
    assert Merge.objects.count() == 1
    page = visible_text(client.get(address("detail", rule.pk)))
    assert "On" in page
    assert "Dry run" in page  # in its history
    assert other.pk


def test_answers_about_the_sample_are_kept(client):
    rule = make_rule("email-name", state="dry_run")
    for source in ("Shop", "Marketplace"):
        known_as(email="hholy@gmail.com", source=source)
    client.post(address("back_test_start", rule.pk))
    work_off()
    test = rule.back_tests.get()
    sent = {"test": test.pk, "answer-0": "apart"}
    page = client.post(address("back_test_answer", rule.pk), sent, follow=True)
    assert "Answers saved. Marked as not duplicates: 1." in visible_text(page)
    assert "1 of 1 answered" in visible_text(page)
    assert NotDuplicate.objects.exists()
    page = client.post(address("back_test_answer", rule.pk), {**sent, "test": 0}, follow=True)
    assert "there is another back-test now" in visible_text(page)


def test_a_pair_that_is_related_is_called_so_where_staff_decided_otherwise(client):
    rule = make_rule("email-name", state="dry_run")
    pair = [known_as(email="hholy@gmail.com", source=source) for source in ("Shop", "Marketplace")]
    mark_related([one.pk for one in pair], Relation.HOUSEHOLD, by=None)
    run_back_test(rule)
    assert "Related: same household" in visible_text(client.get(address("back_test", rule.pk)))


def test_a_group_that_staff_kept_apart_is_no_longer_left_for_review(client):
    rule = make_rule("email-name")
    phones = {"Shop": "+420 241 770 441", "Marketplace": "+420 241 770 442"}
    groups = [
        [known_as(email=f"{name}@home.example", source=source, phone=phone) for source, phone in phones.items()]
        for name in ("ann", "bob")
    ]
    follow_rules()
    mark_not_duplicates(*groups[0], by=None)
    page = client.get(address("detail", rule.pk), {"found": "conflict"}).context["page"]
    assert [row.customers for row in page.rows] == [groups[1]]


def test_wrong_input_is_named_at_its_field(client):
    page = client.get(address("add"))
    page = client.post(address("add"), {**form_of(page), "name": "All", "by_probability": "on", "probability": "30"})
    assert page.status_code == 422
    assert "greater than or equal to 50" in page.text
    page = client.post(address("add"), {**form_of(client.get(address("add"))), "name": "All"})
    assert "Select what two customers must have in common." in page.text


def test_two_tabs_lose_no_change(client):
    rule = make_rule("email-name", state="off")
    edit = address("edit", rule.pk)
    sent = form_of(client.get(edit))
    assert client.post(edit, {**sent, "names": "last"}).status_code == 302
    page = client.post(edit, {**sent, "names": "first"})
    assert "was changed since you opened the page. Check it, then save again." in visible_text(page)
    assert "the same last name" in visible_text(page)  # in words, as last saved
    assert client.post(edit, form_of(page)).status_code == 302
    assert reloaded(rule).names == "first"


def test_a_probability_is_shown_and_saved_as_it_was_entered(client):
    rule = make_rule(evidence=[], least_probability=0.99999, state="off")
    edit = address("edit", rule.pk)
    assert client.post(edit, form_of(client.get(edit))).status_code == 302
    assert reloaded(rule).least_probability == 0.99999
    assert "At least 99.999% likely" in rule_in_words(rule)[0]


def test_home_says_which_rules_stopped_themselves(client):
    make_rule("email-name", state="stopped", stopped_because="3 of 4 customers were restored.")
    assert "stopped itself. 3 of 4 customers were restored." in " ".join(visible_text(client.get("/")).split())
    viewer = signed_in(make_user("viewer", ["customers.view_customer"]))
    assert "stopped itself" not in viewer.get("/").text


def test_a_rule_that_is_on_is_paused_and_deleted_only_when_it_is_off(client):
    rule = make_rule("chartmogul")
    assert "Turn it off first" in visible_text(client.post(address("delete", rule.pk), follow=True))
    client.post(address("switch", rule.pk), {"state": "dry_run"})
    client.post(address("switch", rule.pk), {"state": "nonsense"})
    assert MergeRule.objects.get().state == RuleState.DRY_RUN
    assert "What it merged stays merged" in visible_text(client.post(address("delete", rule.pk), follow=True))
    assert client.get(address("detail", rule.pk)).status_code == 404


def test_the_page_names_values_that_very_many_have_and_offers_to_ignore_them(client):
    rule = make_rule("email-name")
    for value, holders in (("info@reunite.cz", 5_312), ("shop@reunite.cz", 40), ("none@reunite.cz", 6_000)):
        SharedValue.objects.create(kind="email", value=value, holders=holders)
    IgnoredValue.objects.create(kind="email", value="none@reunite.cz")
    page = client.get(rule.get_absolute_url())
    text = visible_text(page)
    assert "info@reunite.cz About 5,312 customers: none compared" in text
    assert "shop@reunite.cz About 40 customers: the same names only" in text
    assert "none@reunite.cz" not in text
    assert f"{reverse('customers:list')}?q=info%40reunite.cz" in page.content.decode()
    assert "Ignore values" not in text
    admin = signed_in(make_user("ann", (*NEEDED, "customers.change_ignoredvalue")))
    assert "Not the value of one person? Ignore values" in visible_text(admin.get(rule.get_absolute_url()))


def test_a_rule_in_words():
    rule = make_rule("email-name", least_probability=0.999, exempt_tags=["vip"], exempt_statuses=["past_due"])
    assert rule_in_words(rule) == [
        "Same email, at least 99.9% likely, the same first and last name.",
        "Keeps the oldest customer; leaves conflicts for review.",
        "Never merged: active purchases on two sides, Past Due, tag vip, groups of more than 20.",
    ]


def test_how_surely_a_rule_is_correct():
    assert round(wilson_lower_bound(298, 312), 3) == 0.926
