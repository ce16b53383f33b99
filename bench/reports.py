"""Reports: R-61, a hundred clients racing for forty times at the help desk."""

from bench.helpdesk import race


async def run() -> None:
    """Print every figure of this part."""
    await race()
