"""Reports: G14, the year report at ten times the data."""

from bench import figures


async def run() -> None:
    """Print G14."""
    await figures.growth()
