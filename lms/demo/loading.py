"""Loads the demo centre into an empty database."""

from lms.db import Begin
from lms.settings import Settings


async def load(begin: Begin, settings: Settings) -> None:
    """Fill the database; dates are relative to today."""
