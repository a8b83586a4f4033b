"""Which pages are sent compressed."""

import gzip

from django.urls import reverse

from tests.tables import table

ACCEPTED = {"Accept-Encoding": "gzip"}


def test_a_page_is_compressed_for_a_browser_that_reads_that(as_agent):
    url = reverse("customers:list")
    plain, compressed = as_agent.get(url), as_agent.get(url, headers=ACCEPTED)
    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed.headers["Vary"]
    assert len(compressed.content) < len(plain.content) / 2
    assert b"<h1" in gzip.decompress(compressed.content)


def test_a_page_that_shows_a_secret_is_not_compressed(as_agent):
    response = as_agent.get(reverse("accounts:app_add"), headers=ACCEPTED, follow=True)
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers


def test_the_answer_to_a_form_is_not_compressed(as_agent):
    response = as_agent.post(reverse("accounts:own_password"), {"old_password": "x" * 999}, headers=ACCEPTED)
    assert len(response.content) > 1_000
    assert "Content-Encoding" not in response.headers


@table("url", ["/healthz", "/v1/openapi.json"])
def test_what_is_no_page_is_left_to_the_proxy(client, db, url):
    assert "Content-Encoding" not in client.get(url, headers=ACCEPTED).headers
