"""Who has earned a certificate, why not, and on what the paper rests."""

from lms.certification.eligibility.reading import (
    TAKING_PART,
    Candidate,
    Evidence,
    asked_of,
    candidate_of,
    candidates,
    candidates_among,
    evidence_of,
)
from lms.certification.eligibility.rules import Asked, Lack, Source, Standing, standing, whole_units

__all__ = [
    "TAKING_PART",
    "Asked",
    "Candidate",
    "Evidence",
    "Lack",
    "Source",
    "Standing",
    "asked_of",
    "candidate_of",
    "candidates",
    "candidates_among",
    "evidence_of",
    "standing",
    "whole_units",
]
