"""The sandbox, which remembers here what it was asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import override_settings

from orders.payments.sandbox import SandboxGateway


class RecordingGateway(SandboxGateway):
    """`then` happens after the gateway has acted and before it answers."""

    requests: list[object] = []
    was_in_transaction = False
    then: Callable[[], object] = list

    def sale(self, request):
        return self._record(request, super().sale(request))

    def refund(self, request):
        return self._record(request, super().refund(request))

    def _record(self, request, answer):
        RecordingGateway.requests.append(request)
        RecordingGateway.was_in_transaction = connection.in_atomic_block
        RecordingGateway.then()
        return answer


@contextmanager
def recording() -> Iterator[type[RecordingGateway]]:
    """Ask this gateway, which has not been asked anything yet."""
    RecordingGateway.requests, RecordingGateway.then = [], list
    with override_settings(PAYMENT_GATEWAY="tests.recording_gateway.RecordingGateway"):
        yield RecordingGateway
