"""Our signing key: made when it is first needed, the same for all processes, private only under the centre's secret."""

from datetime import datetime, timedelta

from joserfc.jwk import RSAKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.sealing import Sealer
from lms.kernel.tokens import Signer
from lms.tools.models import PlatformKey

PURPOSE = b"lms lti"
BITS = 2048
YOUNG = timedelta(days=365)
"""After a year a new key signs; the old ones stay in the set, so that nothing on its way is refused."""


def sealer_of(signer: Signer) -> Sealer:
    """Seals what belongs to launches, and opens it."""
    return Sealer(signer.secrets, PURPOSE)


async def signing_key(session: AsyncSession, sealer: Sealer, now: datetime) -> RSAKey:
    """The newest key; makes one where there is none that is young enough. Two at once make two, and both count."""
    found = await session.scalar(select(PlatformKey).order_by(PlatformKey.created_at.desc()).limit(1))
    if found is None or found.created_at < now - YOUNG or not sealer.can_open(found.private):
        made = RSAKey.generate_key(BITS, {"alg": "RS256", "use": "sig"}, private=True, auto_kid=True)
        found = PlatformKey(
            private=sealer.seal(made.as_pem(private=True).decode()),
            public={
                key: value for key, value in made.as_dict(private=False).items() if isinstance(value, str)
            },
            created_at=now,
        )
        session.add(found)
        await session.flush()
    return RSAKey.import_key(sealer.open(found.private), {"kid": found.public["kid"], "alg": "RS256"})


async def public_keys(session: AsyncSession) -> list[dict[str, str]]:
    """The public halves of all keys, as a JSON Web Key Set holds them (RFC 7517)."""
    found = await session.scalars(select(PlatformKey).order_by(PlatformKey.created_at.desc()))
    return [dict(one.public) for one in found]
