"""Certificates for programs: who qualifies, issue for a run, follow the batch, revoke."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from lms.certification.eligibility import Candidate, Lack, candidates, whole_units
from lms.certification.issuing.refusals import advice_for
from lms.certification.life.service import Certification
from lms.certification.models import Certificate, CertificateState
from lms.certification.queries import Progress, certificates_of, progress_of
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.web.access import may

LONGEST_REASON = 500


class CertificateOut(Struct):
    """One certificate; the file is at `/meine-nachweise/{id}/nachweis.pdf`, the public record at `/pruefen/{code}`."""

    id: UUID
    number: str
    code: str
    state: CertificateState
    issued_at: datetime
    course: str
    holder: str

    @classmethod
    def from_row(cls, row: Certificate) -> Self:
        """The certificate as it goes over the wire."""
        return cls(
            id=row.id,
            number=row.number,
            code=row.code,
            state=row.state,
            issued_at=row.issued_at,
            course=row.facts["course"],
            holder=row.facts["holder"]["name"],
        )


class CandidateOut(Struct):
    """One person of a run. `lack` says what is missing; units are whole units of 45 minutes."""

    enrolment_id: UUID
    name: str
    units_attended: int
    units_planned: int
    lack: Lack
    certificate: CertificateOut | None

    @classmethod
    def from_candidate(cls, one: Candidate) -> Self:
        """The candidate as it goes over the wire."""
        return cls(
            enrolment_id=one.enrolment_id,
            name=one.name,
            units_attended=whole_units(one.standing.attended_minutes),
            units_planned=whole_units(one.standing.planned_minutes),
            lack=one.standing.lack,
            certificate=CertificateOut.from_row(one.certificate) if one.certificate else None,
        )


class BatchOut(Struct):
    """How far issuing has come."""

    id: UUID
    run_id: UUID | None
    total: int
    issued: int
    failed: list[str]
    is_finished: bool

    @classmethod
    def from_progress(cls, progress: Progress) -> Self:
        """The batch as it goes over the wire."""
        return cls(
            id=progress.batch_id,
            run_id=progress.run_id,
            total=progress.total,
            issued=progress.issued,
            failed=[advice_for(failure.reason).sentence for failure in progress.failures],
            is_finished=progress.is_finished,
        )


class RevocationIn(Struct, forbid_unknown_fields=True):
    """Why the certificate is taken back; whoever checks it reads this sentence."""

    reason: Annotated[str, Meta(min_length=1, max_length=LONGEST_REASON)]


class CertificateDoor(Controller):
    """One's own certificates; the team's acts on them."""

    path = "/api/v1"
    tags = ("certificates",)

    @get("/certificates", opt=may("R", "certificate"))
    async def own(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> list[CertificateOut]:
        """One's own and the household's, newest first."""
        async with begin.reading() as session:
            held = await certificates_of(session, list(actor.persons_for("R", "certificate")))
        return [CertificateOut.from_row(row) for row in held]

    @get("/runs/{run_id:uuid}/certificates", opt=may("issue", "certificate"))
    async def read(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> list[CandidateOut]:
        """Who qualifies and who lacks what."""
        async with begin.reading() as session:
            people = await candidates(session, run_id)
        return [CandidateOut.from_candidate(one) for one in people]

    @post("/runs/{run_id:uuid}/certificates", opt=may("issue", "certificate"), status_code=202)
    async def issue(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        certification: NamedDependency[Certification],
    ) -> BatchOut:
        """Issue for everybody who has earned one and holds none; a batch under way is given back."""
        batch = await certification.start(actor, run_id=run_id)
        async with begin.reading() as session:
            return BatchOut.from_progress(await progress_of(session, batch.id))

    @get("/batches/{batch_id:uuid}", opt=may("issue", "certificate"))
    async def batch(self, batch_id: FromPath[UUID], begin: NamedDependency[Begin]) -> BatchOut:
        """How far a batch has come."""
        async with begin.reading() as session:
            return BatchOut.from_progress(await progress_of(session, batch_id))

    @post("/certificates/{certificate_id:uuid}/revocation", opt=may("revoke", "certificate"), status_code=200)
    async def revoke(
        self,
        certificate_id: FromPath[UUID],
        data: JSONBody[RevocationIn],
        actor: NamedDependency[Actor],
        certification: NamedDependency[Certification],
    ) -> CertificateOut:
        """Take a certificate back for good."""
        return CertificateOut.from_row(
            await certification.revoke(actor, certificate_id=certificate_id, reason=data.reason)
        )
