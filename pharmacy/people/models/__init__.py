"""Who takes part: persons and what they consent to, stores, staff and their roles."""

from pharmacy.people.models.person import Allergy, Consent, Grant, Person
from pharmacy.people.models.staff import Staff, StaffRole
from pharmacy.people.models.store import Store

__all__ = ["Allergy", "Consent", "Grant", "Person", "Staff", "StaffRole", "Store"]
