"""The sandbox, which writes down what it was asked and takes its time, so that a worker can be killed meanwhile."""

import time
from pathlib import Path

from django.conf import settings

from orders.payments.gateway import Answer, Sale
from orders.payments.sandbox import SandboxGateway

ASKED = "asked.txt"


class SlowGateway(SandboxGateway):
    def sale(self, request: Sale) -> Answer:
        with (Path(settings.MEDIA_ROOT) / ASKED).open("a") as file:
            file.write(f"{request.key}\n")
        time.sleep(0.02)
        return super().sale(request)
