"""Time zone and theme of the user, for every page."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from crm.accounts.models import User

THEMES = tuple(User.Theme.values)
THEME_COOKIE = "theme"  # for pages without a sign-in
YEAR = 365 * 24 * 60 * 60

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def user_time_zone(get_response: GetResponse) -> GetResponse:
    def answer(request: HttpRequest) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            return get_response(request)

    return answer


def zone_of(request: HttpRequest) -> ZoneInfo:
    if not request.user.is_authenticated:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(request.user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):  # no longer in the time zone database
        return ZoneInfo("UTC")


def theme_of(request: HttpRequest) -> str:
    # A refused host is answered before the middleware that sets the user.
    user = getattr(request, "user", None)
    return user.theme if user and user.is_authenticated else theme_of_browser(request)


def theme_of_browser(request: HttpRequest) -> str:
    """The theme that was chosen in this browser last, for pages that ask the database nothing."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else THEMES[0]
