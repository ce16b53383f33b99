"""The table of contents of `dunning`, for app.py."""

from lms.dunning.debtors import Debtors
from lms.dunning.events import ReminderRevoked, ReminderWritten
from lms.dunning.letters import PRINT, have_it_printed, printer, tell_revoked
from lms.dunning.service import WRITE_RUN, Dunning
from lms.dunning.writing import writer
from lms.privacy.contract import PersonalData
from lms.web.module import Module

KEPT_BY_LAW = "eight years after the end of the year (§ 147 AO)"

MODULE = Module(
    name="dunning",
    services={"dunning": Dunning, "debtors": Debtors},
    listeners={ReminderWritten: [have_it_printed], ReminderRevoked: [tell_revoked]},
    tasks={PRINT: printer, WRITE_RUN: writer},
    personal_data=[
        PersonalData("reminder", "debtor_id", "whom we reminded of what they owe", KEPT_BY_LAW),
        PersonalData("reminder_block", "person_id", "whose reminders rest, and why", KEPT_BY_LAW),
        PersonalData("debtor_note", "person_id", "what the cashiers agreed with somebody", KEPT_BY_LAW),
    ],
)
