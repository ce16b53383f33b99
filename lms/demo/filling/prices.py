"""The centre's reductions, runs at several prices, and proofs: most were seen, some are missing, one was sent and waits."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.timetable import Planned
from lms.enrolment.models import EnrolmentState
from lms.enrolment.pricing.models import (
    ConcessionClaim,
    ConcessionKind,
    ConcessionState,
    PriceRate,
    PriceReckoning,
    ProofFile,
    RateKind,
    RunConcession,
)
from lms.enrolment.pricing.rules import Concession, Cut, Facts, PriceList, reckon
from lms.kernel.clock import local
from lms.resources.pictures import MEDIA_TYPE

KINDS = (
    ("Studierende und Auszubildende", "Students and apprentices", "Studierendenausweis oder Ausbildungsvertrag",
     "student card or apprenticeship contract", 30, True),
    ("Menschen mit Schwerbehinderung", "People with a severe disability", "Schwerbehindertenausweis",
     "severely disabled person's pass", 30, True),
    ("Bürgergeld und Grundsicherung", "Basic income support", "aktueller Bescheid", "current notice", 50, True),
    ("Ehrenamtskarte", "Volunteer card", "Ehrenamtskarte Sachsen-Anhalt", "volunteer card of Saxony-Anhalt", 20, True),
    ("Rentnerinnen und Rentner", "Pensioners", "Rentenausweis", "pensioner's card", 20, True),
)  # fmt: skip
TOWN = ("39340", "Haldensleben")
FAMILY = "Eltern"


async def fill_prices(ground: Ground, runs: Sequence[Planned], places: Sequence[Place]) -> None:
    """Kinds first, then what runs and enrolments make of them."""
    kinds = [
        ConcessionKind(
            id=ground.key(), name_de=name_de, name_en=name_en, proof_de=proof_de, proof_en=proof_en, percent=percent,
            needs_proof=needs_proof,
        )
        for name_de, name_en, proof_de, proof_en, percent, needs_proof in KINDS
    ]  # fmt: skip
    await ground.put(kinds)
    coming = [one for one in runs if _is_open(ground, one)]
    family = [one for one in coming if FAMILY in one.course.title_de]
    others = [one for one in coming if one not in family and "smes" not in one.course_shape.audiences]
    rates: list[PriceRate] = []
    for one in others[:1]:
        rates += _by_town_and_day(ground, one)
    for one in (family or others[1:])[:1]:
        rates.append(_for_families(ground, one))
    await ground.put(rates)
    named = [one for one in others[2:] if one.run.concession_cents is None][:1] or others[2:3]
    await ground.put([RunConcession(run_id=one.run.id, kind_id=kind.id) for one in named for kind in kinds])
    await _fill_claims(ground, kinds, places)


def _is_open(ground: Ground, planned: Planned) -> bool:
    return bool(planned.run.price_cents) and planned.run.published_at is not None and planned.starts_at > ground.now + timedelta(days=7)  # fmt: skip


def _by_town_and_day(ground: Ground, planned: Planned) -> Iterator[PriceRate]:
    base = planned.run.price_cents
    yield PriceRate(
        id=ground.key(), run_id=planned.run.id, kind=RateKind.RESIDENT, price_cents=_round(base * 80 // 100),
        places=list(TOWN),
    )  # fmt: skip
    yield PriceRate(
        id=ground.key(), run_id=planned.run.id, kind=RateKind.EARLY, percent=10,
        until=local(planned.starts_at).date() - timedelta(days=5),
    )  # fmt: skip


def _for_families(ground: Ground, planned: Planned) -> PriceRate:
    return PriceRate(id=ground.key(), run_id=planned.run.id, kind=RateKind.FAMILY, percent=50, adds=True)


async def _fill_claims(ground: Ground, kinds: Sequence[ConcessionKind], places: Sequence[Place]) -> None:
    reckonings: list[PriceReckoning] = []
    claims: list[ConcessionClaim] = []
    for place in places:
        enrolment, planned = place.enrolment, place.planned
        if not enrolment.has_concession or enrolment.state is not EnrolmentState.CONFIRMED:
            continue
        kind = kinds[len(claims) % len(kinds)]
        given = Concession(
            cut=Cut(price_cents=enrolment.price_cents), id=kind.id, name_de=kind.name_de, name_en=kind.name_en
        )
        facts = Facts(day=local(enrolment.created_at).date())
        prices = PriceList(base_cents=planned.run.price_cents)
        with_it = reckon(prices, Facts(day=facts.day, concession=given))
        if not with_it.uses_concession:
            continue
        reckonings.append(
            PriceReckoning(
                enrolment_id=enrolment.id,
                reckoned_at=enrolment.created_at,
                lines=[line.stored() for line in with_it.lines],
                lines_without=[line.stored() for line in reckon(prices, facts).lines],
            )
        )
        has_begun = planned.starts_at < ground.now - timedelta(days=2)
        claims.append(
            ConcessionClaim(
                id=ground.key(),
                enrolment_id=enrolment.id,
                kind_id=kind.id,
                state=ConcessionState.ACCEPTED if has_begun else ConcessionState.MISSING,
                changed_at=planned.starts_at if has_begun else enrolment.created_at,
            )
        )
    await ground.put(reckonings)
    await ground.put(claims)
    waiting = next((one for one in claims if one.state is ConcessionState.MISSING), None)
    if waiting is not None:
        waiting.state, waiting.changed_at = ConcessionState.SENT, ground.now - timedelta(hours=3)
        file = ProofFile(
            id=ground.key(), claim_id=waiting.id, sent_at=waiting.changed_at, media_type=MEDIA_TYPE, content=_card()
        )  # fmt: skip
        await ground.session.flush()
        await ground.put([file])


def _card() -> bytes:
    """A card that proves nothing: a made-up picture."""
    card = Image.new("RGB", (640, 400), "#dfe7ee")
    pen = ImageDraw.Draw(card)
    pen.rectangle((20, 20, 620, 380), outline="#33485e", width=4)
    pen.text((48, 48), "MUSTER - nur zur Ansicht", fill="#33485e", font_size=32)
    written = BytesIO()
    card.save(written, "JPEG", quality=80)
    return written.getvalue()


def _round(cents: int) -> int:
    return max(50, cents // 50 * 50)
