"""In-store barcodes: EAN-13 with the restricted-circulation prefix 2, as GS1 gives to shops."""

from __future__ import annotations


def check_digit(body: str) -> str:
    """Return the GS1 check digit of all digits but the last (any GTIN length)."""
    odd_from_right = sum(int(digit) for digit in body[::-2])
    even_from_right = sum(int(digit) for digit in body[-2::-2])
    return str(-(3 * odd_from_right + even_from_right) % 10)


def is_valid(code: str) -> bool:
    """Whether a string is a GTIN of 8, 12, 13 or 14 digits with its right check digit."""
    if not (code.isascii() and code.isdigit() and len(code) in {8, 12, 13, 14}):
        return False
    return check_digit(code[:-1]) == code[-1]


def in_store(number: int) -> str:
    """Return the in-store EAN-13 of an item number (1 to 9,999,999,999)."""
    body = f"20{number:010d}"
    return body + check_digit(body)
