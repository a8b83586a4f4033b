"""Which key opens an operation: one whose user has the permissions that the operation names."""

from datetime import datetime
from typing import ClassVar, cast

from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja.security import HttpBasicAuth

from crm.accounts.models import ApiKey, User
from crm.api import auth
from orders.models import IdempotencyKey


class ApiRequest(HttpRequest):
    """A request with a key that opens, by the user whose key it is."""

    auth: ApiKey
    by: User
    claimed: IdempotencyKey
    horizon: datetime | None
    """Of a list that grows at its end (`crm.api.chartmogul.snapshots`)."""


class Key(HttpBasicAuth):
    """The key is the user name of HTTP Basic. The password is ignored."""

    openapi_description: ClassVar[str] = "The API key as user name; no password"

    def __init__(self, *permissions: str) -> None:
        super().__init__()
        self.permissions = permissions

    @sensitive_variables("username", "password")
    def authenticate(self, request: HttpRequest, username: str, password: str) -> ApiKey:
        key = auth.authenticate_key(request, username)
        auth.require_permissions(key, *self.permissions)
        cast(ApiRequest, request).by = key.user
        return key
