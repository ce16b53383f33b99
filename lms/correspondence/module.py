"""The table of contents of `correspondence`, for app.py."""

from lms.correspondence.pages.pages import RulePages
from lms.correspondence.service import MessageRules, clockwork
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="correspondence",
    controllers=[RulePages],
    services={"message_rules": MessageRules},
    periodic=[clockwork],
    personal_data=[
        PersonalData(
            table="rule_message",
            column="person_id",
            purpose="to write to nobody twice by the same rule",
            kept="as long as the run is kept",
        ),
    ],
)
