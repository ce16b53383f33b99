"""The table of contents of `certification`, for app.py."""

from datetime import timedelta

from lms.certification.api import CertificateDoor
from lms.certification.badges.downloads import BadgeDownloads, BadgeFiles
from lms.certification.badges.pages import BadgeDocuments
from lms.certification.badges.published import PublishedBadges
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
from lms.certification.pages.handing_out import HandOutPages
from lms.certification.pages.own import OwnCertificatePages
from lms.certification.pages.public import VerificationDoor, VerificationPages
from lms.certification.pages.register import RegisterPages
from lms.certification.pages.replacing import ReplacingPages
from lms.certification.pages.revoking import RevokingPages
from lms.certification.pages.runs import CertificatePages
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module


def _forgetting(around: Around) -> Periodic:
    async def act() -> None:
        await forget_expired(around.begin, around.clock)

    return Periodic("forget-expired-certificates", timedelta(days=1), act)


MODULE = Module(
    name="certification",
    controllers=[
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
        BadgeDocuments,
        BadgeDownloads,
    ],
    services={
        "certification": Certification,
        "holding": Holding,
        "hand_outs": HandOuts,
        "resending": Resending,
        "badge_files": BadgeFiles,
        "published_badges": PublishedBadges,
    },
    listeners={CertificateIssued: [send_certificate], CertificateRevoked: [tell_of_revocation]},
    tasks={ISSUE: Making, MAKE: maker},
    periodic=[
        _forgetting,
        lambda around: Periodic(
            "forget-hand-outs", timedelta(hours=1), lambda: forget_files(around.begin, around.clock)
        ),
    ],
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
            kept="as long as the certificate",
        ),
    ],
)
