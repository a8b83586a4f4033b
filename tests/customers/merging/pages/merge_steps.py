"""The three steps of a merge as a browser sends them, and what their pages say."""

import re
from html import unescape

from django.contrib.messages import get_messages
from django.urls import reverse

EMAIL, PHONE = "hholy@gmail.com", "+420 241 770 449"


def choose(survivor, **query):
    return reverse("customers:merge", args=[survivor.pk], query=query or None)


def values(survivor, *duplicates):
    return reverse("customers:merge_values", args=[survivor.pk], query={"duplicate": [c.pk for c in duplicates]})


def hidden(response) -> dict[str, list[str]]:
    """What the form of a page would send unchanged."""
    page = response.content.decode()
    inputs: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        is_chosen = " checked" in tag or attributes.get("type", "text") not in {"radio", "checkbox"}
        if is_chosen and attributes.get("name") not in {None, "q", "csrfmiddlewaretoken"}:
            inputs.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        inputs[name] = re.findall(r'value="([^"]*)" selected', options)
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        inputs[name] = [unescape(text)]
    return inputs


def reviewed(client, survivor, *duplicates, **entered) -> str:
    """The address of the third step, after sending the second one with `entered`."""
    data = hidden(client.get(values(survivor, *duplicates))) | entered
    response = client.post(reverse("customers:merge_values", args=[survivor.pk]), data)
    assert response.status_code == 302, response.content.decode()
    return response.url


def confirm(client, url, **entered):
    return client.post(url, hidden(client.get(url)) | entered)


def says(response) -> str:
    """The messages that the next page shows, as one reads them."""
    return " ".join(re.sub(r"<[^>]+>", "", str(message)) for message in get_messages(response.wsgi_request)).strip()


def shown(response) -> str:
    """The messages of a page, without the one that is hidden until the server cannot be reached."""
    lists = re.findall(r'<div role="(?:status|alert)"><ul class="messagelist">(.*?)</ul>', response.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", " ".join(lists)).strip()
