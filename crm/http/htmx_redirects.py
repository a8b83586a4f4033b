from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def full_page_redirects(get_response: GetResponse) -> GetResponse:
    """Make redirects and errors of requests for a part of a page load a full page.

    Otherwise htmx would put the target of a redirect, such as the sign-in, into the open page, and show nothing for an
    error.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "GET" and "HX-Request" in request.headers:
            if response.status_code in (301, 302):
                response.headers["HX-Redirect"] = response.headers["Location"]
                del response.headers["Location"]
                response.status_code = 200
            elif response.status_code >= 400:
                response.headers["HX-Redirect"] = request.get_full_path()
        return response

    return answer
