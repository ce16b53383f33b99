"""Proofs of concessions: shown or sent, accepted until a day, refused with a reason, or never shown and charged for."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import func, select

from lms.billing.models import Settlement, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.service import record_payment
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import ReasonNeeded
from lms.enrolment.models import Enrolment
from lms.enrolment.pricing.errors import (
    ProofExpired,
    ProofNotNeeded,
    TooEarlyToCharge,
)
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionProof, ConcessionState, ProofFile
from lms.enrolment.pricing.service import KindFacts, Pricing
from lms.enrolment.service import Enrolments
from lms.enrolment.values import KnownPerson
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, FixedClock, learner, make_person, staff

pytestmark = BOTH
TEAM = staff()
NEXT_YEAR = date(2027, 12, 31)
PDF = b"%PDF-1.4\nproof\n%%EOF\n"


@pytest.fixture
def pricing(house: Around) -> Pricing:
    return Pricing(house)


def photo() -> bytes:
    picture = Image.new("RGB", (60, 40), "white")
    exif = picture.getexif()
    exif[0x010E] = "taken at home"
    written = BytesIO()
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


async def students_run(pricing: Pricing, begin: Begin) -> tuple[Run, UUID]:
    """A run of 60 euros, half for students; from 1 January 2027 on."""
    kind = await pricing.add_kind(TEAM, kind_id=uuid4(), facts=KindFacts(name_de="Studierende", percent=50))
    run = await offered_run(begin, price_cents=6000)
    await pricing.set_prices(TEAM, run_id=run.id, rates=[], concession_ids=[kind.id], version=run.version)
    return run, kind.id


async def enrolled(enrolments: Enrolments, run: Run, kind_id: UUID, name: str = "Ada Lehmann") -> Enrolment:
    placed = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named(name, concession_id=kind_id)],
        payment_method=PaymentMethod.INVOICE,
    )
    return placed.enrolments[0]


async def claim_of(begin: Begin, enrolment: Enrolment) -> ConcessionClaim:
    async with begin.reading() as session:
        found = await session.scalar(
            select(ConcessionClaim).where(ConcessionClaim.enrolment_id == enrolment.id)
        )
    assert found is not None
    return found


async def files(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(ProofFile)) or 0


async def letters(begin: Begin, jobs: Worker) -> Sequence[Letter]:
    await jobs.drain()
    async with begin.reading() as session:
        return (await session.scalars(select(Letter).order_by(Letter.written_at, Letter.id))).all()


async def test_a_proof_is_sent_by_link_looked_at_accepted_and_gone(
    house: Around, pricing: Pricing, enrolments: Enrolments, begin: Begin
) -> None:
    run, kind_id = await students_run(pricing, begin)
    enrolment = await enrolled(enrolments, run, kind_id)
    token = house.signer.token("enrolment", enrolment.id, enrolment.link_version)
    sent: dict[str, Any] = {"enrolment_id": enrolment.id, "name": "ausweis.jpg", "content": photo()}

    for wrong in ("", "x" * 20):
        with pytest.raises(NotFound):
            await pricing.send_proof(VISITOR, **sent, token=wrong)
    await pricing.send_proof(VISITOR, **sent, token=token)
    await pricing.send_proof(VISITOR, **sent, token=token)  # another one takes its place
    with pytest.raises(Forbidden):
        await pricing.proof_file(learner(make_person()), enrolment_id=enrolment.id)
    file = await pricing.proof_file(TEAM, enrolment_id=enrolment.id)
    assert (file.media_type, b"taken at home" in file.content, await files(begin)) == ("image/jpeg", False, 1)

    claim = await claim_of(begin, enrolment)
    with pytest.raises(Stale):
        await pricing.accept_proof(
            TEAM, enrolment_id=enrolment.id, valid_until=NEXT_YEAR, version=claim.version - 1
        )
    with pytest.raises(ProofExpired):
        await pricing.accept_proof(
            TEAM, enrolment_id=enrolment.id, valid_until=date(2026, 12, 3), version=claim.version
        )
    await pricing.accept_proof(TEAM, enrolment_id=enrolment.id, valid_until=NEXT_YEAR, version=claim.version)

    async with begin.reading() as session:
        seen = (await session.execute(select(ConcessionProof.person_id, ConcessionProof.valid_until))).all()
    assert (await claim_of(begin, enrolment)).state is ConcessionState.ACCEPTED
    assert ([tuple(row) for row in seen], await files(begin)) == ([(enrolment.person_id, NEXT_YEAR)], 0)
    with pytest.raises(ProofNotNeeded):
        await pricing.send_proof(VISITOR, **sent, token=token)


async def test_a_proof_that_holds_is_not_asked_for_again_until_it_expires(
    pricing: Pricing, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, kind_id = await students_run(pricing, begin)
    ada = make_person()
    async with begin() as session:
        session.add(ada)
    actor = learner(ada)

    async def enrols(a_run: Run) -> Enrolment:
        person = KnownPerson(id=ada.id, concession_id=kind_id)
        placed = await enrolments.enrol(
            actor, run_id=a_run.id, persons=[person], payment_method=PaymentMethod.CASH
        )
        return placed.enrolments[0]

    async def another(starts_in: int) -> Run:
        start = clock() + timedelta(days=starts_in)
        a_run = await offered_run(begin, price_cents=6000, starts_at=start, ends_at=start + timedelta(days=7))
        return await pricing.set_prices(
            TEAM, run_id=a_run.id, rates=[], concession_ids=[kind_id], version=a_run.version
        )

    first = await enrols(run)
    await pricing.accept_proof(TEAM, enrolment_id=first.id, valid_until=date(2027, 3, 31), version=1)

    before, after = await enrols(await another(60)), await enrols(await another(200))

    assert [(await claim_of(begin, one)).state for one in (before, after)] == [
        ConcessionState.ACCEPTED,
        ConcessionState.MISSING,
    ]
    clock.forward(days=150)
    assert await pricing.forget_proofs() == 1  # what was seen and holds no longer goes


async def test_after_a_refusal_the_full_price_is_charged_with_a_letter_that_explains_it(
    pricing: Pricing, enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run, kind_id = await students_run(pricing, begin)
    enrolment = await enrolled(enrolments, run, kind_id)
    async with begin() as session:
        await record_payment(
            session,
            TEAM,
            enrolment_id=enrolment.id,
            amount_cents=3000,
            cause="transfer",
            at=enrolment.created_at,
        )
    with pytest.raises(TooEarlyToCharge):
        await pricing.charge_full_price(TEAM, enrolment_id=enrolment.id, reason="fehlt", version=1)
    with pytest.raises(ReasonNeeded):
        await pricing.refuse_proof(TEAM, enrolment_id=enrolment.id, reason=" ", version=1)

    await jobs.drain()
    await pricing.refuse_proof(
        TEAM, enrolment_id=enrolment.id, reason="Der Ausweis ist abgelaufen.", version=1
    )
    await jobs.drain()
    more = await pricing.charge_full_price(
        TEAM, enrolment_id=enrolment.id, reason="Kein gültiger Ausweis.", version=2
    )

    async with begin.reading() as session:
        balance = (await balance_of(session, [enrolment.id]))[enrolment.id]
        asked = (await session.scalars(select(Settlement))).one()
        now = await session.get_one(Enrolment, enrolment.id)
    assert (more, now.price_cents, now.has_concession) == (3000, 6000, False)
    assert (balance.open_cents, asked.amount_cents, asked.cause) == (3000, 3000, SettlementCause.REPRICED)
    assert sum(line["amount_cents"] for line in asked.lines) == asked.amount_cents
    told = await letters(begin, jobs)
    bodies = {letter.kind: letter.text for letter in told}
    assert "Der Ausweis ist abgelaufen." in bodies["proof_refused"]
    assert "Kein gültiger Ausweis." in bodies["price_raised"]
    assert "Kurspreis: 60,00 Euro" in bodies["price_raised"]
    assert "30,00 Euro mehr als bisher" in bodies["price_raised"]
    assert "Ermäßigung: Studierende: -30,00 Euro" in bodies["place_confirmed"]


async def test_a_proof_never_shown_is_charged_for_two_weeks_after_the_start(
    pricing: Pricing, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, kind_id = await students_run(pricing, begin)
    enrolment = await enrolled(enrolments, run, kind_id)

    clock.forward(days=41)
    with pytest.raises(TooEarlyToCharge):
        await pricing.charge_full_price(TEAM, enrolment_id=enrolment.id, reason="nicht gezeigt", version=1)
    clock.forward(days=1)
    more = await pricing.charge_full_price(TEAM, enrolment_id=enrolment.id, reason="nicht gezeigt", version=1)

    assert more == 3000
    with pytest.raises(ProofNotNeeded):  # twice is refused, not charged twice
        await pricing.charge_full_price(TEAM, enrolment_id=enrolment.id, reason="nicht gezeigt", version=2)


async def test_files_that_nobody_decided_about_go_a_month_after_the_run(
    house: Around, pricing: Pricing, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, kind_id = await students_run(pricing, begin)
    enrolment = await enrolled(enrolments, run, kind_id)
    token = house.signer.token("enrolment", enrolment.id, enrolment.link_version)
    await pricing.send_proof(VISITOR, enrolment_id=enrolment.id, name="a.pdf", content=PDF, token=token)

    clock.forward(days=49 + 29)
    kept = (await pricing.forget_proofs(), await files(begin))
    clock.forward(days=2)
    gone = (await pricing.forget_proofs(), await files(begin))

    assert (kept, gone) == ((0, 1), (1, 0))
