"""The pages of the minimum number: runs at risk, what can become of them, whom to ask, what came of it."""

from lms.portal.desk.minimum.asking import AskingPages
from lms.portal.desk.minimum.deciding import DecidingPages
from lms.portal.desk.minimum.overview import DecisionListPages, DecisionPages

MINIMUM_PAGES = (DecisionListPages, DecisionPages, AskingPages, DecidingPages)
