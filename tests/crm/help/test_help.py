"""Help in the app: each page that has a “?” has a text, and the other way round."""

import pytest
from django.urls import reverse

from crm.help.topics import FOLDER, MARKDOWN, PAGES, TOPIC_OF, all_topics
from tests.factories import signed_in
from tests.page_access import PAGES as ACCESS
from tests.page_access import url_names
from tests.tables import table


def test_every_topic_has_a_file_and_every_file_is_a_topic():
    assert {path.stem for path in FOLDER.glob("*")} == PAGES.keys()


def test_every_page_with_help_exists_and_has_one_topic():
    assert TOPIC_OF.keys() <= {*url_names()}
    assert len(TOPIC_OF) == sum(map(len, PAGES.values()))


LEADS_ON = {"customers:duplicates_next", "customers:merge_selected"}
"""Lead to another page at once."""


def test_every_page_has_help():
    screens = {name for name, page in ACCESS.items() if page.method == "get"} | {"home", "accounts:own", "jobs:list"}
    assert screens - TOPIC_OF.keys() == LEADS_ON


def test_every_topic_has_a_title_and_a_text():
    assert [topic.slug for topic in all_topics() if not topic.title or "<p>" not in topic.body] == []


def test_a_page_leads_to_its_help_and_the_help_says_its_title(nobody):
    client = signed_in(nobody)
    assert 'href="/help/account/"' in client.get("/account/").text
    page = client.get("/help/account/").text
    assert "<h1>Your account</h1>" in page
    assert "<strong>passkey</strong>" in page
    assert "/help/account/" in client.get("/help/").text


def test_a_page_without_help_has_no_question_mark(nobody):
    assert "Help for this page" not in signed_in(nobody).get("/help/").text


@table("slug", ["nothing", "..", "README"])
def test_what_is_no_topic_is_not_there(slug, nobody):
    assert signed_in(nobody).get(f"/help/{slug}/").status_code == 404


@table("text", ["<script>alert(1)</script>", "[x](javascript:alert(1))", '<img src=x onerror="alert(1)">'])
def test_markdown_makes_no_other_tags_and_no_script_of_a_link(text):
    made = MARKDOWN.render(text)
    assert "<script" not in made
    assert "<img" not in made
    assert "href" not in made


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in(client):
    assert client.get(reverse("help:index")).url.startswith("/accounts/login/")
