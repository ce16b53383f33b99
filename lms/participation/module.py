"""The table of contents of `participation`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="participation",
    personal_data=[
        PersonalData(
            table="wish",
            column="person_id",
            purpose="to tell somebody what becomes of their wish",
            kept="1 year after the wish came in, then the wish names nobody",
        ),
        PersonalData(
            table="wish_offer",
            column="person_id",
            purpose="to call somebody who offered to teach or a room",
            kept="1 year after the offer came in",
        ),
        PersonalData(
            table="vote",
            column="person_id",
            purpose="to let somebody see and take back their votes, and tell them what becomes of the wish",
            kept="until 1 year after the vote; what is counted stays without a person",
        ),
    ],
)
