"""Sets seals: PAdES, certifying that nothing may be changed, in one increment that leaves the paper as it was drawn."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Literal

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates.errors import SealUnavailable
from certificates.sealing.evidence import Evidence, gather
from certificates.sealing.identity import SealingKey, parsed
from certificates.sealing.stamping import CheckedStamper, TimestampAuthority

DIGEST = "sha256"
FIELD = "Seal"
SPARE_BYTES = 512
"""Room for an answer of the time-stamp authority that is a little longer than its first one."""
ASK_AGAIN = timedelta(hours=1)
"""After so long the lists of revoked certificates are fetched anew, however long they say they are good."""

OUTSIDE = InvisSigSettings(set_print_flag=True, box_out_of_bounds=True)
"""Without a place on the page: PDF/A wants annotations printable, PDF/UA wants them tagged or outside (ISO 14289-1, 7.18.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealWords:
    """What a reader shows beside the seal. `field` is what a screen reader says where it lists the seal as a form field."""

    name: str
    reason: str = ""
    location: str = ""
    contact: str = ""
    field: str


class _KeySigner(Signer):
    """Signs for pyHanko with the key as it was read.

    Its own signer reads the key anew each time, and checking an RSA key takes longer than everything else about a seal.
    """

    def __init__(self, key: SealingKey) -> None:
        above = SimpleCertificateStore()
        above.register_multiple(parsed(one) for one in key.chain if one.subject != one.issuer)
        super().__init__(signing_cert=parsed(key.certificate), cert_registry=above, embed_roots=False)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002
        """As pyHanko calls it; a dry run signs as well, so that it is as long."""
        if digest_algorithm != DIGEST:
            raise SigningError(f"{digest_algorithm} was not agreed upon")
        return self._key.sign(data)


@dataclass(slots=True)
class _Ready:
    """What the authorities have said, and how much room a signature needs: kept for many seals, replaced as a whole."""

    asked_at: datetime
    stamper: CheckedStamper | None
    evidence: Evidence | None
    room: int

    def is_fresh(self, at: datetime) -> bool:
        ends = self.evidence.good_until if self.evidence else None
        return abs(at - self.asked_at) < ASK_AGAIN and (ends is None or at < ends)

    @property
    def lacks_evidence(self) -> bool:
        """Whether the time-stamp authority has begun to sign with a certificate that the evidence does not cover."""
        if self.stamper is None or self.evidence is None:
            return False
        return not self.stamper.signers <= self.evidence.stampers


class Sealer:
    """Seals papers with one key. Build it once: it keeps the key ready and what the authorities have said.

    Alone it seals as PAdES B-B. With an `authority` a time stamp says when (B-T); with the roots of the authority the file also
    carries the proof that no certificate was revoked (B-LT). It never seals weaker than that because somebody did not answer.
    `roots` are those of the seal itself, where its file does not hold them.
    """

    def __init__(
        self,
        key: SealingKey,
        words: SealWords,
        *,
        authority: TimestampAuthority | None = None,
        roots: tuple[x509.Certificate, ...] = (),
    ) -> None:
        self.key, self.words, self.authority = key, words, authority
        self._roots = (*roots, *(authority.roots if authority else ()))
        self._ready: _Ready | None = None
        self._turn = asyncio.Lock()
        self._signer = _KeySigner(key)

    @property
    def level(self) -> Literal["B-B", "B-T", "B-LT"]:
        """What its seals hold, in the words of ETSI EN 319 142-1."""
        if self.authority is None:
            return "B-B"
        return "B-LT" if self.authority.roots else "B-T"

    async def check(self, *, at: datetime) -> None:
        """Whether the certificate is valid and nobody has revoked it, as of now. Raises what `seal` raises."""
        self.key.ensure_valid(at)
        await gather(self.key, self._roots)

    async def seal(self, pdf: bytes, *, at: datetime, words: SealWords | None = None) -> bytes:
        """The paper with a seal that says `at` (aware) as its time, in other words than usual for a paper in another language.

        What it was stays in front, byte for byte. Raises SealUnusable when the certificate is not valid at that time or
        was revoked, SealUnavailable when an authority does not answer: try again later.
        """
        self.key.ensure_valid(at)
        ready = await self._made_ready(at)
        sealed = await self._set(pdf, at, ready, words or self.words)
        if ready.lacks_evidence:
            sealed = await self._set(pdf, at, await self._made_ready(at), words or self.words)
        return sealed

    async def _made_ready(self, at: datetime) -> _Ready:
        async with self._turn:  # many papers at once ask once
            ready = self._ready
            if ready is None or not ready.is_fresh(at) or ready.lacks_evidence:
                stamper = CheckedStamper(self.authority) if self.authority else None
                evidence = await gather(self.key, self._roots, stamper) if self.level == "B-LT" else None
                ready = self._ready = _Ready(at, stamper, evidence, await self._room(at, stamper))
            return ready

    async def _room(self, at: datetime, stamper: CheckedStamper | None) -> int:
        """How many hexadecimal digits a signature needs: measured once, because each one is as long as the other."""
        trial = await self._signer.async_sign(
            bytes(32),
            DIGEST,
            use_pades=True,
            dry_run=True,
            timestamper=stamper,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
        )
        return 2 * (len(trial.dump()) + SPARE_BYTES)

    async def _set(self, pdf: bytes, at: datetime, ready: _Ready, words: SealWords) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        if ready.evidence is not None:  # in the same increment, so that the seal covers it and the whole file
            known = ready.evidence
            DocumentSecurityStore.supply_dss_in_writer(
                writer, None, certs=known.certificates, crls=known.crls, ocsps=known.ocsps
            )
        session = self._pdf_signer(ready.stamper, words).init_signing_session(writer)
        session.system_time = at
        prepared = session.prepare_tbs_document(None, bytes_reserved=ready.room)
        output = BytesIO()
        digest, _same = prepared.digest_tbs_document(output=output)
        try:
            await prepared.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=at))
        except SigningError as error:  # the answer of the authority is longer than the room kept for it
            self._ready = None
            raise SealUnavailable("The time stamp is longer than those before: try again.") from error
        return output.getvalue()

    def _pdf_signer(self, stamper: CheckedStamper | None, words: SealWords) -> PdfSigner:
        facts = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            name=words.name,
            reason=words.reason or None,
            location=words.location or None,
            contact_info=words.contact or None,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
        )
        field = SigFieldSpec(FIELD, readable_field_name=words.field, invis_sig_settings=OUTSIDE)
        return PdfSigner(facts, self._signer, timestamper=stamper, new_field_spec=field)
