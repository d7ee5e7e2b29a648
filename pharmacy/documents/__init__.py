"""Paper: the dispensing label, the receipt, the dispensing record. Plain values in, PDF out.

The only place that draws PDF. No rows, no network; the same values give the same bytes. Every
document carries its two languages side by side, so nothing here depends on the screen's
language.
"""
