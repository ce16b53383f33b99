"""What the team does about a request before there is an offer: notes, questions, which company it is, saying no."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.inhouse import policy
from lms.inhouse.errors import CompanySettled, RequestOver, TextMissing
from lms.inhouse.events import TrainingDeclined, TrainingQuestionAnswered, TrainingQuestionAsked
from lms.inhouse.models import RemarkKind, RequestState, TrainingOfferState, TrainingRemark, TrainingRequest
from lms.inhouse.queries import asked_of, is_company_contact
from lms.inhouse.rules import OPEN, ORDERED
from lms.inhouse.service.acts import Acts, locked, note, remark, touch
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.people.models import Company, CompanyContact


class Clarifying(Acts):
    """Finding out what is wanted."""

    @retried
    async def add_note(self, actor: Actor, *, request_id: UUID, text: str, key: UUID) -> TrainingRemark:
        """For the team alone. The same key twice is kept once. Raises TextMissing."""
        return await self._remark(actor, request_id, RemarkKind.NOTE, text, key)

    @retried
    async def ask_back(self, actor: Actor, *, request_id: UUID, text: str, key: UUID) -> TrainingRemark:
        """Write to whoever asked; they answer by the link. The same key twice writes once. Raises TextMissing, RequestOver."""
        return await self._remark(actor, request_id, RemarkKind.QUESTION, text, key)

    async def _remark(
        self, actor: Actor, request_id: UUID, kind: RemarkKind, text: str, key: UUID
    ) -> TrainingRemark:
        ensure(policy.may_work(actor), actor)
        if not text.strip():
            raise TextMissing
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            known = await session.get(TrainingRemark, key)
            if known is not None:
                return known
            if kind is RemarkKind.QUESTION:
                if request.state not in OPEN or request.contact_id is None:
                    raise RequestOver
                if request.state is RequestState.NEW:
                    request.state = RequestState.CLARIFYING
                touch(request, at)
            row = remark(session, actor, request, kind, text, at=at, key=key)
            note(session, actor, request, "asked_back" if kind is RemarkKind.QUESTION else "noted", at=at)
            if kind is RemarkKind.QUESTION:
                announce(session, TrainingQuestionAsked(remark_id=row.id, at=at), at=at)
            return row

    @retried
    async def answer_question(
        self, actor: Actor, *, request_id: UUID, text: str, key: UUID, token: str = ""
    ) -> TrainingRemark:
        """Whoever asked writes to the team. The same key twice is kept once. Raises NotFound, TextMissing, RequestOver."""
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            policy.ensure_holds(actor, request, token, self.signer)
            known = await session.get(TrainingRemark, key)
            if known is not None:
                return known
            if not text.strip():
                raise TextMissing
            if request.state is RequestState.DECLINED:
                raise RequestOver
            author = actor.name or (await asked_of(session, request_id)).name
            row = remark(session, actor, request, RemarkKind.ANSWER, text, at=at, key=key, author=author)
            touch(request, at)
            announce(session, TrainingQuestionAnswered(remark_id=row.id, at=at), at=at)
            return row

    @retried
    async def start_work(self, actor: Actor, *, request_id: UUID) -> TrainingRequest:
        """Somebody of the team takes care of it: it is not new any more. Twice is as good as once."""
        ensure(policy.may_work(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            if request.state is RequestState.NEW:
                request.state = RequestState.CLARIFYING
                touch(request, at)
                note(session, actor, request, "clarifying", at=at)
            return request

    @retried
    async def join_company(
        self,
        actor: Actor,
        *,
        request_id: UUID,
        company_id: UUID | None,
        version: int,
        new: Company | None = None,
        becomes_contact: bool = False,
    ) -> TrainingRequest:
        """Say which company it is: one we know, or a `new` one. With `becomes_contact` whoever asked acts for it from now on.

        An offer that waits for an answer ends when the company is another one: it names the one before. Raises Stale, NotFound,
        and CompanySettled once something was ordered.
        """
        ensure(policy.may_work(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            if request.version != version:
                raise Stale
            if request.state in ORDERED:
                raise CompanySettled
            company = new if company_id is None else await session.get(Company, company_id)
            if company is None:
                raise NotFound
            if company_id is None:
                session.add(company)
                await session.flush()
            if request.company_id not in {None, company.id}:
                await self._end_offer(session, request)
            request.company_id = company.id
            touch(request, at)
            contact_id = request.contact_id
            if (
                becomes_contact
                and contact_id
                and not await is_company_contact(session, company.id, contact_id)
            ):
                session.add(CompanyContact(company_id=company.id, person_id=contact_id))
            note(session, actor, request, "joined", at=at, company_id=str(company.id))
            return request

    @staticmethod
    async def _end_offer(session: AsyncSession, request: TrainingRequest) -> None:
        held = (await asked_of(session, request.id)).holding
        if held is not None:
            held.state, request.state = TrainingOfferState.REPLACED, RequestState.CLARIFYING

    @retried
    async def decline_request(
        self, actor: Actor, *, request_id: UUID, reason: str, version: int
    ) -> TrainingRequest:
        """The centre cannot do it; whoever asked reads the reason. An open offer ends. Raises Stale, TextMissing, RequestOver."""
        ensure(policy.may_work(actor), actor)
        if not reason.strip():
            raise TextMissing
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            if request.state is RequestState.DECLINED:
                return request
            if request.state not in OPEN:
                raise RequestOver
            if request.version != version:
                raise Stale
            for offer in (await asked_of(session, request_id)).offers:
                if offer.state is TrainingOfferState.DRAFT:
                    await session.delete(offer)
                elif offer.state is TrainingOfferState.SENT:
                    offer.state = TrainingOfferState.REPLACED
            request.state, request.reason, request.ended_at = RequestState.DECLINED, reason.strip(), at
            touch(request, at)
            note(session, actor, request, "declined", at=at, reason=reason.strip())
            announce(session, TrainingDeclined(request_id=request.id, at=at), at=at)
            return request
