"""The table of contents of `people`, for app.py."""

from lms.people.service import People
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="people",
    services={"people": People},
    personal_data=[
        PersonalData(
            table="membership",
            column="person_id",
            purpose="to let one member of a household act for another",
            kept="as long as both are in the household",
        ),
        PersonalData(
            table="guardianship",
            column="guardian_id",
            purpose="to know who consents for a minor",
            kept="until the child is 18",
        ),
        PersonalData(
            table="guardianship",
            column="child_id",
            purpose="to know who consents for a minor",
            kept="until the child is 18",
        ),
        PersonalData(
            table="company_contact",
            column="person_id",
            purpose="to let somebody act for a company",
            kept="until the company names another contact",
        ),
        PersonalData(
            table="consent",
            column="person_id",
            purpose="to prove what somebody agreed to",
            kept="6 years after its withdrawal",
        ),
    ],
)
