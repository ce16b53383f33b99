"""A file chosen on one's own device."""

from typing import Any

from litestar.datastructures import UploadFile

from lms.web.fields.base import OurField


class Upload(OurField):
    """The value is what was sent, read by the page; its form says `enctype="multipart/form-data"`."""

    kind = "file"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the file as it came; a form without a chosen one sends an empty part."""
        sent = valuelist[0] if valuelist else None
        self.data = sent if isinstance(sent, UploadFile) and sent.filename else None

    def is_empty(self) -> bool:
        return self.data is None
