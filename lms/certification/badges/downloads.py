"""The digital certificate for whoever may have the paper: as a file for programs, and as a picture that holds it."""

import asyncio
import json
from collections.abc import Callable
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.orm import undefer

from certificates import wording
from certificates.badge_drawing import Badge, as_png, as_svg
from certificates.baking import baked_png, baked_svg
from certificates.document import Kind, Language
from certificates.proof import as_jwt
from lms.accounts.limits import within
from lms.certification import policy
from lms.certification.badges.addresses import issuer_id
from lms.certification.keys import keyring
from lms.certification.models import Certificate
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.messaging.paper import typeface
from lms.web.access import SIGNED_IN
from lms.web.module import Around

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
LIMIT = "export"
FILE = "/{certificate_id:uuid}/nachweis"


class BadgeFiles:
    """Makes the files out of what the register kept; the credential itself is never made anew."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    async def of(self, actor: Actor, certificate_id: UUID) -> Certificate:
        """The record with its credential, for whoever may have the paper. Raises NotFound, TooMany."""
        await within(self.begin, self.clock, LIMIT, account=actor.account_id or "")
        async with self.begin.reading() as session:
            found: Certificate | None = await session.scalar(
                select(Certificate)
                .where(Certificate.id == certificate_id)
                .options(undefer(Certificate.credential))
            )
        if found is None or not policy.may_read(actor, found.person_id):
            raise NotFound
        return found

    def jwt(self, certificate: Certificate) -> bytes:
        """The same credential, signed around instead of inside."""
        credential = json.loads(certificate.credential)
        return as_jwt(credential, keyring(self.settings), issuer_id=issuer_id(self.settings)).encode()

    def svg(self, certificate: Certificate) -> bytes:
        """A picture of any size, with the credential in it."""
        return baked_svg(as_svg(_drawn(certificate), typeface()), certificate.credential)

    def png(self, certificate: Certificate) -> bytes:
        """A picture that every site takes, with the credential in it."""
        return baked_png(as_png(_drawn(certificate), typeface()), certificate.credential)


class BadgeDownloads(Controller):
    """Beside the paper: one's own, the household's, and those of the company."""

    path = "/meine-nachweise"
    opt = SIGNED_IN
    include_in_schema = False

    @get(FILE + ".json")
    async def as_json(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        badge_files: NamedDependency[BadgeFiles],
    ) -> Response[bytes] | Template:
        """Letter by letter as it was signed."""
        certificate = await badge_files.of(actor, certificate_id)
        return await _file(certificate, certificate.credential.encode, "json", "application/vc")

    @get(FILE + ".jwt")
    async def as_jwt(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        badge_files: NamedDependency[BadgeFiles],
    ) -> Response[bytes] | Template:
        """For wallets that know only this form."""
        certificate = await badge_files.of(actor, certificate_id)
        return await _file(certificate, lambda: badge_files.jwt(certificate), "jwt", "application/vc+jwt")

    @get(FILE + ".svg")
    async def as_svg(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        badge_files: NamedDependency[BadgeFiles],
    ) -> Response[bytes] | Template:
        """A picture of any size."""
        certificate = await badge_files.of(actor, certificate_id)
        return await _file(certificate, lambda: badge_files.svg(certificate), "svg", "image/svg+xml")

    @get(FILE + ".png")
    async def as_png(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        badge_files: NamedDependency[BadgeFiles],
    ) -> Response[bytes] | Template:
        """A picture that every site takes."""
        certificate = await badge_files.of(actor, certificate_id)
        return await _file(certificate, lambda: badge_files.png(certificate), "png", "image/png")


async def _file(
    certificate: Certificate, made: Callable[[], bytes], suffix: str, media_type: str
) -> Response[bytes] | Template:
    """The file to keep, made beside the loop; for papers of the time before, words instead."""
    if not certificate.credential:
        return Template(
            "certification/no_badge.html",
            context={"certificate": certificate},
            status_code=404,
            headers=PRIVATE,
        )
    return Response(
        await asyncio.to_thread(made),
        media_type=media_type,
        headers={
            **PRIVATE,
            "content-disposition": f'attachment; filename="{certificate.number}.{suffix}"',
            "content-security-policy": "sandbox",
        },
    )


def _drawn(certificate: Certificate) -> Badge:
    facts, language = certificate.facts, Language(certificate.language[:2])
    achieved = json.loads(certificate.credential)["credentialSubject"]["achievement"]
    return Badge(
        kind=wording.WORDS[language].titles[Kind(certificate.kind)],
        course=facts["course"],
        issuer=facts["issuer"],
        seed=achieved["id"],
    )
