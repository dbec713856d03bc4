#!/usr/bin/env python3
"""Counts every proven number of an installation again, from its public addresses alone.

    python3 recompute.py https://12345.example.gov.cn

Nothing of the program is used and nothing but Python is needed. The log is read entry by entry and its root compared with the checkpoint, whose Ed25519 signature
is checked; rows and changes come out of the log; figures are counted by the published definitions (see "definitions" of /board.json) and compared with the closed
months, the days of the month under way, and what the board, every department's and every district's page call proven. Ends with 1 where anything differs.
"""
import base64
import binascii
import hashlib
import json
import sys
import urllib.request
from collections import Counter, defaultdict

LEAST = 5  # a share or a quantile of fewer rows is not shown of a part of the city

# --- Ed25519 (RFC 8032), only to check a signature -------------------------------------------------------------------------------------------------------

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
Q = 2**252 + 27742317777372353535851937790883648493


def recover(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P:
        raise ValueError("no point")
    return P - x if x & 1 != sign else x


def point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    return recover(y, sign), y


def plus(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P


def times(n, a):
    out = (0, 1)
    while n:
        if n & 1:
            out = plus(out, a)
        a, n = plus(a, a), n >> 1
    return out


def signed(key, message, signature):
    if len(key) != 32 or len(signature) != 64 or int.from_bytes(signature[32:], "little") >= Q:
        return False
    y = 4 * pow(5, P - 2, P) % P
    base = (recover(y, 0), y)
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    return times(int.from_bytes(signature[32:], "little"), base) == plus(point(signature[:32]), times(h, point(key)))


# --- The log (RFC 6962, C2SP tlog-tiles) -----------------------------------------------------------------------------------------------------------------


def group(n):
    s = "%03d" % (n % 1000)
    while n >= 1000:
        n //= 1000
        s = "x%03d/%s" % (n % 1000, s)
    return s


MOST = 256 << 20  # bytes of one answer


class Unreadable(Exception):
    """What the installation says cannot be read."""


class Site:
    def __init__(self, url):
        self.url = url.rstrip("/")

    def raw(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            body = answer.read(MOST + 1)
        if len(body) > MOST:
            raise Unreadable("%s is larger than %d MB" % (path, MOST >> 20))
        return body

    def json(self, path):
        return json.loads(self.raw(path))

    def entries(self, size):
        """Gives every entry in order, and ends with the root of all."""
        stack = []
        for n in range(0, (size + 255) // 256):
            width = min(256, size - 256 * n)
            raw = self.raw("/log/tile/entries/" + group(n) + (".p/%d" % width if width < 256 else ""))
            at, before = 0, width
            while at < len(raw):
                length = int.from_bytes(raw[at:at + 2], "big")
                entry = raw[at + 2:at + 2 + length]
                at, width = at + 2 + length, width - 1
                h, leaves = hashlib.sha256(b"\0" + entry).digest(), 1
                while stack and stack[-1][1] == leaves:
                    left, m = stack.pop()
                    h, leaves = hashlib.sha256(b"\1" + left + h).digest(), leaves + m
                stack.append((h, leaves))
                yield entry
            if width or at != len(raw):
                raise Unreadable("the bundle of entries %d does not hold %d entries" % (n, before))
        root = stack.pop()[0] if stack else hashlib.sha256(b"").digest()
        while stack:
            root = hashlib.sha256(b"\1" + stack.pop()[0] + root).digest()
        self.root = root


# --- The definitions ---------------------------------------------------------------------------------------------------------------------------------


def kept(r, outcome):
    o = r.get(outcome, "")
    if o == "in_time":
        return 1
    if o == "running":
        return "running"
    return r.get("excluded") or 0 if o == "ended" else 0


def leg(r):
    return r["part"] == "leg"


def due(r):
    return leg(r) and r.get("due")


def sent(r):
    return leg(r) and r.get("dispatched") and r.get("opened")


def filed(r):
    return r["part"] == "case" and r.get("filed")


def rated(r):
    return r["part"] != "case" and r.get("verdict") and r.get("rated")


def replied(r):
    return r["part"] != "case" and r.get("replied")


def answered_first(r):
    return r["part"] == "case" and r.get("hours") is not None and r.get("replied")


def covered(r):
    k = kept(r, "handled")
    return k if isinstance(k, str) else int(bool(r.get("verdict")))


def solved(r):
    return {"yes": 1, "partly": 0.5}.get(r["verdict"], 0)


def undoubted(judge):
    return lambda r: "doubtful" if r.get("doubtful") else judge(r)


def satisfied(r):
    return int(r["satisfaction"] >= 3) if r.get("satisfaction") else "unrated"


def handed_on(r):
    return leg(r) and r.get("first") and r.get("hops") and r.get("replied")


def response(r):
    if r.get("handled") == "ended":
        return r.get("excluded") or 0
    return kept(r, "contacted") if r.get("contacted") else "no_contact_limit"


# Each: which rows it speaks of; what a row adds, or the reason why it is left out; the name under which an appeal leaves a row out.
DEFINITIONS = {
    "received@1": (filed, lambda r: 1, ""),
    "answered@1": (filed, lambda r: int(r.get("way") == "answered"), ""),
    "dispatched@1": (sent, lambda r: 1, ""),
    "sign_on_time@2": (lambda r: leg(r) and r.get("signed") and r.get("opened"), lambda r: kept(r, "signed"), "sign"),
    "response@2": (due, response, "contact"),
    "on_time@2": (due, lambda r: kept(r, "handled"), "handle"),
    "on_time_original@2": (due, lambda r: kept(r, "original"), "handle"),
    "promise@1": (lambda r: r["part"] == "case" and r.get("due"), lambda r: kept(r, "handled"), ""),
    "solved@2": (rated, solved, "solved"),
    "solved@3": (rated, undoubted(solved), "solved"),
    "satisfied@2": (rated, satisfied, "satisfied"),
    "satisfied@3": (rated, undoubted(satisfied), "satisfied"),
    "satisfied_first@1": (lambda r: rated(r) and r.get("first"), satisfied, "satisfied"),
    "satisfied_final@1": (lambda r: rated(r) and not r.get("sent_back"), satisfied, "satisfied"),
    "satisfied_first@2": (lambda r: rated(r) and r.get("first"), undoubted(satisfied), "satisfied"),
    "satisfied_final@2": (lambda r: rated(r) and not r.get("sent_back"), undoubted(satisfied), "satisfied"),
    "doubtful@1": (rated, lambda r: int(bool(r.get("doubtful"))), ""),
    "coverage@1": (due, covered, ""),
    "redo@1": (replied, lambda r: int(bool(r.get("sent_back"))), ""),
    "not_reached@1": (replied, lambda r: int(bool(r.get("not_reached"))), ""),
    "hops_one@1": (handed_on, lambda r: int(r["hops"] == 1), ""),
    "hops_two@1": (handed_on, lambda r: int(r["hops"] == 2), ""),
    "hops_more@1": (handed_on, lambda r: int(r["hops"] >= 3), ""),
    "flagged@1": (lambda r: leg(r) and r.get("replied"), lambda r: int(bool(r.get("flags"))), ""),
    "return@1": (sent, lambda r: int(bool(r.get("returned"))), ""),
    "dispatch_accuracy@1": (sent, lambda r: int(r.get("returned") != "granted"), ""),
    "extension@1": (due, lambda r: (r.get("excluded") or 0) if r.get("handled") == "ended" else int(r.get("extensions", 0) > 0), ""),
    "hours_median@1": (answered_first, lambda r: 1, ""),
    "hours_p90@1": (answered_first, lambda r: 1, ""),
}
QUANTILES = {"hours_median@1": 50, "hours_p90@1": 90}


def waived(r, figure):
    for name in r.get("waived", "").split(","):
        if name and name == figure:
            return "appealed"
        if name == "unreasonable" and figure in ("solved", "satisfied"):
            return "unreasonable"
    return ""


def figure(definition, measure, rows, part):
    """Counts one figure; None in place of the numbers where too few rows stand behind it."""
    speaks, judge, appeal = DEFINITIONS[definition]
    numerator, denominator, out, hours = 0, 0, Counter(), Counter()
    for r, n in rows:
        if not speaks(r):
            continue
        j = (waived(r, appeal) if appeal else "") or judge(r)
        if isinstance(j, str):
            out[j] += n
            continue
        denominator += n
        numerator += j * n
        if definition in QUANTILES:
            hours[r["hours"]] += n
    if definition in QUANTILES:
        rank, numerator = (denominator * QUANTILES[definition] + 99) // 100, 0
        for value in sorted(hours):
            rank -= hours[value]
            if rank <= 0:
                numerator = value
                break
    if part and measure != "count" and 0 < denominator < LEAST:
        return None, None, {}
    return numerator, denominator, {k: v for k, v in out.items() if v}


class Count:
    """Compares published figures with those counted from rows."""

    def __init__(self):
        self.same, self.different = Counter(), []

    def line(self, where, figures, rows, part):
        for f in figures:
            name = f["definition"]
            if name not in DEFINITIONS:
                self.different.append("%s: no definition %s is known here" % (where, name))
                continue
            want = figure(name, f["measure"], rows, part)
            got = f["numerator"], f["denominator"], {k: v for k, v in f["excluded"].items() if v}
            if got != want:
                self.different.append("%s, %s: published %s, counted %s" % (where, name, got, want))
            else:
                self.same[where.split(" ")[0]] += 1


def chain(unit, parents):
    seen = []
    while unit and len(seen) < 10:
        seen.append(unit)
        unit = parents.get(unit, "")
    return seen


class Table:
    """The rows of a month, as the log has them, sorted to the lines of a report."""

    def __init__(self, rows, house):
        parents = {u["code"]: u.get("parent", "") for u in house if u.get("parent", "") != "hotline"}
        self.city, self.units, self.districts = rows, defaultdict(list), defaultdict(list)
        for r, n in rows:
            for u in chain(r["unit"], parents):
                self.units[u].append((r, n))
            if r.get("district"):
                self.districts[r["district"]].append((r, n))


def checkpoint(site):
    """Gives name, size and root of the checkpoint, and whether the log's key signed it."""
    called, number, public = site.raw("/log/key").decode().split("\n")[0].split("+", 2)
    public = base64.b64decode(public, validate=True)
    text, _, lines = site.raw("/log/checkpoint").decode().partition("\n\n")
    name, size, root = text.split("\n")[:3]
    if not size.isascii() or not size.isdigit() or str(int(size)) != size or len(base64.b64decode(root, validate=True)) != 32:
        raise Unreadable("the checkpoint has no size or no root")
    if called != name or hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] != number or public[:1] != b"\x01":
        raise Unreadable("the log's key is none of the log %s" % name)
    for one in lines.split("\n"):
        if one.startswith("\u2014 " + name + " "):
            raw = base64.b64decode(one.split(" ")[2], validate=True)
            if raw[:4].hex() == number:
                return name, int(size), root, signed(public[1:], (text + "\n").encode(), raw[4:])
    return name, int(size), root, False


def main(url):
    """Refuses in one sentence what cannot be read."""
    try:
        return recount(url)
    except Unreadable as e:
        print("CANNOT BE READ:", e)
    except (OSError, binascii.Error, KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as e:
        print("CANNOT BE READ: the installation answers otherwise than the log's forms say (%s: %s)" % (type(e).__name__, str(e)[:200]))
    return 1


def recount(url):
    site, count, wrong = Site(url), Count(), []
    name, size, root, good = checkpoint(site)
    if not good:
        wrong.append("the checkpoint is not signed by the log's key")
    rows, closings, tally, days = defaultdict(list), [], defaultdict(Counter), []
    for raw in site.entries(size):
        if not raw.startswith(b'{"v":1,"t":"'):
            raise Unreadable("an entry of the log is spelt otherwise than all others")
        if b'"t":"row"' not in raw and b'"t":"month"' not in raw and b'"t":"change"' not in raw and b'"t":"day"' not in raw:
            continue
        e = json.loads(raw)
        body = e.get("body")
        if e["t"] == "row":
            rows[body["m"], body["rev"]].append((body, 1))
        elif e["t"] == "month":
            closings.append(body)
        elif e["t"] == "change":
            for r in body["rows"]:
                n = r.pop("n")
                tally[body["m"]][json.dumps({**r, "unit": body["unit"], "district": body.get("district", "")}, sort_keys=True)] += n
        elif e["t"] == "day":
            days.append((body, [(json.loads(k), n) for k, n in tally[body["m"]].items() if n]))
    if base64.b64encode(site.root).decode() != root:
        wrong.append("the %s entries do not give the root of the checkpoint" % size)
    newest = {}

    def report(path, digest, made_of, kind):
        published = site.raw(path)
        if hashlib.sha256(published).hexdigest() != digest:
            wrong.append("%s is not what the log promises" % path)
        doc = json.loads(published)
        table = Table(made_of, doc["house"])
        count.line(kind + " city", doc["city"]["figures"], table.city, False)
        for part, of in (("units", table.units), ("districts", table.districts)):
            if sorted(of) != [one["code"] for one in doc[part]]:
                wrong.append("%s lists other %s than its rows" % (path, part))
            for one in doc[part]:
                count.line("%s %s %s" % (kind, path, one["code"]), one["figures"], of.get(one["code"], []), True)
        received = sum(n for r, n in made_of if filed(r))
        if doc["identity"]["received"] != received or doc["identity"]["sum"] != received:
            wrong.append("%s: the double entry does not hold" % path)
        newest[doc["month"]] = table

    for d, made_of in days:
        if any(n < 0 for _, n in made_of):
            wrong.append("%s takes away rows that were never told" % d["day"])
        report("/days/%s/%s.json" % (d["m"], d["day"]), d["report"], made_of, "days")
    for c in closings:
        made_of = rows[c["m"], c["rev"]]
        if len(made_of) != c["rows"]:
            wrong.append("%s was closed over %d rows, the log has %d" % (c["m"], c["rows"], len(made_of)))
        report("/reports/%s.json?revision=%d" % (c["m"], c["rev"]), c["report"], made_of, "months")
    for month, table in sorted(newest.items()):
        pages(site, count, month, table)
    for one in wrong + count.different:
        print("DIFFERENT:", one)
    print("%s entries of %s; %s; %d differences" % (size, name, ", ".join("%s: %d figures the same" % k for k in sorted(count.same.items())), len(wrong) + len(count.different)))
    return 1 if wrong or count.different else 0


def pages(site, count, month, table):
    """Holds what the pages call proven against the rows of the month."""
    at = "?month=" + month
    board = site.json("/board.json" + at)
    count.line("board", board["proven"]["figures"].values(), table.city, False)
    units, districts = site.json("/departments.json" + at), site.json("/districts.json" + at)
    for kind, path, page, of in (("departments", "/departments/", units.get("units") or [], table.units), ("districts", "/districts/", districts.get("districts") or [], table.districts)):
        for one in page:
            count.line("%s list %s" % (kind, one["code"]), one.get("proven", {}).values(), of.get(one["code"], []), True)
            if one.get("proven"):
                own = site.json(path + one["code"] + ".json" + at)
                count.line("%s page %s" % (kind, one["code"]), own["proven"]["figures"].values(), of.get(one["code"], []), True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
