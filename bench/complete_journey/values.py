"""What each offer of the example is worth, from the data: the numbers that stand in its actions.

    python3 -m bench.complete_journey.values

worth of an assignment = shopping trips with a redemption for each household assigned x median worth of such a basket
x margin. Rates are of campaigns that were over when the table of redemptions ends; an offer with fewer than
`TRIPS_MIN` such trips takes the rate of its type. All of a redeeming trip is credited to the campaign: that is too
much, and the same too much for each of them; arbitration needs their order and their ratios.
"""

from typing import NamedTuple

from bench.complete_journey.rows import ZONE, connect

MARGIN = 0.25
"""What a grocer keeps of a dollar of sales before other costs; an assumption, the data knows no costs."""

TRIPS_MIN = 5


class Worth(NamedTuple):
    """What is known of one offer; ``weeks`` is how long its campaigns ran on average."""

    offer: str
    assigned: int
    trips: int
    rate: float
    weeks: float
    value: float
    email_lift: float


_RATES = """
WITH over AS (
    SELECT campaign_id, household_id, offer, right(offer, 2) AS type,
        date_diff('day', starts, ends) / 7.0 AS weeks
    FROM campaigns JOIN offers USING (campaign_id)
    WHERE ends < TIMESTAMP '2017-10-01'
), redeemed AS (
    SELECT campaign_id, household_id, count(DISTINCT redemption_date) AS trips
    FROM redemptions_to_20171001 GROUP BY ALL
)
SELECT offer, type, count(*), CAST(sum(coalesce(trips, 0)) AS INTEGER), avg(weeks)
FROM over LEFT JOIN redeemed USING (campaign_id, household_id) GROUP BY ALL ORDER BY offer
"""

_BASKET = f"""
WITH days AS (SELECT DISTINCT household_id, redemption_date::DATE AS day FROM redemptions_to_20171001),
baskets AS (
    SELECT household_id, timezone('{ZONE}', timezone('UTC', transaction_timestamp::TIMESTAMP))::DATE AS day, basket_id,
        sum(sales_value) AS sales
    FROM transactions_w01_40 GROUP BY ALL HAVING sum(coupon_disc) > 0
)
SELECT median(sales) FROM baskets SEMI JOIN days USING (household_id, day)
"""


def worth_of_offers() -> tuple[list[Worth], float]:
    """Return every offer's worth, and the median worth of a basket in which a coupon was redeemed."""
    with connect() as connection:
        rows = connection.execute(_RATES).fetchall()
        (basket,) = connection.execute(_BASKET).fetchall()[0]
    worths = []
    for offer, type_, assigned, trips, weeks in rows:
        of_type = [row for row in rows if row[1] == type_]
        pooled = (sum(row[3] for row in of_type), sum(row[2] for row in of_type))
        rate = trips / assigned if trips >= TRIPS_MIN else pooled[0] / pooled[1]
        worths.append(Worth(offer, assigned, trips, rate, weeks, round(rate * basket * MARGIN, 2), round(1 / weeks, 2)))
    return worths, basket


if __name__ == "__main__":
    found, median = worth_of_offers()
    print(f"median basket with a redemption: ${median:.2f}, margin {MARGIN:.0%}\n")
    print(f"{'offer':<12} {'assigned':>8} {'trips':>6} {'rate':>6} {'weeks':>6} {'value $':>8} {'email lift':>10}")
    for worth in found:
        print(
            f"{worth.offer:<12} {worth.assigned:>8,} {worth.trips:>6,} {worth.rate:>6.3f} {worth.weeks:>6.1f}"
            f" {worth.value:>8.2f} {worth.email_lift:>10.2f}"
        )
