"""Whether a plan works, in every dimension at once, and what would work instead (U1).

`loading` reads what is there in a constant number of statements, `judging` says what is in the way, `searching` finds the
nearest alternatives. The last two are plain functions over values: no session, no request, no clock.
"""

from lms.scheduling.feasibility.judging import obstacles
from lms.scheduling.feasibility.loading import load_world
from lms.scheduling.feasibility.searching import Alternative, nearest
from lms.scheduling.feasibility.world import Need, Wanted, World

__all__ = ["Alternative", "Need", "Wanted", "World", "load_world", "nearest", "obstacles"]
