"""Reports and the help desk: G14, the year report at ten times the data; R-61, a hundred clients racing for forty times."""

from bench.figures import growth
from bench.helpdesk import race


async def run() -> None:
    """Print every figure of this part."""
    await growth()
    await race()
