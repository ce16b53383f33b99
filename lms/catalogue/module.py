"""The table of contents of `catalogue`, for app.py."""

from lms.catalogue.service import Courses
from lms.web.module import Module

MODULE = Module(name="catalogue", services={"courses": Courses})
