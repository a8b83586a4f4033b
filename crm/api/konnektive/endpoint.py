"""One call of this dialect: read its parameters, check its key, carry out the act, wrap the outcome.

The status is 200 for success and error. Only too many or too large requests have another status, which clients treat as
a fault of the transport; and, outside of any call (`crm.api.errors`), a host that is not ours, and a failure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from pydantic import ValidationError

from crm.accounts.models import ApiKey, User
from crm.accounts.web.client_address import client_address
from crm.api import auth, idempotency
from crm.api.konnektive import parameters as call_parameters
from crm.api.konnektive.errors import CallError, OutcomeError, describe_errors
from crm.api.konnektive.fields import DoneOnce, Parameters
from crm.api.konnektive.paging import DatedQuery, PagedQuery, wait_for_writers
from crm.api.konnektive.parameters import without_secrets
from crm.audit import log
from customers.database.failures import optional_write
from customers.lib.audit import AuditAction
from customers.lib.errors import ActionError
from customers.snapshot import snapshot

Declared = TypeVar("Declared", bound=Parameters)
Message = Mapping[str, Any] | Sequence[Any] | str
Act = Callable[["Call", Declared], Message]

LONGEST_TEXT = 2_000  # of any parameter; what is done with a text may take long for a long one
NOT_KNOWN = "Could not authenticate credentials"
NOT_ALLOWED = "API user does not have access to this endpoint"


@dataclass(frozen=True)
class Call:
    """A call with a good key. `parameters` may hold a card, and the key itself."""

    key: ApiKey
    parameters: Mapping[str, str] = field(repr=False)
    idempotency_key: str = ""

    @property
    def by(self) -> User:
        return self.key.user

    def read(self, declared: type[Declared]) -> Declared:
        """The parameters that `declared` declares; CallError names the invalid ones. Blank counts as not sent."""
        names = {field.alias or name for name, field in declared.model_fields.items()}
        if too_long := {name for name in names & self.parameters.keys() if len(self.parameters[name]) > LONGEST_TEXT}:
            raise CallError(dict.fromkeys(sorted(too_long), f"Use {LONGEST_TEXT:,} characters or fewer."))
        sent = {name: value for name, value in self.parameters.items() if value.strip()}
        try:
            return declared.model_validate(sent)
        except ValidationError as error:
            raise CallError(describe_errors(error)) from None


class Endpoint(Generic[Declared]):
    """The view of a call: `act` with its `parameters`, for keys whose user has all `permissions`.

    What `only_reads` answers with one moment of the database.
    """

    csrf_exempt = True  # a key opens it, never a cookie
    login_required = False  # to the middleware that sends people to sign in

    def __init__(
        self, act: Act[Declared], parameters: type[Declared], permissions: tuple[str, ...], *, only_reads: bool
    ) -> None:
        self.act, self.parameters, self.permissions, self.only_reads = act, parameters, permissions, only_reads

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # All days and times, in calls and in answers, are in the time zone of the account.
        with timezone.override(settings.ACCOUNT_ZONE):
            try:
                return self._answer(_call(request, self.permissions))
            except CallError as error:
                return answer("ERROR", error.message)
            except ActionError as error:
                return answer("ERROR", str(error))
            except auth.RefusedError as error:
                return _refusal(error)

    @property
    def keeps_answers(self) -> bool:
        """A call that is DoneOnce keeps its key with what it does."""
        return not (self.only_reads or issubclass(self.parameters, DoneOnce))

    @sensitive_variables()
    def _answer(self, call: Call) -> HttpResponse:
        if not (self.keeps_answers and call.idempotency_key):
            return answer("SUCCESS", self._message(call))
        sent = without_secrets(call.parameters) | {"call": self.act.__name__}
        claimed = idempotency.claim(call.idempotency_key, by=call.by, sent=sent)
        if isinstance(claimed, HttpResponse):
            return claimed
        response: HttpResponse | None = None
        try:
            response = self._outcome(call)
        finally:
            idempotency.settle(claimed, response, is_done=response is not None)
        return response

    @sensitive_variables()
    def _outcome(self, call: Call) -> HttpResponse:
        try:
            return answer("SUCCESS", self._message(call))
        except OutcomeError as error:
            return answer("ERROR", error.message)

    @sensitive_variables()
    def _message(self, call: Call) -> Message:
        sent = call.read(self.parameters)
        if not self.only_reads:
            return self.act(call, sent)
        if isinstance(sent, PagedQuery):
            sent.read_by(call.key.pk)
        if isinstance(sent, DatedQuery):
            wait_for_writers(sent)
        with snapshot():
            message = self.act(call, sent)
        if settings.AUDIT_VIEWS and (customer := getattr(sent, "customer_id", None)):
            with optional_write():
                log.write(AuditAction.VIEW, self.act.__name__, by=call.by, customer=customer)
        return message


def endpoint(parameters: type[Declared], *permissions: str) -> Callable[[Act[Declared]], Endpoint[Declared]]:
    """Make a function of a Call and its parameters a view for keys whose user has all `permissions`.

    `document.py` describes the call by the same: it takes `parameters`, and answers what the function returns.
    """
    return lambda act: Endpoint(act, parameters, permissions, only_reads=False)


def query_endpoint(parameters: type[Declared], *permissions: str) -> Callable[[Act[Declared]], Endpoint[Declared]]:
    """The same for a function that only reads, and cannot write."""
    return lambda act: Endpoint(act, parameters, permissions, only_reads=True)


def answer(result: str, message: Message, *, status: int = 200) -> JsonResponse:
    return JsonResponse({"result": result, "message": message}, status=status)


@sensitive_post_parameters()
@sensitive_variables()
def _call(request: HttpRequest, permissions: tuple[str, ...]) -> Call:
    try:
        return _read(request, permissions)
    finally:
        call_parameters.forget(request)


@sensitive_variables()
def _read(request: HttpRequest, permissions: tuple[str, ...]) -> Call:
    if request.method not in ("GET", "POST"):
        raise CallError("Use GET or POST.")
    auth.require_https(request)
    auth.limit_size(request)
    parameters = call_parameters.take(request)
    key = _authenticate(request, parameters)
    if auth.refused_permission(key, *permissions):
        raise CallError(NOT_ALLOWED)
    return Call(key, parameters, idempotency.key_sent(request))


@sensitive_variables()
def _authenticate(request: HttpRequest, parameters: Mapping[str, str]) -> ApiKey:
    """The key is sent as the password, and its user as the login."""
    try:
        key = auth.authenticate_key(request, parameters.get("password", "").strip())
    except auth.WrongAddressError:
        raise CallError(f"IP must be whitelisted - {client_address(request)}") from None
    except auth.WrongKeyError:
        raise CallError(NOT_KNOWN) from None
    if key.user.username != parameters.get("loginId", "").strip():
        auth.note_refusal("The login is not the user of the API key.", user=key.user)
        raise CallError(NOT_KNOWN)
    return key


def _refusal(error: auth.RefusedError) -> JsonResponse:
    response = answer("ERROR", str(error), status=error.status if error.status in (409, 413, 429) else 200)
    if error.wait:
        response.headers["Retry-After"] = str(error.wait)
    return response


@csrf_exempt
@login_not_required
def no_endpoint(request: HttpRequest) -> JsonResponse:
    call_parameters.forget(request)
    # In these words, because clients try again after any others.
    return answer("ERROR", NOT_ALLOWED)
