"""The table of contents of `certification`, for app.py."""

from datetime import timedelta

from lms.certification.api import CertificateDoor
from lms.certification.badges.downloads import BadgeDownloads, BadgeFiles
from lms.certification.badges.pages import BadgeDocuments
from lms.certification.badges.published import PublishedBadges
from lms.certification.designs.pages.preview import PreviewPages
from lms.certification.designs.pages.shaping import DesignPages
from lms.certification.designs.pages.usual import UsualDesignPages
from lms.certification.designs.service import CertificateDesigns
from lms.certification.eligibility.exams import Exams
from lms.certification.eligibility.from_quizzes import keep_result
from lms.certification.eligibility.rule_setting import CertificateRules
from lms.certification.events import CertificateIssued, CertificateRevoked
from lms.certification.handing.making import MAKE, HandOuts, forget_files, maker
from lms.certification.handing.sending import Resending
from lms.certification.holding import Holding
from lms.certification.issuing.batches import ISSUE
from lms.certification.issuing.making import Making
from lms.certification.letters import send_certificate, tell_of_revocation
from lms.certification.life.forgetting import forget_expired
from lms.certification.life.service import Certification
from lms.certification.pages.batches import BatchPages
from lms.certification.pages.choosing import ChoosingPages
from lms.certification.pages.education_leave import EducationLeavePages, OwnEducationLeavePages
from lms.certification.pages.exams import ExamPages, TrainersExamPages
from lms.certification.pages.expiring import ExpiringPages
from lms.certification.pages.handing_out import HandOutPages
from lms.certification.pages.own import OwnCertificatePages
from lms.certification.pages.path_story import PathStoryPages
from lms.certification.pages.paths import PathPages
from lms.certification.pages.programmes import ProgrammePages
from lms.certification.pages.public import VerificationDoor, VerificationPages
from lms.certification.pages.register import RegisterPages
from lms.certification.pages.replacing import ReplacingPages
from lms.certification.pages.revoking import RevokingPages
from lms.certification.pages.rules import CourseRulePages, RunRulePages
from lms.certification.pages.runs import CertificatePages
from lms.certification.pages.seal import SealPages
from lms.certification.pages.standing import StandingPages
from lms.certification.pages.teaching_proofs import OwnTeachingProofPages, TeachingProofPages
from lms.certification.pages.volunteers import VolunteerPages
from lms.certification.pages.wishes import WishPages
from lms.certification.paths.service import Paths
from lms.certification.validity.reminding import EVERY, ExpiryReminders
from lms.certification.validity.service import Validity
from lms.certification.wishes.events import ProofWishDeclined
from lms.certification.wishes.forgetting import forget_answered
from lms.certification.wishes.letters import tell_of_refusal
from lms.certification.wishes.service import ProofWishes
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.quizzes.events import ExamDecided
from lms.web.module import Around, Module


def _forgetting(around: Around) -> Periodic:
    async def act() -> None:
        await forget_expired(around.begin, around.clock)

    return Periodic("forget-expired-certificates", timedelta(days=1), act)


def _reminding(around: Around) -> Periodic:
    async def act() -> None:
        await ExpiryReminders(around).remind()

    return Periodic("remind-of-ending-certificates", EVERY, act)


def _forgetting_wishes(around: Around) -> Periodic:
    async def act() -> None:
        await forget_answered(around.begin, around.clock)

    return Periodic("forget-answered-requests", timedelta(days=1), act)


def _forgetting_files(around: Around) -> Periodic:
    async def act() -> None:
        await forget_files(around.begin, around.clock)

    return Periodic("forget-hand-outs", timedelta(hours=1), act)


OTHER_KINDS = (
    EducationLeavePages,
    OwnEducationLeavePages,
    VolunteerPages,
    PathPages,
    PathStoryPages,
    TeachingProofPages,
    OwnTeachingProofPages,
    WishPages,
    ExpiringPages,
)
"""The pages of everything that is issued besides taking part in a run."""

MODULE = Module(
    name="certification",
    controllers=[
        SealPages,
        VerificationPages,
        VerificationDoor,
        OwnCertificatePages,
        CertificatePages,
        ChoosingPages,
        BatchPages,
        HandOutPages,
        RegisterPages,
        RevokingPages,
        ReplacingPages,
        CertificateDoor,
        StandingPages,
        ExamPages,
        TrainersExamPages,
        CourseRulePages,
        RunRulePages,
        ProgrammePages,
        BadgeDocuments,
        BadgeDownloads,
        DesignPages,
        PreviewPages,
        UsualDesignPages,
        *OTHER_KINDS,
    ],
    services={
        "certification": Certification,
        "holding": Holding,
        "exams": Exams,
        "certificate_rules": CertificateRules,
        "hand_outs": HandOuts,
        "resending": Resending,
        "badge_files": BadgeFiles,
        "published_badges": PublishedBadges,
        "certificate_designs": CertificateDesigns,
        "certificate_paths": Paths,
        "proof_wishes": ProofWishes,
        "validity": Validity,
    },
    listeners={
        CertificateIssued: [send_certificate],
        CertificateRevoked: [tell_of_revocation],
        ProofWishDeclined: [tell_of_refusal],
        ExamDecided: [keep_result],
    },
    tasks={ISSUE: Making, MAKE: maker},
    periodic=[_forgetting, _reminding, _forgetting_wishes, _forgetting_files],
    personal_data=[
        PersonalData(
            table="certificate",
            column="person_id",
            purpose="to prove what was issued",
            kept="10 years from issue",
        ),
        PersonalData(
            table="batch_item",
            column="person_id",
            purpose="to show how far issuing has come and for whom it failed",
            kept="as long as the certificate; where it failed, 10 years",
        ),
        PersonalData(
            table="proof_wish",
            column="person_id",
            purpose="to know which certificates somebody has asked for",
            kept="1 year after it was answered",
        ),
    ],
)
