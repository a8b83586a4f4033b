"""How this dialect says no, and what every operation may answer beside what it is for."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from crm.api.auth import RefusedError

logger = logging.getLogger(__name__)

NO_OBJECT = {"dict_type", "model_type", "model_attributes_type"}


class Refusal(Schema):
    """What is wrong, and with which parameter."""

    code: int
    message: str
    param: str | None


class Invalid(Schema):
    """What is wrong, by field."""

    errors: dict[str, str]


class ApiError(Exception):
    """Nothing was done."""

    def __init__(self, status: int, body: Mapping[str, Any], *, wait: int = 0) -> None:
        super().__init__(str(body))
        self.status, self.body, self.wait = status, body, wait


def refusal(status: int, message: str, param: str | None = None, *, wait: int = 0) -> ApiError:
    return ApiError(status, body(status, message, param), wait=wait)


def body(status: int, message: str, param: str | None = None) -> dict[str, Any]:
    return {"code": status, "message": message, "param": param}


def not_found(what: str, param: str | None = None) -> ApiError:
    return refusal(404, f"{what} not found", param)


def invalid(**errors: str) -> ApiError:
    """The values of these fields cannot be taken."""
    return ApiError(422, {"errors": errors})


def answers(status: int, schema: Any) -> dict[int, Any]:
    """What an operation answers: `schema` with `status`, or any of the refusals."""
    return {
        status: schema,
        400: Refusal,
        401: Refusal,
        403: Refusal,
        404: Refusal,
        413: Refusal,
        422: Invalid,
        429: Refusal,
    }


def register(api: NinjaAPI) -> None:
    """Let `api` answer errors in the dialect's shapes."""

    def answer(request: HttpRequest, error: ApiError) -> HttpResponse:
        response = api.create_response(request, error.body, status=error.status)
        if error.wait:
            response.headers["Retry-After"] = str(error.wait)
        return response

    @api.exception_handler(ApiError)
    def said(request: HttpRequest, error: ApiError) -> HttpResponse:
        return answer(request, error)

    @api.exception_handler(RefusedError)
    def refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
        return answer(request, refusal(error.status, str(error), wait=error.wait))

    @api.exception_handler(AuthenticationError)
    def without_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(request, refusal(401, "No valid API key provided"))

    @api.exception_handler(HttpError)
    def broken(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, refusal(error.status_code, str(error)))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(request, refusal(404, "There is nothing at this address"))

    @api.exception_handler(IntegrityError)
    def overtaken(request: HttpRequest, error: IntegrityError) -> HttpResponse:
        # What was read is checked by the rules; only the database sees what others do before it is written.
        logger.warning("Overtaken at %s", request.path, exc_info=error)
        message = "A record of this request was changed or deleted at the same time. Nothing was done. Try again."
        return answer(request, invalid(base=message))

    @api.exception_handler(ValidationError)
    def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(request, of_validation(error.errors))


def of_validation(errors: list[dict[str, Any]]) -> ApiError:
    """A parameter that is missing is a bad request; a value of the wrong kind is an invalid field."""
    missing = next((each for each in errors if each["type"] == "missing"), None)
    if missing:
        name = named(missing)
        return refusal(400, f'Parameter "{name}" is missing', name)
    return invalid(**{named(each): wrong(each) for each in errors})


def wrong(error: Mapping[str, Any]) -> str:
    """What pydantic says, without what it says of Python."""
    if error["type"] in NO_OBJECT:
        return "Input should be an object"
    return str(error["msg"]).removeprefix("Value error, ")


def named(error: Mapping[str, Any]) -> str:
    """The field of a validation error, such as `invoices.0.date`; without where ninja found it."""
    path = [str(part) for part in error["loc"]]
    # The first says where it stood (body, query, path), the second what our function calls it.
    return ".".join(path[2:] if path[0] == "body" and len(path) > 2 else path[1:]) or path[0]
