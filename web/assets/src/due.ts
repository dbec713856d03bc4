// Promises drawn by DueBadge carry their moments (data-due, data-start in milliseconds): every 30 seconds their words and tones are told anew, in the
// words of the [data-due-texts] on the page and by the service's clock, not the machine's. Due.Words in web/shell/due.go says the same on the server.
type Texts = { now: number; zone: number; left: string; over: string; today: string; days: string[]; hours: string[]; minutes: string[]; under: string };

export function dueWords(): void {
  const holder = document.querySelector<HTMLElement>("[data-due-texts]");
  if (!holder) return;
  const texts: Texts = JSON.parse(holder.dataset.dueTexts || "{}");
  const ahead = texts.now - Date.now();
  const count = (forms: string[], n: number) => forms[n === 1 ? 0 : 1].replace("{n}", String(n));
  const span = (ms: number) => {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const d = Math.floor(minutes / 1440), h = Math.floor(minutes / 60) % 24, m = minutes % 60;
    if (d >= 3 || (d > 0 && h === 0)) return count(texts.days, d);
    if (d > 0) return count(texts.days, d) + " " + count(texts.hours, h);
    if (h > 0 && m > 0) return count(texts.hours, h) + " " + count(texts.minutes, m);
    if (h > 0) return count(texts.hours, h);
    return m > 0 ? count(texts.minutes, m) : texts.under;
  };
  const day = (ms: number) => Math.floor((ms + texts.zone * 1000) / 86400000);
  const draw = (badge: HTMLElement) => {
    const now = Date.now() + ahead, at = Number(badge.dataset.due), start = Number(badge.dataset.start), left = at - now;
    const tone = left < 0 ? "bad" : left <= (at - start) / 4 ? "warn" : "good";
    let words = texts.left.replace("{span}", span(left));
    if (left < 0) words = texts.over.replace("{span}", span(left));
    else if (left > 4 * 3600000 && day(now) === day(at - 1)) words = texts.today.replace("{clock}", badge.dataset.clock || "");
    const time = badge.querySelector("time");
    if (time && time.textContent !== words) time.textContent = words;
    if (badge.classList.contains("hy-tag--" + tone)) return;
    badge.classList.remove("hy-tag--good", "hy-tag--warn", "hy-tag--bad");
    badge.classList.add("hy-tag--" + tone);
    const icon = holder.querySelector(`[data-tone="${tone}"] svg`);
    if (icon) badge.querySelector("svg")?.replaceWith(icon.cloneNode(true));
  };
  const all = () => document.querySelectorAll<HTMLElement>("[data-due]").forEach(draw);
  window.setInterval(all, 30000);
  document.addEventListener("visibilitychange", () => document.hidden || all());
  document.addEventListener("due", all);
}
