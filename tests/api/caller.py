"""A program that asks by the API."""

import base64
import json
from typing import Any

from django.test import Client

from crm.accounts import api_keys
from crm.accounts.checkboxes import ALL_PERMISSIONS
from crm.permissions import USE_API
from tests.factories import make_user


class Caller:
    """With a key of a user who has `permissions`; what is sent and answered at /v1/ is JSON."""

    def __init__(self, *permissions: str, username: str = "program") -> None:
        self.user = make_user(username, {*(permissions or ALL_PERMISSIONS), USE_API}, email=f"{username}@example.com")
        self.key, self.token = api_keys.create(self.user, name="Tests", addresses=[], by=None)
        self.client = Client()
        self.headers = {"Authorization": basic(self.token)}

    def get(self, path: str, **query: Any):
        return self.client.get(f"/v1/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None):
        return self.send("POST", path, body)

    def patch(self, path: str, body: Any = None):
        return self.send("PATCH", path, body)

    def put(self, path: str, body: Any = None):
        return self.send("PUT", path, body)

    def delete(self, path: str, body: Any = None):
        return self.send("DELETE", path, body)

    def send(self, method: str, path: str, body: Any = None, **headers: str):
        sent = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self.client.generic(
            method, f"/v1/{path}", sent, content_type="application/json", headers=self.headers | headers
        )


def basic(token: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{token}:{password}".encode()).decode()
