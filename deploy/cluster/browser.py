"""A user in a browser: cookies of their own, pages, and forms that are sent as the page has them."""

from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from deploy.cluster.places import NAME, PASSWORD, SITE

LONGEST_ANSWER = 40


@dataclass(frozen=True)
class Page:
    path: str
    """Where redirects have led to."""
    status: int
    text: str


class Browser:
    def __init__(self) -> None:
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> Page:
        return self._ask(Request(f"http://{SITE}{path}"))

    def send(self, page: Page, **entered: str) -> Page:
        """The form of the page, to the address of the page."""
        fields = Fields(page.text).fields | entered
        return self._ask(Request(f"http://{SITE}{page.path}", urlencode(fields, doseq=True).encode()))

    def sign_in(self) -> None:
        self.send(self.get("/accounts/login/"), username=NAME, password=PASSWORD)
        if not self.cookie("sessionid"):
            raise RuntimeError("Signing in was refused.")

    def cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.cookies if cookie.name == name), "")

    def _ask(self, request: Request) -> Page:
        try:
            with self.opener.open(request, timeout=LONGEST_ANSWER) as answer:
                return Page(answer.url.removeprefix(f"http://{SITE}"), answer.status, answer.read().decode())
        except HTTPError as error:
            return Page(request.selector, error.code, error.read().decode())


class Fields(HTMLParser):
    """Hidden fields and texts of all forms of a page, with the values that they have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str] | str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        name, kind = values.get("name"), values.get("type") or "text"
        if tag == "input" and name and (kind in {"hidden", "text"} or "checked" in values):
            self.fields[name] = [*self.fields.get(name, []), values.get("value") or ""]
