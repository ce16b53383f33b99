"""The table of contents of `players`, for app.py."""

from lms.players.host_pages import PlayingPages
from lms.players.pages import PackagePages
from lms.players.preview_pages import PackagePreviewPages
from lms.players.service import Playing
from lms.web.module import Module

MODULE = Module(
    name="players",
    controllers=[PlayingPages, PackagePages, PackagePreviewPages],
    services={"playing": Playing},
)
