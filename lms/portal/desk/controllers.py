"""Every page of the desk, for the module's table of contents."""

from lms.portal.desk.allotting import AllottingPages
from lms.portal.desk.answers import AnswerDeskPages
from lms.portal.desk.api import DeskDoor
from lms.portal.desk.approvals import ApprovalPages
from lms.portal.desk.assigning import AssigningPages
from lms.portal.desk.at_the_door import AtTheDoorPages
from lms.portal.desk.attendance import ClosingPages, RegisterPages
from lms.portal.desk.changing import ChangePages
from lms.portal.desk.clubs import ClubPages
from lms.portal.desk.companies import ClosingForCompanyPages, DeskCompanyPages, DeskSeatPages
from lms.portal.desk.concessions import ConcessionKindPages
from lms.portal.desk.conditions import ConditionPages, DeadlinePages
from lms.portal.desk.conduct import ConductPages
from lms.portal.desk.copying import CopyRunPages, CopyTermPages
from lms.portal.desk.courses import CoursePages
from lms.portal.desk.dates_pages import ManyDatesPages
from lms.portal.desk.distance import DistanceListPages, DistancePages
from lms.portal.desk.districts import DistrictPages
from lms.portal.desk.duplicates import DuplicatePages
from lms.portal.desk.enrolments import EnrolmentPages
from lms.portal.desk.families import FamilyPages
from lms.portal.desk.files import PersonFiles, PlanFiles
from lms.portal.desk.follow_up import FollowUpPlanPages
from lms.portal.desk.ideas import IdeaPages, NotePages
from lms.portal.desk.interest import InterestListPages, InterestOverviewPages
from lms.portal.desk.minimum import MINIMUM_PAGES
from lms.portal.desk.offers import OfferAnswerPages
from lms.portal.desk.pages import DeskPages
from lms.portal.desk.persons import PersonPages
from lms.portal.desk.phone import PhonePages
from lms.portal.desk.prerequisites import PrerequisitePages
from lms.portal.desk.prices import PricePages
from lms.portal.desk.proof import ProofPages
from lms.portal.desk.proofs import ConcessionProofPages, ProofListPages
from lms.portal.desk.relations import RelationPages
from lms.portal.desk.rooms import ROOM_PAGES
from lms.portal.desk.run_list import RunListPages
from lms.portal.desk.run_page import RunPages
from lms.portal.desk.run_steps import StepPages
from lms.portal.desk.sessions import NewSessionPages, SessionPages
from lms.portal.desk.settlements import SettlementPages
from lms.portal.desk.substitution import SearchListPages, SubstitutionPages
from lms.portal.desk.todo import PatternPages, TaskPages
from lms.portal.desk.tours.pages import TourPages
from lms.portal.desk.trainers import OpenMattersPages, TrainerPages
from lms.portal.desk.waiting_list import WaitingListPages
from lms.portal.desk.withdrawals import WithdrawalDeskPages

DESK = (
    DeskPages,
    RunListPages,
    RunPages,
    StepPages,
    IdeaPages,
    NotePages,
    ProofPages,
    AssigningPages,
    TaskPages,
    PatternPages,
    CopyRunPages,
    CopyTermPages,
    TrainerPages,
    ConductPages,
    OpenMattersPages,
    SessionPages,
    ManyDatesPages,
    SubstitutionPages,
    SearchListPages,
    NewSessionPages,
    RegisterPages,
    ClosingPages,
    AtTheDoorPages,
    ClubPages,
    CoursePages,
    PrerequisitePages,
    DistancePages,
    DistanceListPages,
    PersonFiles,
    PlanFiles,
    EnrolmentPages,
    ChangePages,
    WithdrawalDeskPages,
    SettlementPages,
    OfferAnswerPages,
    ApprovalPages,
    AnswerDeskPages,
    ConditionPages,
    DeadlinePages,
    PhonePages,
    PricePages,
    FamilyPages,
    ConcessionKindPages,
    ProofListPages,
    ConcessionProofPages,
    PersonPages,
    DistrictPages,
    TourPages,
    DuplicatePages,
    RelationPages,
    DeskCompanyPages,
    DeskSeatPages,
    ClosingForCompanyPages,
    *ROOM_PAGES,
    *MINIMUM_PAGES,
    WaitingListPages,
    AllottingPages,
    InterestOverviewPages,
    InterestListPages,
    FollowUpPlanPages,
    DeskDoor,
)
