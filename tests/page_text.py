"""The text of a page, whatever its line breaks and tags."""

import html
import re

from django.http import HttpResponse
from django.test import Client


def html_of(client: Client, url: str) -> str:
    """The page with every line break as a blank."""
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.text.split())


def visible_text(response: HttpResponse) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.text)))
