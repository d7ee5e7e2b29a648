"""What can go wrong while money is collected, said once for people and for machines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Broken, Conflict, Invalid, NotFound, Refused, Unavailable


class PaymentDeclined(Refused):
    """The bank or the provider said no; `reason` is its code."""

    code = "payment.declined"
    sentence = _("The payment was declined. Please use another card or ask your bank.")


class CustomerActionNeeded(Refused):
    """The customer must confirm the payment before money can be taken."""

    code = "payment.customer-action-needed"
    sentence = _("The customer still has to confirm this payment.")


class PaymentUnavailable(Unavailable):
    """The provider does not answer; what it did is not known yet."""

    code = "payment.unavailable"
    sentence = _("The payment service does not answer. Nothing is charged twice; we will check.")


class NoPayment(NotFound):
    """This owner has no live attempt."""

    code = "payment.none"
    sentence = _("There is no payment for this order.")


class AmountDiffers(Refused):
    """The owner has a live attempt for another amount."""

    code = "payment.amount-differs"
    sentence = _("A payment of another amount is already under way for this order.")


class NotCapturable(Refused):
    """No money is held, or it was taken or given up already."""

    code = "payment.not-capturable"
    sentence = _("No held payment is left that could be charged.")


class CaptureExceedsHold(Refused):
    """More was asked for than is held."""

    code = "payment.capture-exceeds-hold"
    sentence = _("This is more than the amount that is held.")


class NotReleasable(Refused):
    """The money was taken; giving it back is a refund."""

    code = "payment.not-releasable"
    sentence = _("The payment was charged already; it can only be refunded.")


class RefundExceedsCaptured(Refused):
    """More was to be given back than was taken."""

    code = "payment.refund-exceeds-captured"
    sentence = _("This is more than was charged and not yet refunded.")


class RefundRefused(Refused):
    """The provider refuses this refund; `reason` is its code."""

    code = "payment.refund-refused"
    sentence = _("The payment service refused the refund.")


class PaymentKeyReused(Refused):
    """The key came before with another amount or owner."""

    code = "payment.key-reused"


class PaymentBusy(Conflict):
    """Another step of the same payment is under way."""

    code = "payment.busy"
    sentence = _("This payment is being processed at this moment. Please try again.")


class AmountMustBePositive(Invalid):
    """Zero or less was to be collected or refunded."""

    code = "payment.amount-not-positive"
    sentence = _("The amount must be more than zero.")


class OutOfStep(Broken):
    """The provider's object is in another state than ours: ask it and follow."""

    code = "payment.out-of-step"


class ProviderMismatch(Broken):
    """The provider speaks of another amount or currency than the attempt."""

    code = "payment.provider-mismatch"


class ProviderRejected(Broken):
    """The provider refuses our request as wrong, or our key."""

    code = "payment.provider-rejected"


class WebhookRefused(Invalid):
    """A notification that is not provably from the provider."""

    code = "payment.webhook-refused"
    sentence = _("This notification could not be verified.")
