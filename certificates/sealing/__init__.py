"""The electronic seal inside the PDF: PAdES (ETSI EN 319 142-1) over pyHanko.

`Sealer` seals, `inspect_seals` says which seals a file carries. A seal proves to any PDF reader who made the file and that it
is unchanged. It is an addition: whether a certificate is genuine is for the register alone to say.
"""

from certificates.sealing.identity import SealCertificate, SealingKey, read_certificates
from certificates.sealing.inspecting import FoundSeal, Inspection, inspect_seals
from certificates.sealing.sealer import Sealer, SealWords
from certificates.sealing.stamping import TimestampAuthority

__all__ = [
    "FoundSeal",
    "Inspection",
    "SealCertificate",
    "SealWords",
    "Sealer",
    "SealingKey",
    "TimestampAuthority",
    "inspect_seals",
    "read_certificates",
]
