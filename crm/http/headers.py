"""Headers of every answer: what a browser may not keep, and what a page may not use of the device."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Nothing of Reunite uses any of these.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
)
# Otherwise Back to a form that was refused would be an error, and what was typed would be lost.
KEPT_FOR_BACK = "private, no-cache"


def protect(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Inside of the static files, which a browser is to keep."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Pages, files and answers of the APIs are about people: the next person at the desk finds none of them.
        response.headers.setdefault("Cache-Control", KEPT_FOR_BACK if _is_form_again(request, response) else "no-store")
        return response

    return answer


def _is_form_again(request: HttpRequest, response: HttpResponseBase) -> bool:
    return request.method == "POST" and response.headers.get("Content-Type", "").startswith("text/html")
