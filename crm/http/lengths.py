"""A request that is too long is refused by its length, before any of it is read or kept.

Only the page of imports takes files: `crm.imports.uploads` asks who sends them.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.http.error_pages import bad_request

TAKES_FILES = "/imports/"


def refuse_too_long(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        is_too_long = length.isdecimal() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if is_too_long and request.path_info != TAKES_FILES:
            return bad_request(request, RequestDataTooBig())
        return get_response(request)

    return answer
