"""Who gets a piece of news, and who may ask for news alone."""

from collections.abc import Collection
from datetime import date

from lms.correspondence.news.models import News, Subscription

CONSENT_AGE = 16
"""Art. 8 GDPR: a child under 16 does not consent alone to what a service offers to it directly (L-33)."""


def is_for(news: News, subscription: Subscription) -> bool:
    """Whether somebody asked for this: who chose nothing wants everything, and news without a choice are for all."""
    return (
        subscription.is_open
        and _meets(news.topics, subscription.topics)
        and _meets(news.audiences, subscription.audiences)
        and (not news.districts or not subscription.district or subscription.district in news.districts)
    )


def needs_guardian(birth_date: date | None, today: date) -> bool:
    """Whether the guardian is asked instead."""
    if birth_date is None:
        return False
    had_birthday = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not had_birthday) < CONSENT_AGE


def _meets(offered: Collection[str], wanted: Collection[str]) -> bool:
    return not offered or not wanted or not set(offered).isdisjoint(wanted)
