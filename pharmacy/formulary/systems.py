"""The code systems that we know medicines by, under the names that documents use."""

from __future__ import annotations

OWN = "urn:rxflow:medicine"  # our own code, such as amlodipine-5mg-tablet-28
GTIN = "https://www.gs1.org/gtin"
ATC = "http://www.whocc.no/atc"
# Other names of the ATC that documents carry.
ATC_NAMES = frozenset(
    {ATC, "https://www.whocc.no/atc", "urn:oid:2.16.840.1.113883.6.73", "atc",
     "http://fhir.de/CodeSystem/bfarm/atc"}
)  # fmt: skip
