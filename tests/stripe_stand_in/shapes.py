"""How Stripe's objects look, after its published examples: every function gives a new one, ready to be kept.

Amounts are cents, instants seconds since 1970 in UTC. Of the fields only those are left out that belong to products
which this account does not use (Connect, Billing, Tax).
"""

import hashlib
from typing import Any

from tests.stripe_stand_in.store import PREFIXES, Thing, new_id

ACCOUNT = "acct_1StandInHaldensl"
API_VERSION = "2026-10-28.endive"
NOBODY = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def customer(created: int) -> Thing:
    """A customer without anything known of them."""
    return {
        "id": new_id(PREFIXES["customer"]),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": new_id("")[:8].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def session(created: int, *, amount: int, items: Thing) -> Thing:
    """An open Checkout session; it has no intent until somebody begins to pay (Stripe since version 2022-08-01)."""
    return {
        "id": new_id(PREFIXES["checkout.session"]),
        "object": "checkout.session",
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": None,
        "client_reference_id": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": created,
        "currency": "eur",
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": None,
        "customer_email": None,
        "discounts": [],
        "expires_at": created + 86_400,
        "invoice": None,
        "invoice_creation": None,
        "line_items": items,
        "livemode": False,
        "locale": None,
        "metadata": {},
        "mode": "payment",
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "success_url": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted",
        "url": None,
        "wallet_options": None,
    }


def line_item(*, name: str, description: str | None, amount: int, quantity: int, created: int) -> Thing:
    """One thing that is bought; `amount` is for one of it."""
    return {
        "id": new_id(PREFIXES["item"]),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount * quantity,
        "amount_tax": 0,
        "amount_total": amount * quantity,
        "currency": "eur",
        "description": name,
        "metadata": {},
        "price": {
            "id": new_id("price_"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": created,
            "currency": "eur",
            "livemode": False,
            "metadata": {},
            "nickname": description,
            "product": new_id("prod_"),
            "recurring": None,
            "tax_behavior": "unspecified",
            "type": "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
        "quantity": quantity,
    }


def intent(created: int, *, amount: int) -> Thing:
    """A payment that nobody has begun."""
    own = new_id(PREFIXES["payment_intent"])
    return {
        "id": own,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": f"{own}_secret_{new_id('')}",
        "confirmation_method": "automatic",
        "created": created,
        "currency": "eur",
        "customer": None,
        "description": None,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def payment_method(created: int, *, kind: str, details: dict[str, Any], name: str | None = None) -> Thing:
    """What somebody pays with: `kind` is card or sepa_debit."""
    return {
        "id": new_id(PREFIXES["payment_method"]),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict(NOBODY),
            "email": None,
            "name": name,
            "phone": None,
            "tax_id": None,
        },
        "created": created,
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }


def card_details(number: str, brand: str) -> dict[str, Any]:
    """What Stripe tells of a card."""
    return {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "DE",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": _fingerprint(number),
        "funding": "credit",
        "last4": number[-4:],
        "networks": {"available": [brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def debit_details(iban: str) -> dict[str, Any]:
    """What Stripe tells of an account that is debited."""
    return {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": _fingerprint(iban),
        "last4": iban[-4:],
    }


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


def event(created: int, *, kind: str, about: Thing, request: str | None, key: str | None) -> Thing:
    """Something that happened, with the object as it was at that moment."""
    return {
        "id": new_id(PREFIXES["event"]),
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": request, "idempotency_key": key},
        "type": kind,
    }


def account(created: int) -> Thing:
    """Whose account this is."""
    return {
        "id": ACCOUNT,
        "object": "account",
        "business_profile": {"name": "Zentrum für digitale Bildung Haldensleben", "url": None, "mcc": "8299"},
        "business_type": "government_entity",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "DE",
        "created": created,
        "default_currency": "eur",
        "details_submitted": True,
        "email": "kurse@zdb-haldensleben.example",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": "ZDB Haldensleben", "timezone": "Europe/Berlin"}},
        "type": "standard",
    }


def _fingerprint(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()[:16]
