from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def full_page_redirects(get_response: GetResponse) -> GetResponse:
    """A redirect, or a refusal, that answers a request for a part of a page leads the whole page away.

    Otherwise the page a redirect leads to, such as the sign-in or another customer, would be put inside the one that
    asked; and a refusal or a failure would change nothing that anybody could see.
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
