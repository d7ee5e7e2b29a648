"""What headquarters' pages refuse themselves; everything else is refused by the domain."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from pharmacy.core.errors import Invalid, NotFound, Refused


class RecordMissing(NotFound):
    """Nothing has this id or code."""

    code = "hq.not-found"
    sentence = _("There is no such record. It may have been typed wrong.")


class FilterUnknown(Invalid):
    """A filter names a store, a stage or a hospital that does not exist."""

    code = "hq.filter-unknown"
    sentence = _("This filter is not known. Choose one from the list.")


class ExportTooLarge(Refused):
    """More rows than one file carries; a shorter file would lie."""

    code = "hq.export-too-large"
    sentence = _("These are too many rows for one file. Choose a filter first, then export.")
