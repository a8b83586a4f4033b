"""Headers of every answer: what a browser may not keep, and what a page may not use of the device."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Nothing of Reunite uses any of these.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
)


def protect(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Inside of the static files, which a browser is to keep."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Pages, files and answers of the APIs are about people: the next person at the desk finds none of them.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer
