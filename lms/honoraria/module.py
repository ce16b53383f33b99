"""The table of contents of `honoraria`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="honoraria",
    personal_data=[
        PersonalData(
            table="run_fee",
            column="person_id",
            purpose="to pay what was agreed for a run",
            kept="as long as the run is kept",
        ),
    ],
)
