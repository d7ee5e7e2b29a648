"""The nouns of stock: places, lots with their balances, movements, reservations."""

from inventory.models.lot import Lot, LotBalance
from inventory.models.movement import Movement, MovementLine
from inventory.models.place import Location, StorePartner
from inventory.models.reservation import Reservation, ReservationLine, ReservationPick

__all__ = [
    "Location",
    "Lot",
    "LotBalance",
    "Movement",
    "MovementLine",
    "Reservation",
    "ReservationLine",
    "ReservationPick",
    "StorePartner",
]
