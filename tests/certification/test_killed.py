"""The machine dies in the middle of a batch (the bench `issuing` does it with 300): one certificate for each who is entitled, none for anybody else."""

from sqlalchemy import select

from certificates.code import is_valid
from certificates.verify import fingerprint
from lms.certification.life.service import Certification
from lms.certification.models import Batch, BatchItem, BatchItemState, Certificate
from lms.certification.queries import certificate_of, progress_of
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.certification.killing import killed_after
from tests.certification.making import a_run_of
from tests.making import BOTH, staff

pytestmark = BOTH
ENTITLED, OTHERS = 50, 5
DEATHS = (10,)
"""After so many papers the worker is killed."""


async def test_a_batch_of_fifty_whose_worker_is_killed_gives_fifty(house: Around) -> None:
    begin = house.begin
    meeting = await a_run_of(begin, ENTITLED, OTHERS)
    batch = await Certification(house).start(staff(Identity.CERTIFICATES), run_id=meeting.run_id)

    for number in (*DEATHS, ENTITLED):
        await killed_after(number, house)

    async with begin.reading() as session:
        progress = await progress_of(session, batch.id)
        rows = (await session.scalars(select(Certificate))).all()
        items = {item.enrolment_id: item for item in await session.scalars(select(BatchItem))}
        done = (await session.get_one(Batch, batch.id)).finished_at
        one = await certificate_of(session, rows[-1].id, with_document=True)
    assert (progress.total, progress.issued, len(progress.failures)) == (ENTITLED, ENTITLED, 0)
    assert len({row.enrolment_id for row in rows}) == len(rows) == ENTITLED
    assert sorted(row.counter for row in rows) == list(range(1, ENTITLED + 1))
    assert all(is_valid(row.code) for row in rows)
    assert {(row.enrolment_id, row.counter, row.code, row.id) for row in rows} == {
        (item.enrolment_id, item.counter, item.code, item.certificate_id)
        for item in items.values()
        if item.state is BatchItemState.ISSUED
    }
    assert fingerprint(one.document) == one.sha256
    assert done is not None
