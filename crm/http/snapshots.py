"""Each page shows one moment of the database. The API dialects do the same once they know the key."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from customers.snapshot import READS, snapshot


def page_of_one_moment(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Innermost, so that sessions and messages are written outside. A file that streams is read in batches later."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.method not in READS or not request.user.is_authenticated:
            return get_response(request)
        with snapshot():
            return get_response(request)

    return answer
