"""The pages of the inventory."""

from lms.resources.devices.pages.kits import KitPages
from lms.resources.devices.pages.labels import LabelPages
from lms.resources.devices.pages.models import ModelPages
from lms.resources.devices.pages.units import ShortPages, UnitListPages, UnitPages

PAGES = (UnitListPages, UnitPages, ModelPages, KitPages, LabelPages, ShortPages)
