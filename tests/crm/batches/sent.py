"""What the form of a preview sends, as a browser would."""

import re
from collections import defaultdict
from html import unescape

from django.http import HttpResponse

INPUT = re.compile(r"<input\b[^>]*>")


def sent_of(page: HttpResponse) -> dict[str, list[str]]:
    """Of the form with the token: its fields as they stand, boxes that are ticked included."""
    form = re.search(r'<form[^>]*method="post"[^>]*>((?:(?!</form>).)*name="token".*?)</form>', page.text, re.DOTALL)
    sent: defaultdict[str, list[str]] = defaultdict(list)
    for tag in INPUT.findall(form[1]):
        kind, name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("type", "name", "value"))
        is_box = bool(kind) and kind[1] in ("checkbox", "radio")
        if name and name[1] != "csrfmiddlewaretoken" and (not is_box or " checked" in tag):
            sent[name[1]].append(unescape(value[1]) if value else "")
    return dict(sent)
