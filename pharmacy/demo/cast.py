"""The people and places of the demo, by role. Identity numbers use a region that does not exist."""

from __future__ import annotations

from dataclasses import dataclass

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(birth_date: str, sequence: int) -> str:
    """A well-formed 18-digit number (GB 11643 check digit) of the unused region 990000."""
    body = "990000" + birth_date.replace("-", "") + f"{sequence:03d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[remainder]


@dataclass(frozen=True)
class Patient:
    """Someone whom both the hospital and the pharmacy know by the same identity number."""

    login: str
    name: str
    birth_date: str
    gender: str
    sequence: int
    locale: str
    is_elder: bool = False
    allergies: tuple[str, ...] = ()

    @property
    def identifier(self) -> str:
        """The identity number."""
        return identity_number(self.birth_date, self.sequence)


PATIENTS = (
    Patient("patient-one", "患者一", "1951-03-14", "female", 12, "zh-hans", is_elder=True),
    Patient("patient-two", "Patient Two", "1968-11-02", "male", 31, "en",
            allergies=("penicillins",)),
    Patient("patient-three", "患者三", "1983-06-25", "female", 48, "zh-hans"),
)  # fmt: skip


@dataclass(frozen=True)
class Worker:
    """A member of staff: login, name, roles as (role, store code or '' for the chain)."""

    login: str
    name: str
    roles: tuple[tuple[str, str], ...]
    licence: str = ""


STAFF = (
    Worker("pharmacist-a", "药师甲 Pharmacist A", (("pharmacist", "S01"),), "PH-0001"),
    Worker("pharmacist-b", "药师乙 Pharmacist B", (("pharmacist", "S01"), ("manager", "S01")),
           "PH-0002"),
    Worker("pharmacist-c", "药师丙 Pharmacist C", (("pharmacist", "S02"), ("pharmacist", "S03")),
           "PH-0003"),
    Worker("pharmacist-d", "药师丁 Pharmacist D", (("pharmacist", "S02"), ("pharmacist", "S03")),
           "PH-0004"),
    Worker("headquarters", "总部 Headquarters", (("headquarters", ""),)),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A store or the warehouse."""

    code: str
    kind: str
    name_en: str
    name_zh: str
    address_en: str
    address_zh: str
    latitude: str
    longitude: str


PLACES = (
    Place("S01", "store", "Riverside Pharmacy", "河畔药房", "1 Riverside Road", "河畔路1号",
          "31.22100", "121.47400"),
    Place("S02", "store", "Garden Pharmacy", "花园药房", "22 Garden Street", "花园街22号",
          "31.23300", "121.45100"),
    Place("S03", "store", "Station Pharmacy", "车站药房", "3 Station Square", "车站广场3号",
          "31.24900", "121.45600"),
    Place("W01", "warehouse", "Central Warehouse", "中心仓库", "80 Logistics Avenue", "物流大道80号",
          "31.10200", "121.38000"),
)  # fmt: skip
