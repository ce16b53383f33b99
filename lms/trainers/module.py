"""The table of contents of `trainers`, for app.py."""

from lms.privacy.contract import PersonalData
from lms.trainers.service import Trainers
from lms.web.module import Module

MODULE = Module(
    name="trainers",
    services={"trainers": Trainers},
    personal_data=[
        PersonalData(
            table="trainer",
            column="person_id",
            purpose="to plan and present trainers",
            kept="as long as the person teaches for the centre",
        ),
        PersonalData(
            table="availability",
            column="person_id",
            purpose="to plan when a trainer can teach",
            kept="until the trainer changes it",
        ),
        PersonalData(
            table="conduct_record",
            column="person_id",
            purpose="to let only suitable persons teach children (§ 72a SGB VIII)",
            kept="3 months after somebody stops teaching",
        ),
        PersonalData(
            table="absence",
            column="person_id",
            purpose="to plan when a trainer cannot teach",
            kept="1 year after its end",
        ),
    ],
)
