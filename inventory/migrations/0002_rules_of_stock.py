"""What the database itself holds true about stock.

Movements are append-only. Oscar's stock record is one per store and product and never
promises more than is there. `inventory_differences` compares every balance with what it is
the balance of, and returns no row while all is well.
"""

from django.db import migrations

from pharmacy.core.ledger import append_only

STOCK_RECORD = """
CREATE UNIQUE INDEX inventory_stockrecord_once ON partner_stockrecord (partner_id, product_id);
ALTER TABLE partner_stockrecord ADD CONSTRAINT inventory_stockrecord_not_oversold CHECK (
    COALESCE(num_allocated, 0) BETWEEN 0 AND COALESCE(num_in_stock, 0));
"""
STOCK_RECORD_REVERSE = """
ALTER TABLE partner_stockrecord DROP CONSTRAINT inventory_stockrecord_not_oversold;
DROP INDEX inventory_stockrecord_once;
"""

DIFFERENCES = """
CREATE VIEW inventory_differences AS
WITH moved AS (
    SELECT lot_id, location_id, SUM(quantity)::bigint AS quantity FROM (
        SELECT lot_id, to_location_id AS location_id, quantity FROM inventory_movementline
        UNION ALL
        SELECT lot_id, from_location_id, -quantity FROM inventory_movementline
    ) legs JOIN inventory_location place ON place.id = legs.location_id
    WHERE place.store_id IS NOT NULL
    GROUP BY lot_id, location_id
), held AS (
    SELECT lot_id, location_id, SUM(quantity - issued)::bigint AS quantity
    FROM inventory_reservationpick GROUP BY lot_id, location_id
), promised AS (
    SELECT tie.partner_id, medicine.product_id,
           SUM(line.quantity - COALESCE(gone.issued, 0))::bigint / medicine.pack_size AS packs
    FROM inventory_reservation owner
    JOIN inventory_reservationline line ON line.reservation_id = owner.id
    JOIN formulary_medicine medicine ON medicine.id = line.medicine_id
    JOIN inventory_storepartner tie ON tie.store_id = owner.store_id
    LEFT JOIN LATERAL (
        SELECT SUM(issued) AS issued FROM inventory_reservationpick pick
        WHERE pick.line_id = line.id
    ) gone ON true
    WHERE owner.stage IN ('soft', 'hard')
    GROUP BY tie.partner_id, medicine.product_id, medicine.pack_size
), recorded AS (
    SELECT record.partner_id, record.product_id, COALESCE(record.num_allocated, 0) AS packs
    FROM partner_stockrecord record
    JOIN inventory_storepartner tie ON tie.partner_id = record.partner_id
    JOIN formulary_medicine medicine ON medicine.product_id = record.product_id
)
SELECT 'on-hand' AS what, lot_id AS first_id, location_id AS second_id,
       COALESCE(balance.on_hand, 0) AS kept, COALESCE(moved.quantity, 0) AS counted
FROM inventory_lotbalance balance FULL JOIN moved USING (lot_id, location_id)
WHERE COALESCE(balance.on_hand, 0) <> COALESCE(moved.quantity, 0)
UNION ALL
SELECT 'reserved', lot_id, location_id,
       COALESCE(balance.reserved, 0), COALESCE(held.quantity, 0)
FROM inventory_lotbalance balance FULL JOIN held USING (lot_id, location_id)
WHERE COALESCE(balance.reserved, 0) <> COALESCE(held.quantity, 0)
UNION ALL
SELECT 'allocated', partner_id, product_id,
       COALESCE(recorded.packs, 0), COALESCE(promised.packs, 0)
FROM recorded FULL JOIN promised USING (partner_id, product_id)
WHERE COALESCE(recorded.packs, 0) <> COALESCE(promised.packs, 0);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("core", "0002_chain_and_triggers"),
        ("partner", "0007_partneraddress_code"),
    ]
    operations = [
        append_only("inventory_movement"),
        append_only("inventory_movementline"),
        migrations.RunSQL(STOCK_RECORD, STOCK_RECORD_REVERSE),
        migrations.RunSQL(DIFFERENCES, "DROP VIEW inventory_differences;"),
    ]
