"""How Stripe's objects look that say where money went: charges, refunds, disputes, and what each did to the balance."""

from tests.stripe_stand_in.store import PREFIXES, Thing, new_id


def charge(created: int, *, of: Thing, method: Thing) -> Thing:
    """An attempt to take the money of an intent; ids begin with py_ where it is not a card's."""
    kind: str = method["type"]
    details = {name: value for name, value in method[kind].items() if name != "networks"}
    return {
        "id": new_id(PREFIXES["charge"] if kind == "card" else "py_"),
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": dict(method["billing_details"]),
        "calculated_statement_descriptor": "ZDB HALDENSLEBEN",
        "captured": False,
        "created": created,
        "currency": of["currency"],
        "customer": of["customer"],
        "description": of["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(of["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": of["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: details},
        "receipt_email": of["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "refunds": None,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    }


def refund(created: int, *, of: Thing, amount: int) -> Thing:
    """Money on its way back; ids begin with pyr_ where it was not a card's."""
    kind: str = of["payment_method_details"]["type"]
    return {
        "id": new_id(PREFIXES["refund"] if kind == "card" else "pyr_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "destination_details": {kind: {"type": "refund"} if kind == "card" else {}, "type": kind},
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def dispute(created: int, *, of: Thing, amount: int, reason: str) -> Thing:
    """A payer's bank that wants the money back."""
    return {
        "id": new_id(PREFIXES["dispute"]),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": created + 7 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method_details": {
            "type": of["payment_method_details"]["type"],
            "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"},
        },
        "reason": reason,
        "status": "needs_response",
    }


def balance_transaction(
    created: int, *, source: str, amount: int, fee: int, kind: str, description: str | None
) -> Thing:
    """What a payment, a refund or a dispute did to the account's balance."""
    fees = [
        {
            "amount": fee,
            "application": None,
            "currency": "eur",
            "description": "Stripe fees",
            "type": "stripe_fee",
        }
    ]
    return {
        "id": new_id(PREFIXES["balance_transaction"]),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + 7 * 86_400,
        "balance_type": "payments",
        "created": created,
        "currency": "eur",
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fees if fee else [],
        "net": amount - fee,
        "reporting_category": {"payment": "charge", "payment_refund": "refund", "adjustment": "dispute"}.get(
            kind, kind
        ),
        "source": source,
        "status": "pending",
        "type": kind,
    }
