"""A file that is read for ever: so that somebody can die meanwhile."""

import os
import time
from pathlib import Path

from lms.interchange.reading import Read

NUMBER = "number"
"""The name of the file in which the reading process says its number."""


def slowly(_: Path, folder: Path) -> Read:
    """In place of `lms.interchange.reading._read`."""
    part = folder / "part"
    part.write_text(str(os.getpid()), encoding="ascii")
    part.rename(folder / NUMBER)
    time.sleep(600)
    return Read()
