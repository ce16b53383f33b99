"""What people can do about places; every public method of `Enrolments` is one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from lms.catalogue.models import PaymentMethod, Run
from lms.enrolment.models import Application, EntryWay, PartyRule
from lms.enrolment.values import Cancellation, KnownPerson, NewCompany, NewPerson, Placement, Wants
from lms.kernel.actor import Actor
from lms.web.module import Around


class Enrolments:
    """Holding, enrolling, waiting, offers, cancelling, consent.

    Whatever concerns a run happens under its lock, after what has lapsed there was settled and its list served: deadlines
    are exact even while the worker sleeps. Doing a thing twice is as good as once.
    """

    def __init__(self, around: Around) -> None:
        self.around = around

    async def hold(self, actor: Actor, *, run_id: UUID, browser_key: str) -> Application:
        """Open the form for this run and hold one place for it, if one is free for a newcomer.

        The same browser gets its open application again, with what was typed. Without a free place, or with too many holds
        from one browser or address, there is an application that holds nothing (`held_until` is None).
        Raises NotFound, RunNotOffered, NotYetOpen, EnrolmentClosed.
        """
        raise NotImplementedError

    async def touch(
        self, actor: Actor, *, application_id: UUID, browser_key: str, answers: Mapping[str, Any]
    ) -> Application:
        """Keep what was typed (all of it: `answers` replaces the earlier ones) and renew the hold, or try for one again.

        Raises NotFound for another browser's application. A completed application comes back as it is.
        """
        raise NotImplementedError

    async def give_up(self, actor: Actor, *, application_id: UUID, browser_key: str) -> None:
        """Forget an application and free what it holds."""
        raise NotImplementedError

    async def enrol(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        persons: Sequence[NewPerson | KnownPerson | UUID],
        contact: NewPerson | UUID | None = None,
        company: NewCompany | UUID | None = None,
        payment_method: PaymentMethod | None = None,
        concession: bool = False,
        way: EntryWay = EntryWay.WEB,
        rule: PartyRule = PartyRule.TOGETHER,
        wants: Wants = Wants.PLACE_OR_LIST,
        order_number: str = "",
        terms_version: str = "",
        application_id: UUID | None = None,
        browser_key: str | None = None,
        idempotency_key: str | None = None,
        idempotency_body: bytes = b"",
    ) -> Placement:
        """Give the persons places, or a spot on the waiting list; a minor waits for the guardian's consent first.

        `contact` gets the letters and is the debtor (default: the first person; for minors the guardian). Prices come from
        the run, never from outside. Where a price is due and no `payment_method` was chosen, a free place becomes an offer
        that has to be accepted with one. Sent again with the same `application_id` or `idempotency_key` it returns what
        came of it the first time.
        """
        raise NotImplementedError

    async def accept(
        self, actor: Actor, *, offer_id: UUID, token: str = "", payment_method: PaymentMethod | None = None
    ) -> Placement:
        """Take what is offered: the whole party is confirmed, charged and invoiced at once.

        `token` is the one of the letter: `signer.token("offer", offer_id)`. Raises NotFound, OfferGone, PaymentMethodRefused.
        """
        raise NotImplementedError

    async def decline(self, actor: Actor, *, offer_id: UUID, token: str = "") -> None:
        """Turn the offer down: the party leaves the list and the next in line is asked. Raises OfferAccepted."""
        raise NotImplementedError

    async def leave(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> None:
        """Leave the waiting list, the whole party as one. Raises NotWaiting for whoever has a place."""
        raise NotImplementedError

    async def cancel(
        self, actor: Actor, *, enrolment_id: UUID, reason: str = "", token: str = "", waive_reason: str = ""
    ) -> Cancellation:
        """Give the place back by the run's policy; the next in line is asked in the same transaction.

        Whoever still waits, has an offer or waits for consent leaves with the whole party, free of charge. `token` is
        `signer.token("enrolment", enrolment_id, enrolment.link_version)`. Staff waive the fee by giving `waive_reason`.
        """
        raise NotImplementedError

    async def preview_cancellation(
        self, actor: Actor, *, enrolment_id: UUID, token: str = ""
    ) -> Cancellation:
        """What `cancel` would cost now; changes nothing."""
        raise NotImplementedError

    async def consent(self, actor: Actor, *, enrolment_id: UUID, wording: str, token: str = "") -> Placement:
        """The guardian agrees: by link, signed in, or on paper recorded by staff.

        When nobody's consent is missing any more, the party is placed like a newcomer of this moment.
        `token` is `signer.token("consent", enrolment_id, enrolment.link_version)`. Raises NotFound, ConsentNotNeeded.
        """
        raise NotImplementedError

    async def refuse_consent(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> None:
        """The guardian does not agree: the party's request ends."""
        raise NotImplementedError

    async def change_capacity(
        self, actor: Actor, *, run_id: UUID, capacity: int, version: int | None = None
    ) -> Run:
        """More or fewer places; more serve the list at once. Raises BelowOccupied, Stale, scheduling's RoomTooSmall."""
        raise NotImplementedError

    async def cancel_run(
        self, actor: Actor, *, run_id: UUID, reason_de: str, reason_en: str = "", version: int | None = None
    ) -> Run:
        """The run does not take place: every entry and offer ends, nobody owes anything. Twice is as good as once."""
        raise NotImplementedError

    async def lapse_due(self) -> int:
        """Settle every run in which a hold, an offer or a request has lapsed, and serve its list; says how many runs."""
        raise NotImplementedError

    async def forget_applications(self) -> int:
        """Delete forms that nobody has gone on with for a day."""
        raise NotImplementedError
