"""Pages are sent compressed, where nothing can be guessed from their length.

An attack like BREACH compares lengths of pages that hold a secret and something that the attacker sent. The token of
forms is another one in every page, and Django adds bytes of chance to each answer. A page that shows a key, a code or a
password is not compressed: those are answers to a POST, but for one.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

SHOW_SECRETS = {"accounts:app_add"}
"""Pages that show one when they are opened."""


class PageCompressionMiddleware(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        match = request.resolver_match
        shows_secret = request.method != "GET" or (match is not None and match.view_name in SHOW_SECRETS)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page and not shows_secret else response
