"""The table of contents of `certification`, for app.py."""

from lms.certification.api import CertificateDoor
from lms.certification.events import CertificateIssued, CertificateRevoked
from lms.certification.letters import send_certificate, tell_of_revocation
from lms.certification.pages.own import OwnCertificatePages
from lms.certification.pages.public import VerificationPages
from lms.certification.pages.staff import CertificatePages
from lms.certification.service import ISSUE, Certification
from lms.privacy.contract import PersonalData
from lms.web.module import Module

MODULE = Module(
    name="certification",
    controllers=[VerificationPages, OwnCertificatePages, CertificatePages, CertificateDoor],
    services={"certification": Certification},
    listeners={CertificateIssued: [send_certificate], CertificateRevoked: [tell_of_revocation]},
    tasks={ISSUE: lambda around: Certification(around).issue},
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
