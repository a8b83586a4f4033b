"""A program that calls the API in Konnektive's dialect."""

from typing import Any

from django.utils.http import urlencode

from tests.api.caller import Caller
from tests.form_client import FORM


class KonnektiveCaller(Caller):
    """It sends forms; with permissions as a Caller has them."""

    @property
    def login(self) -> dict[str, str]:
        return {"loginId": self.user.username, "password": self.token}

    def ask(self, path: str, **parameters: Any):
        """(result, message) of a call."""
        form = urlencode(self.login | parameters, doseq=True)
        return answer_of(self.client.post(f"/{path}/", form, content_type=FORM))


def answer_of(response) -> tuple[str, Any]:
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/json"
    answered = response.json()
    assert answered.keys() == {"result", "message"}
    return answered["result"], answered["message"]
