"""Places: filled in below."""


async def run() -> None:
    """Print G3, G4, G5 and R-01."""
