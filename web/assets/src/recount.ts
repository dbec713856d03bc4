// Counts the figures of a month under way again, in the reader's own browser, from the rows in the public log: the definitions of the board, written a second time.
type Told = { part: string; way?: string; filed?: boolean; opened?: boolean; due?: boolean; replied?: boolean; rated?: boolean; dispatched?: boolean; signed?: string; contacted?: string; handled?: string;
  original?: string; verdict?: string; satisfaction?: number; sent_back?: boolean; returned?: string; extensions?: number; excluded?: string; waived?: string; not_reached?: boolean;
  first?: boolean; hops?: number; flags?: string; doubtful?: boolean; n: number };
type Change = { m: string; day: string; unit: string; district?: string; rows: Told[] };
type Figure = { definition: string; numerator: number | null; denominator: number | null; excluded: Record<string, number>; suppressed?: boolean };
type Line = { code: string; figures: Figure[] };
export type Day = { month: string; day: string; city: Line; units: Line[]; districts: Line[]; house: { code: string; parent?: string }[] };

// A judgement is what a row adds to the numerator, or the reason why it is left out.
type Judged = number | string;
const kept = (r: Told, outcome = ""): Judged => (outcome === "in_time" ? 1 : outcome === "running" ? "running" : outcome === "ended" && r.excluded ? r.excluded : 0);
const leg = (r: Told) => r.part === "leg", due = (r: Told) => leg(r) && !!r.due, sent = (r: Told) => leg(r) && !!r.dispatched && !!r.opened, rated = (r: Told) => r.part !== "case" && !!r.verdict && !!r.rated,
  handedOn = (r: Told) => leg(r) && !!r.first && !!r.hops && !!r.replied;
const satisfied = (r: Told): Judged => (r.satisfaction ? Number(r.satisfaction >= 3) : "unrated");
const solved = (r: Told): Judged => (r.verdict === "yes" ? 1 : r.verdict === "partly" ? 0.5 : 0);
const undoubted = (judge: (r: Told) => Judged) => (r: Told): Judged => (r.doubtful ? "doubtful" : judge(r));

// Each: which rows it speaks of, how it judges one, the name under which appeals leave a row out, and whether it is a count.
const definitions: Record<string, { of: (r: Told) => boolean; judge: (r: Told) => Judged; appeal?: string; count?: boolean }> = {
  "received@1": { of: (r) => r.part === "case" && !!r.filed, judge: () => 1, count: true },
  "answered@1": { of: (r) => r.part === "case" && !!r.filed, judge: (r) => Number(r.way === "answered") },
  "dispatched@1": { of: sent, judge: () => 1, count: true },
  "sign_on_time@2": { of: (r) => leg(r) && !!r.signed && !!r.opened, judge: (r) => kept(r, r.signed), appeal: "sign" },
  "response@2": { of: due, judge: (r) => (r.handled === "ended" ? r.excluded || 0 : !r.contacted ? "no_contact_limit" : kept(r, r.contacted)), appeal: "contact" },
  "on_time@2": { of: due, judge: (r) => kept(r, r.handled), appeal: "handle" },
  "on_time_original@2": { of: due, judge: (r) => kept(r, r.original), appeal: "handle" },
  "promise@1": { of: (r) => r.part === "case" && !!r.due, judge: (r) => kept(r, r.handled) },
  "solved@2": { of: rated, judge: solved, appeal: "solved" },
  "solved@3": { of: rated, judge: undoubted(solved), appeal: "solved" },
  "satisfied@3": { of: rated, judge: undoubted(satisfied), appeal: "satisfied" },
  "satisfied_first@2": { of: (r) => rated(r) && !!r.first, judge: undoubted(satisfied), appeal: "satisfied" },
  "satisfied_final@2": { of: (r) => rated(r) && !r.sent_back, judge: undoubted(satisfied), appeal: "satisfied" },
  "doubtful@1": { of: rated, judge: (r) => Number(!!r.doubtful) },
  "satisfied@2": { of: rated, judge: satisfied, appeal: "satisfied" },
  "satisfied_first@1": { of: (r) => rated(r) && !!r.first, judge: satisfied, appeal: "satisfied" },
  "satisfied_final@1": { of: (r) => rated(r) && !r.sent_back, judge: satisfied, appeal: "satisfied" },
  "coverage@1": { of: due, judge: (r) => (typeof kept(r, r.handled) === "string" ? kept(r, r.handled) : Number(!!r.verdict)) },
  "redo@1": { of: (r) => r.part !== "case" && !!r.replied, judge: (r) => Number(!!r.sent_back) },
  "not_reached@1": { of: (r) => r.part !== "case" && !!r.replied, judge: (r) => Number(!!r.not_reached) },
  "hops_one@1": { of: handedOn, judge: (r) => Number(r.hops === 1) },
  "hops_two@1": { of: handedOn, judge: (r) => Number(r.hops === 2) },
  "hops_more@1": { of: handedOn, judge: (r) => Number((r.hops || 0) >= 3) },
  "flagged@1": { of: (r) => leg(r) && !!r.replied, judge: (r) => Number(!!r.flags) },
  "return@1": { of: sent, judge: (r) => Number(!!r.returned) },
  "dispatch_accuracy@1": { of: sent, judge: (r) => Number(r.returned !== "granted") },
  "extension@1": { of: due, judge: (r) => (r.handled === "ended" ? r.excluded || 0 : Number((r.extensions || 0) > 0)) },
};

const least = 5; // a share of fewer rows is not shown

function waived(r: Told, figure = ""): string {
  for (const name of (r.waived || "").split(",")) {
    if (name && name === figure) return "appealed";
    if (name === "unreasonable" && (figure === "solved" || figure === "satisfied")) return "unreasonable";
  }
  return "";
}

// same tells whether a published figure is what the rows give.
function same(f: Figure, rows: Told[], part: boolean): boolean {
  const d = definitions[f.definition];
  if (!d) return false;
  let num = 0, den = 0;
  const out: Record<string, number> = {};
  for (const r of rows) {
    if (!d.of(r)) continue;
    const j: Judged = (d.appeal && waived(r, d.appeal)) || d.judge(r);
    if (typeof j === "string") out[j] = (out[j] || 0) + r.n;
    else (num += j * r.n), (den += r.n);
  }
  if (part && !d.count && den > 0 && den < least) return !!f.suppressed && f.numerator === null;
  const published = Object.entries(f.excluded).filter(([, n]) => n !== 0);
  return f.numerator === num && f.denominator === den && published.every(([k, n]) => (out[k] || 0) === n) && Object.entries(out).every(([k, n]) => (f.excluded[k] || 0) === n);
}

// recount compares every figure of a day with what all changes until then give; n is how many fit.
export function recount(day: Day, changes: Change[]): { n: number; good: boolean } {
  const tally = new Map<string, Told & { unit: string; district: string }>();
  for (const c of changes.filter((c) => c.m === day.month && c.day <= day.day)) {
    for (const { n, ...r } of c.rows) {
      const key = c.unit + " " + (c.district || "") + " " + JSON.stringify(r), had = tally.get(key);
      if (had) had.n += n;
      else tally.set(key, { ...r, n, unit: c.unit, district: c.district || "" });
    }
  }
  const all = [...tally.values()].filter((r) => r.n !== 0);
  const above = new Map(day.house.map((u) => [u.code, u.parent === "hotline" ? "" : u.parent || ""]));
  const within = (unit: string, of: string): boolean => {
    for (let at = unit, steps = 0; at && steps < 10; at = above.get(at) || "", steps++) if (at === of) return true;
    return false;
  };
  let n = 0, good = all.every((r) => r.n > 0);
  const line = (l: Line, rows: Told[], part: boolean) => l.figures.forEach((f) => (same(f, rows, part) ? n++ : (good = false)));
  line(day.city, all, false);
  day.units.forEach((l) => line(l, all.filter((r) => within(r.unit, l.code)), true));
  day.districts.forEach((l) => line(l, all.filter((r) => r.district === l.code), true));
  return { n, good };
}
