"""What the loopback peer of Stripe accepts: a table of facts, API version 2026-10-28.endive.

A parameter that is not listed is answered with 400, as the real service does. Only what a
pharmacy needs is listed; a test holds every name against the official library's own types.
"""

from __future__ import annotations

EXPAND = {"expand"}
CREATE_INTENT = EXPAND | {
    "allowed_payment_method_types", "amount", "automatic_payment_methods", "capture_method",
    "confirm", "currency", "customer", "description", "excluded_payment_method_types",
    "metadata", "off_session", "payment_method", "payment_method_options", "receipt_email",
    "return_url", "setup_future_usage", "shipping", "statement_descriptor",
    "statement_descriptor_suffix", "transfer_group",
}  # fmt: skip
CONFIRM_INTENT = EXPAND | {
    "capture_method", "off_session", "payment_method", "payment_method_options",
    "receipt_email", "return_url", "setup_future_usage", "shipping",
}  # fmt: skip
CAPTURE_INTENT = EXPAND | {
    "amount_to_capture", "final_capture", "metadata", "statement_descriptor",
    "statement_descriptor_suffix",
}  # fmt: skip
CANCEL_INTENT = EXPAND | {"cancellation_reason"}
RETRIEVE_INTENT = EXPAND | {"client_secret"}
LIST_INTENTS = EXPAND | {"created", "customer", "ending_before", "limit", "starting_after"}
CREATE_REFUND = EXPAND | {
    "amount", "charge", "currency", "customer", "metadata", "origin", "payment_intent", "reason",
}  # fmt: skip
LIST_REFUNDS = EXPAND | {
    "charge", "created", "ending_before", "limit", "payment_intent", "starting_after",
}  # fmt: skip
CREATE_CUSTOMER = EXPAND | {"description", "email", "metadata", "name", "payment_method", "phone"}
ATTACH_METHOD = EXPAND | {"customer"}

CONTRACT: dict[str, set[str]] = {
    "PaymentIntentCreateParams": CREATE_INTENT,
    "PaymentIntentConfirmParams": CONFIRM_INTENT,
    "PaymentIntentCaptureParams": CAPTURE_INTENT,
    "PaymentIntentCancelParams": CANCEL_INTENT,
    "PaymentIntentRetrieveParams": RETRIEVE_INTENT,
    "PaymentIntentListParams": LIST_INTENTS,
    "RefundCreateParams": CREATE_REFUND,
    "RefundRetrieveParams": EXPAND,
    "RefundListParams": LIST_REFUNDS,
    "CustomerCreateParams": CREATE_CUSTOMER,
    "CustomerRetrieveParams": EXPAND,
    "PaymentMethodAttachParams": ATTACH_METHOD,
    "PaymentMethodRetrieveParams": EXPAND,
}

# Test cards: what happens when they are confirmed.
CARDS: dict[str, str] = {
    "pm_card_visa": "",
    "pm_card_mastercard": "",
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_authenticationRequired": "authentication_required",
}
CANCELLATION_REASONS = {"abandoned", "duplicate", "fraudulent", "requested_by_customer"}
REFUND_REASONS = {"duplicate", "fraudulent", "requested_by_customer"}
