"""Words of the pages about fees and contracts."""

from collections.abc import Mapping

from lms.honoraria.contracts.models import ContractState
from lms.kernel.marking import N_

STATES: Mapping[ContractState, tuple[str, str]] = {
    ContractState.DRAFT: (N_("draft"), "info"),
    ContractState.OFFERED: (N_("waits for an answer"), "warning"),
    ContractState.ACCEPTED: (N_("contract accepted"), "success"),
    ContractState.DECLINED: (N_("declined"), "danger"),
    ContractState.WITHDRAWN: (N_("withdrawn"), "info"),
    ContractState.SUPERSEDED: (N_("replaced by a later version"), "info"),
}
"""The word for each state of a contract, and its colour."""
