"""The table of contents of `people`, for app.py."""

from lms.people.service import People
from lms.web.module import Module

MODULE = Module(name="people", services={"people": People})
