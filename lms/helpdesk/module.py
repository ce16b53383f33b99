"""The table of contents of `helpdesk`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="helpdesk",
    personal_data=[
        PersonalData(
            table="adviser",
            column="person_id",
            purpose="to say who helps at the help desk",
            kept="as long as their appointments are kept",
        ),
        PersonalData(
            table="appointment",
            column="person_id",
            purpose="to keep a time at the help desk for somebody",
            kept="30 days after the appointment",
        ),
    ],
)
