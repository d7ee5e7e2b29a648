"""What the bench itself refuses; everything else is refused by the domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Denied, Invalid, NotFound


class RecordMissing(NotFound):
    """This store has no such record; another store's looks the same."""

    code = "bench.not-here"
    sentence = _("Your store has no such record. It may belong to another store.")


class ReceiptMissing(NotFound):
    """Nothing of this order was handed over yet."""

    code = "bench.no-receipt"
    sentence = _("There is no receipt before something was handed over.")


class PutBackReasonMissing(Invalid):
    """A bag is given up for a reason, or not at all."""

    code = "bench.put-back-reason-missing"
    sentence = _("Choose why the bag is put back.")


class StoreMissing(Denied):
    """The login has no open store to work at."""

    code = "bench.no-store"
    sentence = _("Your account has no open store to work at.")


class VerdictMissing(Invalid):
    """The form says none of approve, decline and query."""

    code = "bench.verdict-missing"
    sentence = _("Choose approve, decline or query.")


class IdentityNotConfirmed(Invalid):
    """Nobody confirmed who takes the bag."""

    code = "bench.identity-not-confirmed"
    sentence = _("Confirm who takes the bag before you hand it over.")


class PacksInvalid(Invalid):
    """The packs of a part are not between nothing and what is owed."""

    code = "bench.packs-invalid"
    sentence = _("Give whole packs, from 0 to what is owed, and at least one in all.")


class CodeMissing(Invalid):
    """Nothing was typed or scanned."""

    code = "bench.code-missing"
    sentence = _("Scan something, or type the six digits.")
