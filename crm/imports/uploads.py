"""What is sent as a file: only by users who may import, and no longer than the setting.

The token of a form is read before anybody is asked for a permission, and with it the whole request. So the file is
refused here, before its first byte is kept.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.template.defaultfilters import filesizeformat

from orders.permissions import RUN_IMPORT

FORM_AROUND_FILE = 2**16


class UploadGuard(FileUploadHandler):
    """The first handler: what it does not raise for, the next ones keep."""

    refusal = ""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.is_short = content_length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        self.is_too_long = content_length > settings.IMPORT_LARGEST_FILE + FORM_AROUND_FILE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        user = getattr(self.request, "user", None)
        if user is None or not user.has_perm(RUN_IMPORT):
            # A call of a program by chance sends a file instead of text. What else it sends is read, to be answered.
            raise SkipFile if self.is_short else StopUpload(connection_reset=True)
        if self.is_too_long:
            self.refusal = f"This file is longer than {largest_file()}. Split it, then import each part."
            # Read to its end, because a browser shows no answer that comes earlier.
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler has it."""


def largest_file() -> str:
    return filesizeformat(settings.IMPORT_LARGEST_FILE).replace("\xa0", " ")
