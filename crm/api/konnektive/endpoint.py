"""One call of this dialect: its parameters read, its key let in, the act carried out, the outcome in the envelope.

The status is always 200, but for what clients take as a fault of the transport: asking too often or for too much; and,
outside of any call (`crm.api.errors`), a host that is not ours, and a failure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from pydantic import ValidationError

from crm.accounts.models import ApiKey, User
from crm.api import auth
from crm.api.konnektive import parameters as taking
from crm.api.konnektive.errors import CallError, wrong
from crm.api.konnektive.fields import Parameters
from crm.http.client_address import client_address

Wanted = TypeVar("Wanted", bound=Parameters)
Message = Mapping[str, Any] | Sequence[Any] | str

NOT_KNOWN = "Could not authenticate credentials"
NOT_ALLOWED = "API user does not have access to this endpoint"


@dataclass(frozen=True)
class Call:
    """What was asked, and by whom. `parameters` may hold a card, and the key itself."""

    key: ApiKey
    parameters: Mapping[str, str] = field(repr=False)
    idempotency_key: str = ""

    @property
    def by(self) -> User:
        return self.key.user

    def read(self, wanted: type[Wanted]) -> Wanted:
        """The parameters that `wanted` declares, where a blank one is one that was not sent; CallError naming each
        that cannot be taken."""
        given = {name: value for name, value in self.parameters.items() if value.strip()}
        try:
            return wanted.model_validate(given)
        except ValidationError as error:
            raise CallError(wrong(error)) from None


class Endpoint:
    """The view of one call: `act` for who has the `permissions`."""

    csrf_exempt = True  # a key opens it, never a cookie
    login_required = False  # to the middleware that sends people to sign in

    def __init__(self, act: Callable[[Call], Message], permissions: tuple[str, ...]) -> None:
        self.act, self.permissions = act, permissions

    def __call__(self, request: HttpRequest) -> JsonResponse:
        # All dates of a call, given and answered, are days and times of the account.
        with timezone.override(settings.ACCOUNT_ZONE):
            try:
                return answer("SUCCESS", self.act(_call(request, self.permissions)))
            except CallError as error:
                return answer("ERROR", error.message)
            except auth.RefusedError as error:
                return _refusal(error)


def endpoint(*permissions: str) -> Callable[[Callable[[Call], Message]], Endpoint]:
    """Make a function that answers a Call the view of it, for keys whose user has all `permissions`."""
    return lambda act: Endpoint(act, permissions)


def answer(result: str, message: Message, *, status: int = 200) -> JsonResponse:
    return JsonResponse({"result": result, "message": message}, status=status)


@sensitive_post_parameters()
@sensitive_variables()
def _call(request: HttpRequest, permissions: tuple[str, ...]) -> Call:
    """What is asked by somebody who may ask it, taken off the request."""
    try:
        return _read(request, permissions)
    finally:
        taking.forget(request)


@sensitive_variables()
def _read(request: HttpRequest, permissions: tuple[str, ...]) -> Call:
    if request.method not in ("GET", "POST"):
        raise CallError("Use GET or POST.")
    auth.refuse_in_the_clear(request)
    auth.refuse_too_long(request)
    parameters = taking.take(request)
    key = _enter(request, parameters)
    if not all(key.user.has_perm(each) for each in permissions):
        raise CallError(NOT_ALLOWED)
    return Call(key, parameters, request.headers.get("Idempotency-Key", "").strip())


@sensitive_variables()
def _enter(request: HttpRequest, parameters: Mapping[str, str]) -> ApiKey:
    """The key that came as the password, when it is one of the user who came as the login."""
    try:
        key = auth.enter(request, parameters.get("password", "").strip())
    except auth.WrongAddressError:
        raise CallError(f"IP must be whitelisted - {client_address(request)}") from None
    except auth.WrongKeyError:
        raise CallError(NOT_KNOWN) from None
    if key.user.username != parameters.get("loginId", "").strip():
        raise CallError(NOT_KNOWN)
    return key


def _refusal(error: auth.RefusedError) -> JsonResponse:
    response = answer("ERROR", str(error), status=error.status if error.status in (413, 429) else 200)
    if error.wait:
        response.headers["Retry-After"] = str(error.wait)
    return response


@csrf_exempt
@login_not_required
def nothing_here(request: HttpRequest) -> JsonResponse:
    taking.forget(request)
    return answer("ERROR", f"There is no endpoint at {request.path}")
