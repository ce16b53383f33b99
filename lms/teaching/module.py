"""The table of contents of `teaching`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.teaching.events import (
    GroupMessageAnswered,
    GroupMessageSent,
    MaterialsHandedOut,
    ProposalDecided,
    ProposalSubmitted,
    SessionReportAnswered,
)
from lms.teaching.materials.copying_pages import MaterialCopyPages
from lms.teaching.materials.own_pages import OwnMaterialDoor
from lms.teaching.materials.pages import MaterialPages
from lms.teaching.materials.service import Materials
from lms.teaching.materials.telling import MaterialNews, tell_of_materials
from lms.teaching.messages.answer_pages import AnswerLinkPages, OwnConversationPages
from lms.teaching.messages.desk_pages import ConversationDeskPages
from lms.teaching.messages.letters import carry_answer, carry_message
from lms.teaching.messages.pages import InboxPages, MessagePages
from lms.teaching.messages.service import GroupMessages
from lms.teaching.profiles.pages import OwnProfilePages, PublicProfilePages
from lms.teaching.profiles.service import Profiles
from lms.teaching.proposals.desk_pages import ProposalDeskPages
from lms.teaching.proposals.letters import tell_team, tell_trainer
from lms.teaching.proposals.pages import ProposalPages
from lms.teaching.proposals.service import Proposals
from lms.teaching.reports.desk_pages import ReportDeskPages
from lms.teaching.reports.letters import tell_of_answer
from lms.teaching.reports.pages import DropsOutPages, NotePages, ReportPages
from lms.teaching.reports.service import SessionReports
from lms.web.module import Around, Module

TELLING = timedelta(minutes=15)
SWEEPING = timedelta(hours=1)
WITH_RUN = "as long as the run's attendance is kept"
WHILE_TEACHING = "as long as the person teaches for the centre"


def _tell(around: Around) -> Periodic:
    return Periodic("tell-of-materials", TELLING, MaterialNews(around).tell_due)


def _sweep(around: Around) -> Periodic:
    return Periodic("sweep-materials", SWEEPING, Materials(around).forget)


MODULE = Module(
    name="teaching",
    controllers=[
        MaterialPages,
        MaterialCopyPages,
        OwnMaterialDoor,
        InboxPages,
        MessagePages,
        AnswerLinkPages,
        OwnConversationPages,
        ConversationDeskPages,
        ReportPages,
        DropsOutPages,
        NotePages,
        ReportDeskPages,
        ProposalPages,
        ProposalDeskPages,
        OwnProfilePages,
        PublicProfilePages,
    ],
    services={
        "materials": Materials,
        "messages": GroupMessages,
        "session_reports": SessionReports,
        "proposals_desk": Proposals,
        "profiles": Profiles,
    },
    listeners={
        MaterialsHandedOut: [tell_of_materials],
        GroupMessageSent: [carry_message],
        GroupMessageAnswered: [carry_answer],
        SessionReportAnswered: [tell_of_answer],
        ProposalSubmitted: [tell_team],
        ProposalDecided: [tell_trainer],
    },
    periodic=[_tell, _sweep],
    personal_data=[
        PersonalData("group_message", "sender_id", "who wrote to the people of a run", WITH_RUN),
        PersonalData("message_reader", "person_id", "who got a trainer's message", WITH_RUN),
        PersonalData("message_reply", "person_id", "who answered a trainer", WITH_RUN),
        PersonalData("message_pattern", "person_id", "words a trainer keeps for messages", WHILE_TEACHING),
        PersonalData("session_report", "reporter_id", "who reported a trouble from a session", WITH_RUN),
        PersonalData("session_note", "author_id", "who left a note for colleagues", WITH_RUN),
        PersonalData("course_proposal", "person_id", "who proposed a course", WHILE_TEACHING),
        PersonalData("trainer_page", "person_id", "what a trainer shows of themselves", WHILE_TEACHING),
        PersonalData("trainer_portrait", "person_id", "a trainer's picture", "until the trainer removes it"),
    ],
)
