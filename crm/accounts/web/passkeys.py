"""The challenge of a passkey between the two requests of a ceremony: asked, kept in the session, answered once."""

from django.http import HttpRequest
from django.http.request import split_domain_port

from crm.accounts.factors.overview import FactorError
from crm.accounts.factors.passkeys import REFUSED, Ceremony, Site
from crm.accounts.web.sign_in import LONGEST_PAUSE

CHALLENGE = "passkey_challenge"


def site_of(request: HttpRequest) -> Site:
    host = request.get_host()
    return Site(host=split_domain_port(host)[0], origin=f"{request.scheme}://{host}")


def keep_challenge(request: HttpRequest, ceremony: Ceremony) -> None:
    if not request.user.is_authenticated:  # a session that nobody needs for longer
        request.session.set_expiry(LONGEST_PAUSE)
    request.session[CHALLENGE] = ceremony.challenge


def take_challenge(request: HttpRequest) -> str:
    challenge: str | None = request.session.pop(CHALLENGE, None)
    if not challenge:
        raise FactorError(REFUSED)
    return challenge
