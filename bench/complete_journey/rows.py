"""Make the one file that the example replays, from the data set's tables: who was sent what, redeemed it, bought what.

    python3 -m bench.complete_journey.rows [OUTPUT]

The data is dunnhumby's, released for research and education, so nothing of it is part of this repository: the file goes
to the example's `.segue` folder, which git ignores. Times are UTC; a campaign's days begin at midnight in the stores'
own zone.
"""

import sys
from pathlib import Path
from typing import NamedTuple

import duckdb

ROOT = Path(__file__).parents[2]
DATA = ROOT / "../shared/data"
EXAMPLE = ROOT / "examples/complete_journey"
EVENTS = EXAMPLE / ".segue/complete_journey.parquet"
ZONE = "America/New_York"
TABLES = (
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "products",
    "redemptions_to_20171001",
    "transactions_w01_40",
)

_BABY = "('BABY FOODS', 'BABY HBC', 'DIAPERS & DISPOSABLES', 'INFANT FORMULA', 'INFANT CARE PRODUCTS')"


def _utc(day: str, later: str = "INTERVAL 0 DAY") -> str:
    """Return SQL of the moment ``later`` than midnight of ``day`` in the stores' zone, as a UTC timestamp."""
    return f"timezone('UTC', timezone('{ZONE}', {day}::TIMESTAMP + {later}))"


_OFFERS = f"""
CREATE OR REPLACE TABLE offers AS
WITH lines AS (
    SELECT campaign_id, coupon_upc,
        CASE WHEN product_category IN {_BABY} THEN 'baby'
             WHEN department IN ('DRUG GM', 'COSMETICS', 'NUTRITION') THEN 'household' ELSE 'food' END AS line,
        count(*) AS products
    FROM coupons JOIN products USING (product_id) GROUP BY ALL
), coupon_lines AS (
    SELECT campaign_id, coupon_upc, arg_max(line, (products, line)) AS line FROM lines GROUP BY ALL
), counted AS (
    SELECT campaign_id, line, count(*) AS coupons FROM coupon_lines GROUP BY ALL
), main_lines AS (
    SELECT campaign_id, arg_max(line, (coupons, line)) AS line FROM counted GROUP BY campaign_id
)
SELECT campaign_id,
    CASE campaign_type WHEN 'Type A' THEN 'everything' ELSE line || '_' || lower(right(campaign_type, 1)) END AS offer,
    {_utc("start_date")} AS starts,
    {_utc("end_date", "INTERVAL 1 DAY")} AS ends
FROM main_lines JOIN campaign_descriptions USING (campaign_id)
"""
"""What each campaign offers: by type, and by the product line that most of its coupons are for."""

_EVENTS = f"""
CREATE OR REPLACE VIEW events AS
SELECT 'assigned' AS kind, household_id AS household, starts AS moment, campaign_id AS campaign, offer, ends,
    NULL AS coupon, NULL AS basket, NULL AS product, NULL AS department, NULL AS sales, NULL AS quantity
FROM campaigns JOIN offers USING (campaign_id)
UNION ALL
-- the table knows only the day of a redemption: noon
SELECT 'redeemed', household_id, {_utc("redemption_date", "INTERVAL 12 HOUR")}, campaign_id, offer,
    NULL, coupon_upc, NULL, NULL, NULL, NULL, NULL
FROM redemptions_to_20171001 JOIN offers USING (campaign_id)
UNION ALL
-- these times are UTC: fewest customers come at 08:00, four at night in the stores' zone, and shifted so, the days on
-- which coupons were used agree with the days of redemption best
SELECT 'bought', household_id, transaction_timestamp::TIMESTAMP, NULL, NULL,
    NULL, NULL, basket_id, product_id, department, sales_value, quantity
FROM transactions_w01_40 LEFT JOIN products USING (product_id)
"""


class Rows(NamedTuple):
    """How many rows of each kind there are."""

    assigned: int
    redeemed: int
    bought: int


def connect(data: Path = DATA) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables, ``offers`` and ``events``."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        path = data / f"complete_journey_{table}.parquet"
        connection.execute(f"CREATE VIEW {table} AS FROM read_parquet('{path}')")
    connection.execute(_OFFERS)
    connection.execute(_EVENTS)
    return connection


def write_events(output: Path = EVENTS, data: Path = DATA, *, every: int = 1) -> Rows:
    """Write the events of every household (of one in ``every``) to ``output``, in the order of time."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with connect(data) as connection:
        connection.execute(
            f"COPY (FROM events WHERE household % {every} = 0"
            " ORDER BY moment, kind, household, campaign, basket, product, coupon)"
            f" TO '{output}' (FORMAT parquet)"
        )
        counts = dict(connection.execute(f"SELECT kind, count(*) FROM '{output}' GROUP BY kind").fetchall())
    return Rows(counts.get("assigned", 0), counts.get("redeemed", 0), counts.get("bought", 0))


def is_here(data: Path = DATA) -> bool:
    """Tell whether the data set is on this machine."""
    return all((data / f"complete_journey_{table}.parquet").exists() for table in TABLES)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    print(f"{write_events(target)} in {target}")
