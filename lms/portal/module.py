"""The table of contents of `portal`, for app.py."""

from lms.portal.acting.answer_pages import CodePages, InvitationPages, PhotoPages
from lms.portal.acting.mandate_pages import MandatePages
from lms.portal.acting.pages import ActingPages
from lms.portal.answering import AssignmentByLink, OwnAssignmentPages, OwnProofPages, ProofByLink
from lms.portal.api import ProgrammeApi
from lms.portal.availability import AvailabilityPages, BusyCalendarPages
from lms.portal.catalogue_pages import CataloguePages
from lms.portal.company.firma_pages import CompanyInvitationPages, CompanyPages
from lms.portal.company.ordering_pages import SeatOrderPages
from lms.portal.company.seat_pages import SeatPages
from lms.portal.company.taking_pages import TakingPages
from lms.portal.counter.pages import CounterPages
from lms.portal.counter.till import TillPages
from lms.portal.course_page import CoursePage
from lms.portal.desk.controllers import DESK
from lms.portal.fees.controllers import FEES
from lms.portal.finance.controllers import FINANCE
from lms.portal.helpdesk.devices import TryOutPages
from lms.portal.helpdesk.tablet import KioskQueuePages
from lms.portal.information_pages import InformationPages
from lms.portal.inhouse.invoicing import TrainingInvoicePages
from lms.portal.inhouse.making import ClosedRunPages
from lms.portal.inhouse.seats import TrainingSeatPages
from lms.portal.kiosk_courses import KioskCoursePages
from lms.portal.letters.address_pages import AddressPages
from lms.portal.letters.call_pages import CallPages
from lms.portal.letters.calls import CallList, unreached
from lms.portal.letters.own_pages import OwnLetterPages
from lms.portal.letters.pages import LetterPages
from lms.portal.letters.print_pages import PrintPages
from lms.portal.letters.print_runs import PRESS, PrintRuns, press
from lms.portal.letters.service import Post
from lms.portal.letters.texts.pages import TextPages
from lms.portal.letters.texts.service import LetterTexts
from lms.portal.my_courses_pages import MyCoursesPages
from lms.portal.online_room import OnlineRoomPages
from lms.portal.own_debits import OwnDebitPages
from lms.portal.own_fee_account import OwnFeeAccountPages
from lms.portal.own_fees import OwnFeePages
from lms.portal.planner.pages import PlannerPages
from lms.portal.planner.sign_pages import SignPages
from lms.portal.programme import Programme
from lms.portal.progress.pages import ProgressPages
from lms.portal.refund_account import AccountByLink, OwnAccountPages
from lms.portal.standing_in import AnswerPages, CannotComePages, StandInPages
from lms.portal.teaching import TeachingPages
from lms.portal.youth import YouthPages
from lms.web.module import Module

MODULE = Module(
    name="portal",
    controllers=[
        CataloguePages,
        YouthPages,
        CoursePage,
        KioskCoursePages,
        KioskQueuePages,
        TryOutPages,
        InformationPages,
        ProgrammeApi,
        *DESK,
        *FINANCE,
        *FEES,
        ClosedRunPages,
        TrainingInvoicePages,
        TrainingSeatPages,
        OwnDebitPages,
        AccountByLink,
        OwnAccountPages,
        CounterPages,
        TillPages,
        PlannerPages,
        SignPages,
        LetterPages,
        TextPages,
        AddressPages,
        OwnLetterPages,
        PrintPages,
        CallPages,
        MyCoursesPages,
        ActingPages,
        MandatePages,
        InvitationPages,
        CodePages,
        PhotoPages,
        CompanyPages,
        CompanyInvitationPages,
        SeatOrderPages,
        SeatPages,
        TakingPages,
        OnlineRoomPages,
        TeachingPages,
        ProgressPages,
        AvailabilityPages,
        BusyCalendarPages,
        OwnFeePages,
        OwnFeeAccountPages,
        OwnProofPages,
        OwnAssignmentPages,
        ProofByLink,
        AssignmentByLink,
        AnswerPages,
        StandInPages,
        CannotComePages,
    ],
    services={
        "programme": lambda around: Programme(around.begin, around.clock),
        "letter_post": Post,
        "letter_texts": LetterTexts,
        "print_runs": PrintRuns,
        "calls": CallList,
    },
    tasks={PRESS: press},
    periodic=[unreached],
)
