#!/usr/bin/env python3
"""Counts the figures of every closed month again from the tables of open data.

    python3 tables.py https://12345.example.gov.cn            # /data/rows.csv against /data/figures.csv; only Python is needed
    python3 tables.py https://12345.example.gov.cn --parquet  # the same with the Parquet files, which pyarrow reads, and both forms against each other

The definitions are those of recompute.py; which unit stands above which is in the report of each month. Ends with 1 where anything differs.
"""
import csv
import io
import sys
from collections import Counter, defaultdict

from recompute import DEFINITIONS, Site, Table, figure

FLAGS = ("filed", "opened", "due", "replied", "rated", "dispatched", "sent_back", "not_reached", "first", "suppressed")
NUMBERS = ("rev", "satisfaction", "extensions", "hours", "hops", "edition", "numerator", "denominator", "value")


def of_csv(site, name):
    for row in csv.DictReader(io.TextIOWrapper(io.BytesIO(site.raw("/data/%s.csv" % name)), "utf-8-sig")):
        yield {k: v == "1" if k in FLAGS else float(v) if k in NUMBERS else v for k, v in row.items() if v != ""}


def of_parquet(site, name):
    import pyarrow.parquet

    for row in pyarrow.parquet.read_table(io.BytesIO(site.raw("/data/%s.parquet" % name))).to_pylist():
        yield {k: v if isinstance(v, bool) else float(v) if k in NUMBERS else str(v) for k, v in row.items() if v is not None and v is not False}


def left_out(f):
    return {k: int(n) for k, _, n in (one.partition("=") for one in f.get("excluded", "").split(";")) if k}


def recount(site, read):
    """Counts what read gives of the rows, and compares it with what it gives of the figures."""
    rows, same, different = defaultdict(list), Counter(), []
    for r in read(site, "rows"):
        rows[r["m"]].append((r, 1))
    tables = {}
    for f in read(site, "figures"):
        month = f["month"]
        if "edition" not in f or f["definition"] not in DEFINITIONS:
            if "edition" in f:
                different.append("no definition %s is known here" % f["definition"])
            continue
        if month not in tables:
            tables[month] = Table(rows[month], site.json("/reports/%s.json" % month)["house"])
        table, scope = tables[month], f["scope"]
        made_of = table.city if scope == "city" else {"unit": table.units, "district": table.districts}[scope].get(f["code"], [])
        want = figure(f["definition"], f["measure"], made_of, scope != "city")
        got = (None, None, {}) if f.get("suppressed") else (f["numerator"], f["denominator"], left_out(f))
        if got == want:
            same[scope] += 1
        else:
            different.append("%s %s %s, %s: published %s, counted %s" % (month, scope, f["code"], f["definition"], got, want))
    return same, different


def main(url, parquet):
    site = Site(url)
    same, different = recount(site, of_parquet if parquet else of_csv)
    if parquet:
        for name in ("rows", "figures", "cases", "events", "ratings"):
            a, b = list(of_csv(site, name)), list(of_parquet(site, name))
            if a != b:
                different.append("%s: CSV and Parquet say different things" % name)
            same[name + " as CSV and Parquet"] += len(a)
    for one in different:
        print("DIFFERENT:", one)
    print("%s; %d differences" % (", ".join("%s: %d the same" % k for k in sorted(same.items())), len(different)))
    return 1 if different else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[2:] not in ([], ["--parquet"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], "--parquet" in sys.argv))
