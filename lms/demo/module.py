"""The table of contents of the demo, for app.py."""

from lms.demo.filling.papers import DRAW, Drawing
from lms.demo.mailbox import Mailbox
from lms.demo.signing_in import DemoSignIn
from lms.web.gallery import GalleryPages
from lms.web.module import Module

MODULE = Module(
    name="demo",
    controllers=[DemoSignIn, GalleryPages, Mailbox],
    tasks={DRAW: Drawing},
)
