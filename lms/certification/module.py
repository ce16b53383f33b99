"""The table of contents of `certification`, for app.py."""

from lms.certification.service import ISSUE, Certification
from lms.web.module import Module

MODULE = Module(
    name="certification",
    services={"certification": Certification},
    tasks={ISSUE: lambda around: Certification(around).issue},
)
