"""Fonts and one renderer for all: setting up takes longer than drawing."""

from pathlib import Path

import pytest

from certificates.fonts import Fonts
from certificates.render import Design, Renderer

FIRA_SANS = Path(__file__).parents[2] / "lms" / "web" / "static" / "vendor" / "kern" / "fonts" / "fira-sans"


@pytest.fixture(scope="session")
def fonts() -> Fonts:
    return Fonts.fira_sans(FIRA_SANS)


@pytest.fixture(scope="session")
def renderer(fonts: Fonts) -> Renderer:
    return Renderer(Design.named("mosaic"), fonts)
