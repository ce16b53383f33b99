"""The look of certificates, as the team shapes it: versions, defaults, and what is refused."""

import asyncio
from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from certificates.design import Design, Margins, Signature, Text
from certificates.document import Kind
from certificates.logos import checked_logo
from lms.certification.designs.errors import InUse, NotDrawable, NotForThisKind, Retired
from lms.certification.designs.models import CertificateDesignVersion
from lms.certification.designs.queries import adapted_of, all_designs, design_for, designs_for, versions_of
from lms.certification.designs.service import CertificateDesigns
from lms.certification.designs.wishes import Wishes, wishes_from
from lms.db import Begin
from lms.kernel.errors import Forbidden, NotFound, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.making import BOTH, learner, make_person, staff

pytestmark = BOTH
SHAPER = staff(Identity.CERTIFICATES)


@pytest.fixture
def designs(house: Around) -> CertificateDesigns:
    return CertificateDesigns(house)


async def made(designs: CertificateDesigns, base: str = "mosaic", name: str = "Unser Mosaik") -> UUID:
    design_id = uuid4()
    await designs.create(SHAPER, design_id=design_id, base=base, name=name)
    return design_id


async def wishes_of(begin: Begin, design_id: UUID) -> Wishes:
    async with begin.reading() as session:
        return (await adapted_of(session, design_id)).wishes


async def test_until_somebody_chooses_every_kind_is_drawn_as_the_library_has_it(begin: Begin) -> None:
    async with begin.reading() as session:
        given = [await design_for(session, kind) for kind in Kind]

    assert {(one.label, one.design_id) for one in given} == {("Mosaik", None)}
    assert given[0].design == Design.named("mosaic")


async def test_a_design_is_made_once_however_often_the_form_is_sent(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = uuid4()

    await asyncio.gather(
        *(designs.create(SHAPER, design_id=design_id, base="classic", name="Ruhig") for _ in range(3))
    )

    async with begin.reading() as session:
        found = [(one.design_id, one.label) for one in await all_designs(session)]
    assert found == [(design_id, "Ruhig, Fassung 1")]


async def test_a_change_is_a_new_version_and_the_same_again_is_none(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = await made(designs)
    wishes = replace(
        await wishes_of(begin, design_id),
        colours={"accent": "#7a1f5c"},
        texts={"foot": Text("Gefördert vom Land.", "Funded by the state.")},
        signature=Signature(name="Jana Krüger", role=Text("Fachbereich", "Department"), line=True),
        preprinted=Margins(top=40, right=20, bottom=30, left=25),
    )

    numbers = [
        await designs.change(SHAPER, design_id=design_id, wishes=wishes, seen=1),
        await designs.change(SHAPER, design_id=design_id, wishes=wishes, seen=1),
    ]

    async with begin.reading() as session:
        given = await design_for(session, Kind.ATTENDANCE, design_id)
        large = await design_for(session, Kind.ATTENDANCE, design_id, large_print=True)
    assert numbers == [2, 2]
    assert (given.label, given.version) == ("Unser Mosaik, Fassung 2", 2)
    assert given.design == wishes.design(None)
    assert large.design.is_large
    assert await wishes_of(begin, design_id) == wishes


async def test_whoever_saw_an_older_version_is_told_so(designs: CertificateDesigns, begin: Begin) -> None:
    design_id = await made(designs)
    wishes = await wishes_of(begin, design_id)

    outcomes = await asyncio.gather(
        *(
            designs.change(SHAPER, design_id=design_id, wishes=replace(wishes, name=name), seen=1)
            for name in ("Eins", "Zwei", "Drei")
        ),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Stale", "Stale", "int"]
    with pytest.raises(Stale):
        await designs.go_back(SHAPER, design_id=design_id, number=1, seen=1)


async def test_going_back_makes_a_new_version_of_the_old_one(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = await made(designs)
    first = await wishes_of(begin, design_id)
    await designs.change(SHAPER, design_id=design_id, wishes=replace(first, name="Anders"), seen=1)

    await designs.go_back(SHAPER, design_id=design_id, number=1, seen=2)

    async with begin.reading() as session:
        names = [(one.number, one.name) for one in await versions_of(session, design_id)]
    assert names == [(3, "Unser Mosaik"), (2, "Anders"), (1, "Unser Mosaik")]
    assert await wishes_of(begin, design_id) == first


async def test_no_version_can_be_changed_behind_our_back(designs: CertificateDesigns, begin: Begin) -> None:
    await made(designs)

    with pytest.raises(IntegrityError):
        async with begin() as session:
            await session.execute(update(CertificateDesignVersion).values(name="Gefälscht"))


@pytest.mark.parametrize(
    "changes",
    [
        {"texts": {"opening": Text("{{ 7*7 }}")}},
        {"texts": {"opening": Text("{name.__class__}")}},
        {"colours": {"accent": "#ffff00"}},
        {"colours": {"accent": "red; } body { display: none"}},
        {"format": "landscape"},
        {"preprinted": Margins(top=0, right=0, bottom=0, left=0)},
    ],
)
async def test_what_cannot_be_drawn_is_not_kept(
    designs: CertificateDesigns, begin: Begin, changes: dict[str, object]
) -> None:
    design_id = await made(designs)
    wishes = replace(await wishes_of(begin, design_id), **changes)  # type: ignore[arg-type]

    with pytest.raises(NotDrawable):
        await designs.change(SHAPER, design_id=design_id, wishes=wishes, seen=1)

    async with begin.reading() as session:
        assert (await adapted_of(session, design_id)).number == 1


async def test_a_logo_is_kept_as_it_was_made_anew_and_old_versions_keep_theirs(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = await made(designs)
    wishes = await wishes_of(begin, design_id)
    sent = BytesIO()
    Image.new("RGB", (20, 10), "teal").save(sent, "PNG")
    logo = checked_logo(sent.getvalue(), alt="Wappen")

    await designs.change(SHAPER, design_id=design_id, wishes=wishes, seen=1, logo=logo)
    await designs.change(
        SHAPER,
        design_id=design_id,
        wishes=replace(await wishes_of(begin, design_id), name="Mit Logo"),
        seen=2,
    )

    async with begin.reading() as session:
        given = await design_for(session, Kind.ATTENDANCE, design_id)
    assert given.design.logo == logo
    assert given.label == "Mit Logo, Fassung 3"


async def test_each_kind_has_its_usual_design_which_cannot_be_put_away(
    designs: CertificateDesigns, begin: Begin
) -> None:
    calm, other = await made(designs, "classic", "Ruhig"), await made(designs)
    await designs.prefer(SHAPER, kind=Kind.PATH, design_id=other)
    await designs.prefer(SHAPER, kind=Kind.PATH, design_id=calm)
    only_trainers = replace(await wishes_of(begin, other), kinds=(Kind.TRAINER,))
    await designs.change(SHAPER, design_id=other, wishes=only_trainers, seen=1)

    async with begin.reading() as session:
        assert (await design_for(session, Kind.PATH)).label == "Ruhig, Fassung 1"
        assert (await design_for(session, Kind.TRAINER)).label == "Mosaik"
        assert [one.wishes.name for one in await designs_for(session, Kind.PATH)] == ["Ruhig"]
    with pytest.raises(InUse):
        await designs.retire(SHAPER, design_id=calm)
    fewer = replace(await wishes_of(begin, calm), kinds=(Kind.TRAINER,))
    with pytest.raises(InUse):
        await designs.change(SHAPER, design_id=calm, wishes=fewer, seen=1)
    with pytest.raises(NotForThisKind):
        await designs.prefer(SHAPER, kind=Kind.PATH, design_id=other)


async def test_a_design_put_away_can_be_taken_into_use_again(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = await made(designs)
    await designs.prefer(SHAPER, kind=Kind.PATH, design_id=design_id)
    await designs.prefer(SHAPER, kind=Kind.PATH, design_id=None)
    await designs.retire(SHAPER, design_id=design_id)

    with pytest.raises(Retired):
        await designs.prefer(SHAPER, kind=Kind.PATH, design_id=design_id)
    with pytest.raises(Retired):
        await designs.change(
            SHAPER, design_id=design_id, wishes=replace(await wishes_of(begin, design_id), name="x"), seen=1
        )
    async with begin.reading() as session:
        assert await designs_for(session, Kind.PATH) == []
        assert (await design_for(session, Kind.PATH, design_id)).label == "Unser Mosaik, Fassung 1"

    await designs.use_again(SHAPER, design_id=design_id)

    async with begin.reading() as session:
        assert [one.design_id for one in await designs_for(session, Kind.PATH)] == [design_id]


async def test_a_copy_goes_its_own_way(designs: CertificateDesigns, begin: Begin) -> None:
    design_id, copy_id = await made(designs), uuid4()

    for _ in range(2):
        await designs.copy(SHAPER, design_id=design_id, copy_id=copy_id, name="Kopie")

    original, copy = await wishes_of(begin, design_id), await wishes_of(begin, copy_id)
    assert (original.name, copy) == ("Unser Mosaik", replace(original, name="Kopie"))


async def test_only_who_looks_after_layouts_may_shape(designs: CertificateDesigns) -> None:
    for actor in (learner(make_person()), staff(Identity.FINANCE)):
        with pytest.raises(Forbidden):
            await designs.create(actor, design_id=uuid4(), base="mosaic", name="x")
    with pytest.raises(NotFound):
        await designs.create(SHAPER, design_id=uuid4(), base="../../etc", name="x")


async def test_wishes_come_back_from_the_database_as_they_went(
    designs: CertificateDesigns, begin: Begin
) -> None:
    design_id = await made(designs, "horizon", "Quer 🙂 שלום")

    async with begin.reading() as session:
        row = (await session.scalars(select(CertificateDesignVersion))).one()
    assert wishes_from(row.name, row.wishes) == await wishes_of(begin, design_id)
