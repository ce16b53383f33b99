"""The table of contents of the demo, for app.py."""

from lms.web.gallery import GalleryPages
from lms.web.module import Module

MODULE = Module(name="demo", controllers=[GalleryPages])
