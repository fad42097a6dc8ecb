"""Sales by region, with SQL: a database in memory for one run."""

import sqlite3


def handle(context, payload):
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE sales (region TEXT, amount INTEGER)")
        database.executemany("INSERT INTO sales VALUES (:region, :amount)", payload)
        rows = database.execute("SELECT region, count(*), sum(amount) FROM sales GROUP BY region ORDER BY 3 DESC")
        return [{"region": region, "sales": count, "amount": amount} for region, count, amount in rows]
