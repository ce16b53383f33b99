"""The table of contents of `correspondence`, for app.py."""

from datetime import timedelta

from lms.correspondence.news.desk_pages import NewsDeskPages
from lms.correspondence.news.pages import NewsPages
from lms.correspondence.news.sending import SEND, NewsDesk
from lms.correspondence.news.subscribing import NewsSubscriptions
from lms.correspondence.pages.pages import RulePages
from lms.correspondence.service import MessageRules, clockwork
from lms.jobs.worker import Periodic
from lms.privacy.contract import PersonalData
from lms.web.module import Around, Module

FORGETTING = timedelta(days=1)


def _forget(around: Around) -> Periodic:
    return Periodic("forget-subscriptions", FORGETTING, NewsSubscriptions(around).forget)


MODULE = Module(
    name="correspondence",
    controllers=[NewsPages, NewsDeskPages, RulePages],
    services={
        "news_subscriptions": NewsSubscriptions,
        "news_desk": NewsDesk,
        "message_rules": MessageRules,
    },
    tasks={SEND: lambda around: NewsDesk(around).carry},
    periodic=[_forget, clockwork],
    personal_data=[
        PersonalData(
            table="news_subscription",
            column="person_id",
            purpose="to send news to whoever asked for them, and to prove it",
            kept="3 years after its end",
        ),
        PersonalData(
            table="rule_message",
            column="person_id",
            purpose="to write to nobody twice by the same rule",
            kept="as long as the run is kept",
        ),
    ],
)
