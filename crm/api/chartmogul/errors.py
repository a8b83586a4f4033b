"""Errors in this dialect, and the error responses that every operation declares."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import Error, IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from crm.api.auth import RefusedError
from crm.api.failures import STATUS
from crm.api.idempotency import IN_PROGRESS
from customers.lib.errors import ActionError

logger = logging.getLogger(__name__)

NOT_AN_OBJECT = {"dict_type", "model_type", "model_attributes_type"}  # as pydantic calls it


class Refusal(Schema):
    """An error, and the parameter that causes it."""

    code: int
    message: str
    param: str | None


class Invalid(Schema):
    """Errors by field."""

    errors: dict[str, str]


class ApiError(Exception):
    """Nothing was done; `wait` in seconds when another try may work."""

    def __init__(self, status: int, body: Mapping[str, Any], *, wait: int = 0) -> None:
        super().__init__(str(body))
        self.status, self.body, self.wait = status, body, wait


def refusal(status: int, message: str, param: str | None = None, *, wait: int = 0) -> ApiError:
    return ApiError(status, error_body(status, message, param), wait=wait)


def error_body(status: int, message: str, param: str | None = None) -> dict[str, Any]:
    return {"code": status, "message": message, "param": param}


def not_found(what: str, param: str | None = None) -> ApiError:
    return refusal(404, f"{what} not found", param)


def invalid(**errors: str) -> ApiError:
    return ApiError(422, {"errors": errors})


def answers(status: int, schema: Any) -> dict[int, Any]:
    return {
        status: schema,
        400: Refusal,
        401: Refusal,
        403: Refusal,
        404: Refusal,
        IN_PROGRESS: Refusal,
        413: Refusal,
        422: Invalid,
        429: Refusal,
        STATUS: Refusal,
    }


FieldNames = Mapping[type[ActionError], Mapping[str, str]]


def register(api: NinjaAPI, field_names: FieldNames) -> None:
    """`field_names` has the names of fields in this dialect, by the error of the act."""

    def answer(request: HttpRequest, error: ApiError) -> HttpResponse:
        response = api.create_response(request, error.body, status=error.status)
        if error.wait:
            response.headers["Retry-After"] = str(error.wait)
        return response

    @api.exception_handler(ApiError)
    def api_error(request: HttpRequest, error: ApiError) -> HttpResponse:
        return answer(request, error)

    @api.exception_handler(ActionError)
    def act_refused(request: HttpRequest, error: ActionError) -> HttpResponse:
        names = next((names for kind, names in field_names.items() if isinstance(error, kind)), {})
        return answer(request, invalid(**{names.get(error.field, error.field or "base"): str(error)}))

    @api.exception_handler(RefusedError)
    def key_refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
        return answer(request, refusal(error.status, str(error), wait=error.wait))

    @api.exception_handler(AuthenticationError)
    def no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(request, refusal(401, "No valid API key provided"))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, ApiError):  # of the parser: ninja wraps all that it raises about a body
            return answer(request, error.__cause__)
        return answer(request, refusal(error.status_code, str(error)))

    @api.exception_handler(Http404)
    def no_object(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(request, refusal(404, "There is nothing at this address"))

    @api.exception_handler(IntegrityError)
    def lost_race(request: HttpRequest, error: IntegrityError) -> HttpResponse:
        # The rules have checked what they read; only the database sees what others wrote since.
        logger.warning("Lost a race at %s", request.path, exc_info=error)
        message = "A record of this request was changed or deleted at the same time. Nothing was done. Try again."
        return answer(request, invalid(base=message))

    @api.exception_handler(Error)
    def database_failed(request: HttpRequest, error: Error) -> HttpResponse:
        raise error  # to `crm.http.unavailable`, which answers for everything alike

    @api.exception_handler(ValidationError)
    def invalid_request(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(request, from_validation(error.errors))


def from_validation(errors: list[dict[str, Any]]) -> ApiError:
    """A missing parameter is a bad request; a value of the wrong type is an invalid field."""
    missing = next((error for error in errors if error["type"] == "missing"), None)
    if missing:
        name = field_of(missing)
        return refusal(400, f'Parameter "{name}" is missing', name)
    return invalid(**{field_of(error): message_of(error) for error in errors})


def message_of(error: Mapping[str, Any]) -> str:
    """pydantic's message, without terms of Python."""
    if error["type"] in NOT_AN_OBJECT:
        return "Input should be an object"
    return str(error["msg"]).removeprefix("Value error, ")


def field_of(error: Mapping[str, Any]) -> str:
    """The path of the field, such as `invoices.0.date`."""
    path = [str(part) for part in error["loc"]]
    # ninja puts two parts before it: where it stood (body, query, path) and the name of our parameter.
    return ".".join(path[2:] if path[0] == "body" and len(path) > 2 else path[1:]) or path[0]
