"""One question to another system, to an address that was checked, as webhooks are sent.

Redirects are not followed: they could lead the password elsewhere.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.views.decorators.debug import sensitive_variables
from urllib3.exceptions import TimeoutError as UrllibTimeoutError

from crm.jobs.kind import TryLaterError
from crm.pulls.errors import GoneThereError, NotFoundThereError, PullError
from crm.webhooks.addresses import RequestUrl, read_url
from crm.webhooks.post import FAILURES, Deadline, checked_connection

LONGEST_REQUEST = 60.0
LONGEST_SILENCE = 30.0
MOST_READ = 16 * 1024 * 1024
LONGEST_PAUSE = timedelta(hours=1)
"""However long the other system asks to wait."""
REFUSED, NOT_FOUND, GONE, TOO_MANY_REQUESTS = (401, 403), 404, 410, 429
HEADERS = {"Accept": "application/json", "User-Agent": "Reunite", "Connection": "close"}


@dataclass(frozen=True)
class PullRequest:
    method: str
    target: RequestUrl
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@sensitive_variables("parameters", "request")
def post(url: str, parameters: Mapping[str, str]) -> Any:
    """The JSON of the answer. TryLaterError if none came, or not now; PullError if there will be none."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = PullRequest("POST", read_url(url), form, urlencode(parameters).encode())
    return _answer(request)


@sensitive_variables("key", "request")
def get(url: str, parameters: Mapping[str, Any], *, key: str) -> Any:
    """As `post`, with the key as the user of Basic authentication. NotFoundThereError, GoneThereError by the status."""
    target = read_url(f"{url}?{urlencode(parameters)}" if parameters else url)
    request = PullRequest("GET", target, {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"})
    return _answer(request)


@sensitive_variables("request")
def _answer(request: PullRequest) -> Any:
    target = request.target
    try:
        status, pause, text = _ask(request)
    except (TimeoutError, UrllibTimeoutError):
        raise TryLaterError(f"{target.host} did not answer in time.") from None
    except FAILURES:
        raise TryLaterError(f"The connection to {target.host} failed.") from None
    _refuse_status(target, status, pause)
    if len(text) > MOST_READ:
        raise PullError(f"{target.host} answered more than {MOST_READ // 2**20} MB.")
    try:
        return json.loads(text)
    except ValueError:
        raise TryLaterError(f"{target.host} did not answer in JSON. Check the URL.") from None


@sensitive_variables("request")
def _ask(request: PullRequest) -> tuple[int, str, bytes]:
    target = request.target
    connection = checked_connection(target, silence=LONGEST_SILENCE)
    with closing(connection), Deadline(connection, LONGEST_REQUEST) as deadline:
        deadline.connect()
        headers = {"Host": target.authority, **HEADERS, **request.headers}
        connection.request(request.method, target.path, body=request.body, headers=headers, preload_content=False)
        answer = connection.getresponse()
        text = answer.read(MOST_READ + 1, decode_content=False)
        deadline.raise_if_over()  # what was cut off looks like the end
        return answer.status, answer.headers.get("Retry-After", ""), text


def _refuse_status(target: RequestUrl, status: int, pause: str) -> None:
    if status == TOO_MANY_REQUESTS:
        raise TryLaterError(f"{target.host} allows no more requests for now.", pause=_pause(pause))
    if status >= 500:
        raise TryLaterError(f"{target.host} answered {status}.", pause=_pause(pause))
    if status in REFUSED:
        raise PullError(f"{target.host} answered {status}. Check the password or API key, and what its user may do.")
    if status == NOT_FOUND:
        raise NotFoundThereError(f"{target.host} answered {status}. Check the URL.")
    if status == GONE:
        raise GoneThereError(f"{target.host} answered {status}. Check the URL.")
    if status != 200:
        raise PullError(f"{target.host} answered {status}. Check the URL.")


def _pause(seconds: str) -> timedelta:
    """Of Retry-After, if it has seconds; a date is seldom sent, and the pauses between attempts do."""
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    return min(timedelta(seconds=int(seconds)), LONGEST_PAUSE) if is_number else timedelta(0)
