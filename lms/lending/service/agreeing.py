"""Agreeing to the terms, on screen or on paper, and keeping the document."""

import asyncio
import hashlib
from datetime import datetime
from uuid import UUID

from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.lending import policy
from lms.lending.errors import LoanIsOver, NobodyNamed
from lms.lending.events import LoanAgreed
from lms.lending.models import Loan, LoanAgreement, LoanPurpose
from lms.lending.paper import Accepted, Paper, paper_of, rendered
from lms.lending.queries import OPEN, Lent, agreement_of, lent
from lms.lending.service.acts import Acts, held_loan, note

PURPOSE = "loan"
"""Of the token in letters about a loan: `signer.token(PURPOSE, loan.id, loan.link_version)`."""
ROUNDS = 4
SHORTEST_NAME = 3


class Agreeing(Acts):
    """What borrowers and staff do about the agreement."""

    async def accept(self, actor: Actor, *, loan_id: UUID, name: str, token: str = "") -> Loan:
        """Accept the terms on screen, by the borrower, whoever speaks for them, or whoever holds the link of the letter.

        The document is drawn first, then kept together with the acceptance, so that it says exactly what was agreed to.
        Twice is as good as once. Raises NotFound, NobodyNamed, LoanIsOver.
        """
        typed = " ".join(name.split())
        if len(typed) < SHORTEST_NAME:
            raise NobodyNamed
        found = await self._read(loan_id)
        by_link = self.signer.matches(token, PURPOSE, loan_id, found.loan.link_version)
        if not by_link and not policy.may_accept(actor, found.loan.person_id):
            raise NotFound
        return await self._conclude(actor, loan_id, name=typed, way="screen")

    async def accept_at_counter(self, actor: Actor, *, loan_id: UUID, name: str) -> Loan:
        """The same on a screen of the team, with the borrower standing before it."""
        ensure(policy.may_manage(actor), actor)
        typed = " ".join(name.split())
        if len(typed) < SHORTEST_NAME:
            raise NobodyNamed
        return await self._conclude(actor, loan_id, name=typed, way="screen")

    async def note_signature(self, actor: Actor, *, loan_id: UUID) -> Loan:
        """Note that the signed sheet lies before the team. Twice is as good as once. Raises LoanIsOver."""
        ensure(policy.may_manage(actor), actor)
        return await self._conclude(actor, loan_id, name="", way="paper")

    async def document(self, loan_id: UUID) -> bytes:
        """The accepted agreement byte for byte; before that, one to be signed. Whoever asks has been let in by the page.

        What was agreed to without a document (elsewhere, or made up for the demo) gets one when it is first asked for.
        """
        async with self.begin.reading() as session:
            found = await lent(session, loan_id)
            kept = await agreement_of(session, loan_id)
        if kept is not None:
            return kept.document
        loan, accepted = found.loan, None
        if loan.purpose is not LoanPurpose.HOME:
            raise NotFound
        if loan.terms_accepted_at is not None:
            accepted = Accepted(name=loan.terms_name, at=loan.terms_accepted_at, way=loan.terms_way)
        at = accepted.at if accepted else self.clock()
        document = await asyncio.to_thread(rendered, paper_of(found, at=at, accepted=accepted))
        return await self._first(loan_id, document, at) if accepted else document

    @retried
    async def _first(self, loan_id: UUID, document: bytes, at: datetime) -> bytes:
        """Keep the document unless somebody was quicker; gives the one that is kept."""
        async with self.begin() as session:
            await held_loan(session, loan_id)
            known = await agreement_of(session, loan_id)
            if known is not None:
                return known.document
            digest = hashlib.sha256(document).hexdigest()
            session.add(LoanAgreement(loan_id=loan_id, document=document, sha256=digest, created_at=at))
        return document

    async def _read(self, loan_id: UUID) -> Lent:
        async with self.begin.reading() as session:
            return await lent(session, loan_id)

    async def _conclude(self, actor: Actor, loan_id: UUID, *, name: str, way: str) -> Loan:
        """Draw, then keep; again when the loan was changed meanwhile (handed out with less than all accessories, say)."""
        for _ in range(ROUNDS):
            found = await self._read(loan_id)
            if found.loan.terms_accepted_at is not None:
                return found.loan
            if found.loan.state not in OPEN or found.loan.purpose is not LoanPurpose.HOME:
                raise LoanIsOver
            now = self.clock()
            accepted = Accepted(name=name or found.person.name, at=now, way=way)
            paper = paper_of(found, at=now, accepted=accepted)
            document = await asyncio.to_thread(rendered, paper)
            kept = await self._keep(actor, found.loan, paper, document)
            if kept is not None:
                return kept
        raise Stale

    @retried
    async def _keep(self, actor: Actor, seen: Loan, paper: Paper, document: bytes) -> Loan | None:
        accepted = paper.accepted
        async with self.begin() as session:
            loan, _ = await held_loan(session, seen.id)
            if loan.terms_accepted_at is not None:
                return loan
            if loan.version != seen.version or accepted is None:
                return None
            loan.terms_version, loan.terms_way = paper.version, accepted.way
            loan.terms_name, loan.terms_accepted_at = accepted.name, accepted.at
            loan.version += 1
            digest = hashlib.sha256(document).hexdigest()
            session.add(
                LoanAgreement(loan_id=loan.id, document=document, sha256=digest, created_at=accepted.at)
            )
            announce(session, LoanAgreed(loan_id=loan.id), at=accepted.at)
            note(
                session,
                actor,
                "agreed",
                loan,
                at=accepted.at,
                after={"terms": paper.version, "way": accepted.way, "sha256": digest},
            )
        return loan
