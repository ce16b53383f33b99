"""The table of contents of `lending`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="lending",
    personal_data=[
        PersonalData(
            table="loan", column="person_id", purpose="to know who has a device", kept="1 year after its return"
        ),
        PersonalData(
            table="lending_block",
            column="person_id",
            purpose="to know who may not borrow for a while",
            kept="1 year after its end",
        ),
    ],
)  # fmt: skip
