"""Every page about fees, contracts, qualifications and status files, for the portal's table of contents."""

from lms.portal.fees.contracts import ContractPages
from lms.portal.fees.own_contracts import OwnContractPages
from lms.portal.fees.own_standing import OwnStandingPages
from lms.portal.fees.qualifications import QualificationPages
from lms.portal.fees.rates import RatePages
from lms.portal.fees.run_fees import RunFeePages
from lms.portal.fees.standing import StandingPages, StatusFilePages
from lms.portal.fees.trainer_qualifications import OwnQualificationPages, TrainerQualificationPages
from lms.portal.fees.wording import WordingPages

FEES = (
    RatePages,
    RunFeePages,
    WordingPages,
    ContractPages,
    OwnContractPages,
    QualificationPages,
    TrainerQualificationPages,
    OwnQualificationPages,
    StandingPages,
    StatusFilePages,
    OwnStandingPages,
)
