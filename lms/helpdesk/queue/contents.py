"""What the day brings to the table of contents of `helpdesk`."""

from datetime import timedelta

from lms.helpdesk.queue.drafting import TopicDrafts
from lms.helpdesk.queue.pages.advising import AdvisingPages, ContactPages
from lms.helpdesk.queue.pages.counter import QueueCounterPages
from lms.helpdesk.queue.pages.showing import NowPages, ScreenPages
from lms.helpdesk.queue.pages.topics import HelpTopicFigures
from lms.helpdesk.queue.service import HelpQueue
from lms.jobs.worker import Periodic
from lms.web.module import Around

NIGHTLY, OFTEN = timedelta(hours=1), timedelta(minutes=5)


def _close(around: Around) -> Periodic:
    queue = HelpQueue(around)

    async def act() -> None:
        await queue.close_days()
        await queue.mark_missed()

    return Periodic("close-help-desks", NIGHTLY, act)


def _part(around: Around) -> Periodic:
    return Periodic("part-help-contacts", OFTEN, HelpQueue(around).part_contacts)


CONTROLLERS = [QueueCounterPages, AdvisingPages, ContactPages, ScreenPages, NowPages, HelpTopicFigures]
SERVICES = {"help_queue": HelpQueue, "topic_drafts": TopicDrafts}
PERIODIC = [_close, _part]
