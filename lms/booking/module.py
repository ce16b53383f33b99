"""The table of contents of `booking`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="booking",
    personal_data=[
        PersonalData(
            table="booking", column="booker_id", purpose="to let somebody use a room", kept="1 year after the last date"
        ),
        PersonalData(
            table="slot_wish",
            column="person_id",
            purpose="to tell somebody that a room has fallen free",
            kept="until the wished time is over",
        ),
    ],
)  # fmt: skip
