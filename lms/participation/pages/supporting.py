"""`/wuensche/…/unterstuetzen`: giving one's vote, with a mail to confirm it or signed in at once."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, Stale, TooMany
from lms.kernel.marking import N_
from lms.participation.counting import known_voter, votes_left
from lms.participation.errors import (
    AddressNeeded,
    AgeNeeded,
    AlreadySupported,
    BirthUnlikely,
    NotInTown,
    NotOpenForVotes,
    OtherDistrict,
    TooManyPoints,
    TooOld,
    TwoVoters,
    VotesUsedUp,
    WhoNeeded,
    WrongCode,
    YearUnlikely,
)
from lms.participation.forms import VoteForm, fit
from lms.participation.keys import person_key
from lms.participation.letters import vote_path
from lms.participation.models import Round, RoundAudience
from lms.participation.pages.parts import SPOKEN, AnyRequest, address, count_act, count_mail
from lms.participation.queries import Shown, public_wish
from lms.participation.rules import ensure_supportable
from lms.participation.supporting import LINK, Support
from lms.people.models import Person
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare

COUNTED = declare("stimme-zaehlt", N_("Thank you. Your vote counts."))
ABOUT: dict[type[DomainError], str] = {
    AgeNeeded: "born", BirthUnlikely: "born", YearUnlikely: "year", TooOld: "born", OtherDistrict: "district", TooManyPoints: "points", WhoNeeded: "name",
    AddressNeeded: "street", NotInTown: "postal_code", WrongCode: "code", TwoVoters: "email",
}  # fmt: skip
REFUSALS: tuple[type[DomainError], ...] = (*ABOUT, AlreadySupported, VotesUsedUp, Stale)


class SupportPages(Controller):
    """One form for one wish."""

    path = "/wuensche/{wish_id:uuid}/unterstuetzen"
    opt = may("C", "wish")
    include_in_schema = False

    @get()
    async def ask(
        self, wish_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template | Redirect:
        """What is needed for a vote."""
        return await _page(around, actor, wish_id, None)

    @post()
    async def support(
        self,
        request: AnyRequest,
        wish_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        support: NamedDependency[Support],
    ) -> Template | Redirect:
        """Ask for the vote to be confirmed, or count it at once."""
        async with around.begin.reading() as session:
            shown = await public_wish(session, wish_id)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
        address(shown.voting)
        form = vote_form(await request.form(), shown.voting, me)
        if not form.validate():
            return await _page(around, actor, wish_id, form, status=422)
        try:
            if actor.person_id is not None:
                await count_act(around, actor)
                given = await support.support_now(
                    actor, wish_id=wish_id, voter=form.voter(), points=form.wanted_points
                )
                return after(vote_path(given.vote, around.signer.token(LINK, given.vote.id)), COUNTED)
            await count_act(
                around, actor
            )  # nothing counts before the mail is confirmed: that lifts the limit
            await count_mail(around, actor, form.email.data)
            await support.ask(actor, wish_id=wish_id, voter=form.voter(), points=form.wanted_points)
        except NotOpenForVotes as refusal:
            return await _page(around, actor, wish_id, form, status=refusal.status)
        except TooMany as refusal:
            form.refuse("email" if "email" in form else "", refusal.message)
            return await _page(around, actor, wish_id, form, status=429)
        except REFUSALS as refusal:
            name = ABOUT.get(type(refusal), "")
            form.refuse(name if name in form else "", refusal.message, **refusal.params)
            return await _page(around, actor, wish_id, form, status=refusal.status)
        return Template(
            "participation/asked.html",
            context={**SPOKEN, "wish": shown.wish, "email": form.email.data, "here": f"/wuensche/{wish_id}"},
            headers=PRIVATE,
        )


def vote_form(sent: Any, voting: Round | None, me: Person | None, **known: Any) -> VoteForm:
    """The form with what this round asks of somebody, `me` where they are signed in."""
    has_birth = me is not None and me.birth_date is not None
    form = fit(form_from(VoteForm, sent, **known), voting, known=me is not None, has_birth=has_birth)
    if voting is not None and "points" in form:
        form.points.choices = [(str(one), str(one)) for one in range(1, voting.most_per_wish + 1)]
    if voting is not None and "district" in form:
        form.district.label.text = gettext("I live in %(district)s", district=voting.district)
    if voting is not None and "born" in form and voting.audience is RoundAudience.YOUTH:
        form.born.hint = gettext("This voting is for people up to %(age)s years of age.", age=voting.max_age)
    return form


async def _page(
    around: Around, actor: Actor, wish_id: UUID, form: VoteForm | None, *, status: int = 200
) -> Template | Redirect:
    async with around.begin.reading() as session:
        shown = await public_wish(session, wish_id)
        me = await session.get(Person, actor.person_id) if actor.person_id else None
        left = await _left(around, session, shown, actor)
    address(shown.voting)
    why_not = ""
    try:
        ensure_supportable(shown.wish, shown.voting, around.clock())
    except NotOpenForVotes as refusal:
        why_not = refusal.message
    if form is None:
        known = {"name": me.name, "born": me.birth_date, "points": "1"} if me else {"points": "1"}
        form = vote_form(None, shown.voting, me, **known)
    return Template(
        "participation/support.html",
        context={
            **SPOKEN, "shown": shown, "wish": shown.wish, "voting": shown.voting, "form": form, "left": left,
            "why_not": why_not, "is_known": me is not None, "here": f"/wuensche/{wish_id}/unterstuetzen",
        },
        status_code=status,
        headers=PRIVATE,
    )  # fmt: skip


async def _left(around: Around, session: Any, shown: Shown, actor: Actor) -> tuple[int, int] | None:
    if shown.voting is None:
        return None
    keys = [person_key(around.signer, actor.person_id)] if actor.person_id else []
    return await votes_left(session, shown.voting, await known_voter(session, shown.voting.id, keys))
