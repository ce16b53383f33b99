"""The table of contents of `aid`, for app.py."""

from lms.aid.letters import LISTENERS, PRINT, printer
from lms.aid.pages.company import AidCompanyPages
from lms.aid.pages.desk import AidPages
from lms.aid.pages.own import OwnAidPages
from lms.aid.pages.rules import AidRulePages
from lms.aid.pages.statement import AidStatementPages
from lms.aid.service import Aid
from lms.web.module import Module

MODULE = Module(
    name="aid",
    controllers=[AidPages, AidCompanyPages, AidStatementPages, AidRulePages, OwnAidPages],
    services={"state_aid": Aid},
    listeners=LISTENERS,
    tasks={PRINT: printer},
)
