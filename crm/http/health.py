"""`/healthz`: the process answers, whatever the database does, and whoever asks. `/readyz` asks the database."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

ADDRESS = "/healthz"


def answer_healthz(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == ADDRESS:
            return HttpResponse("ok", content_type="text/plain")
        return get_response(request)

    return answer
