"""Every secret is sent to every address, in every way, and is found in no log and no answer."""

import io
import json
import logging
import re
from base64 import b64encode

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.http.json_log import formatter
from crm.http.log_redaction import LineFormatter, RedactSecrets
from tests.api.konnektive.konnektive_caller import KonnektiveCaller
from tests.factories import signed_in

CARD = "4242424242424242"
SPACED = "4242 4242 4242 4242"
PASSWORD = "correct horse battery"
SECRETS = {
    "password": PASSWORD,
    "old_password": PASSWORD,
    "new_password1": PASSWORD + " staple",
    "cardNumber": CARD,
    "number": SPACED,
    "signing_secret": "whsec_c2VjcmV0LW9mLWEtd2ViaG9vaw==",
    "gateway_token": "tok_live_51HxKfR",
    "authenticator": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "link": "/accounts/reset/MQ/c1x2-0123456789abcdef/",
    "id_token": "SplxlOBeZQQYbYS6WxSbIA",
    "client_secret": "7Fjfp0ZBr1KtDRbnfVdmIw",
}
MARKS = ("correct horse", CARD, SPACED, "c2VjcmV0", "51HxKfR", "JBSWY3DP", "0123456789abcdef", "SplxlOBe", "7Fjfp0ZB")
"""What must be found nowhere: the part of each secret that is secret."""
REFERER = {"referer": f"http://testserver/customers/?q={CARD}&password={PASSWORD}"}
API = re.compile(
    r"/(v1/(?!docs|openapi)|(order|customer|upsale|leads|purchase|members|landers|[a-z]+/(query|summary))\b)"
)
METHODS = ("PUT", "PATCH", "DELETE")
"""Beside GET and POST, which every address gets. HEAD is GET without the body."""
SIGN_IN = "/accounts/"
"""Addresses that end a session, and those to which somebody without one is sent."""
CONVERTER = re.compile(r"\{[^}]*\}|<[^>]*>")


def paths(patterns=None, before=""):
    """Each address of the program, with a number or a word where it names something that is not there."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield "/" + CONVERTER.sub("0", path.replace("^", "").removesuffix("/?$").replace("$", ""))
        else:
            yield from paths(pattern.url_patterns, path)


@pytest.fixture
def logs():
    """What the program writes as text, and what it would as JSON."""
    written = {"text": io.StringIO(), "json": io.StringIO()}
    formatters = {"text": LineFormatter("{levelname} {name}: {message}", style="{"), "json": formatter()}
    handlers = []
    for name, stream in written.items():
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatters[name])
        handler.addFilter(RedactSecrets())
        logging.getLogger().addHandler(handler)
        handlers.append(handler)
    yield written
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


def told(text: str, marks) -> list[str]:
    return [mark for mark in marks if mark in text]


@pytest.mark.django_db
def test_no_address_tells_a_secret_to_the_log_or_in_its_answer(logs, settings, admin_user):
    settings.OIDC_ISSUER = settings.OIDC_OP_AUTHORIZATION_ENDPOINT = "https://id.reunite.cz/"
    settings.API_REQUESTS_PER_MINUTE = settings.API_FAILURES_PER_ADDRESS = settings.SIGN_INS_PER_ADDRESS = 100_000
    shop = KonnektiveCaller(*ALL_PERMISSIONS)
    user = signed_in(admin_user)
    session = user.cookies[django_settings.SESSION_COOKIE_NAME].value
    marks = (*MARKS, shop.token, session, b64encode(f"{shop.token}:".encode()).decode().rstrip("="))
    everywhere = {path for path in paths() if "(" not in path}  # without what answers for unknown addresses
    assert len(everywhere) > 200

    answers, unseen = {}, []
    for path in sorted(everywhere, key=lambda path: (path.startswith(SIGN_IN), path)):
        is_of_api = API.match(path)
        asking, login, headers = (Client(), shop.login, shop.headers) if is_of_api else (user, {}, {})
        sent = SECRETS | login
        requests = [asking.get(path, sent, headers=REFERER | headers), asking.post(path, sent, headers=headers)]
        body = {"data": json.dumps(sent), "content_type": "application/json", "headers": headers}
        refused = asking.generic("OPTIONS", path, **body)
        # What an address does not allow is refused alike, whatever the method is.
        methods = [method for method in METHODS if method in refused.get("Allow", method)]
        methods += ["POST"] if is_of_api else []  # of JSON: a page reads forms alone
        requests += [refused, *(asking.generic(method, path, **body) for method in methods)]
        if not path.startswith(SIGN_IN):
            unseen += [path for response in requests if response.get("Location", "").startswith(SIGN_IN)]
        # A page leads back to itself, so it has its own address.
        for response in requests if is_of_api else requests[1:]:
            if secret := "" if response.streaming else told(response.text, marks):
                answers[response.request["REQUEST_METHOD"], path] = secret
    assert unseen == []  # somebody signed out would be told nothing anyway
    assert answers == {}
    for stream in logs.values():
        assert "Not Found" in stream.getvalue() or "not_found" in stream.getvalue()
        assert told(stream.getvalue(), marks) == []
