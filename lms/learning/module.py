"""The table of contents of `learning`, for app.py."""

from lms.learning.distance import note_edition
from lms.learning.events import EditionPublished
from lms.web.module import Module

MODULE = Module(name="learning", listeners={EditionPublished: [note_edition]})
