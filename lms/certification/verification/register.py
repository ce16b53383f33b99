"""Looking into the register, in a session somebody else opened."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from certificates.code import normalise
from certificates.verify import fingerprint
from lms.certification.models import Certificate, ExpiredRecord
from lms.certification.verification.answers import Found

_Heir = aliased(Certificate)


async def found_by_code(session: AsyncSession, typed: str, *, with_files: bool = False) -> Found:
    """What we hold about a code as somebody typed it; with the PDF and the badge only when asked for."""
    code = normalise(typed)
    found = await _found(session, Certificate.code == code, with_files=with_files)
    if found.certificate is not None:
        return found
    return Found(expired=await session.scalar(select(ExpiredRecord).where(ExpiredRecord.code == code)))


async def found_by_file(session: AsyncSession, sha256: str) -> Found:
    """What we hold about the PDF with this SHA-256, in hexadecimal: the very bytes that were issued."""
    return await _found(session, Certificate.sha256 == sha256.lower())


def sha256_of(file: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal, as the register holds it."""
    return fingerprint(file)


async def _found(session: AsyncSession, where: ColumnElement[bool], *, with_files: bool = False) -> Found:
    wanted = (
        select(Certificate, _Heir).outerjoin(_Heir, _Heir.id == Certificate.replaced_by).where(where).limit(1)
    )
    if with_files:
        wanted = wanted.options(undefer(Certificate.document), undefer(Certificate.credential))
    row = (await session.execute(wanted)).first()
    return Found() if row is None else Found(certificate=row[0], heir=row[1])
