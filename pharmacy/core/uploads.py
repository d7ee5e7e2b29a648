"""No page takes a file: what comes as one is refused before it is written anywhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Refuses a form that is too long as a whole, and leaves out every file in a short one."""

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *rest: Any) -> None:  # noqa: N803
        """Refuse by the announced length; Django counts fields only, and files go to the disk."""
        if content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The form is too long.")

    def new_file(self, *facts: Any, **more: Any) -> None:
        """Leave the file out."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing reaches this."""

    def file_complete(self, file_size: int) -> None:
        """Nothing was kept."""
