"""The archive: a ZIP with the issued files as they are, byte for byte, under names that people can read."""

import asyncio
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from lms.certification.handing.holding import Held
from lms.certification.handing.names import file_name
from lms.certification.handing.printing import Tell
from lms.kernel.clock import local

TOLD_EVERY = 25


async def pack(papers: AsyncIterator[tuple[Held, bytes]], out: Path, *, made_at: datetime, tell: Tell) -> int:
    """Write the archive, one paper in memory at a time; gives how many there are. The same papers give the same bytes.

    Nothing is compressed: a PDF is so already. Raises ValueError when there are none.
    """
    moment, done = local(made_at).timetuple()[:6], 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        async for one, paper in papers:
            entry = zipfile.ZipInfo(file_name(one.family_name, one.given_name, one.number), moment)
            entry.external_attr = 0o644 << 16
            await asyncio.to_thread(archive.writestr, entry, paper)
            done += 1
            if done % TOLD_EVERY == 0:
                await tell(done)
    if not done:
        raise ValueError("nothing to pack")
    return done
