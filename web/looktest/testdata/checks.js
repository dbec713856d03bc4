// Complains of what a reader would: called with the least sizes, in CSS pixels, that hold for the page.
(function (least) {
  const complaints = [];
  const seen = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (el) => {
    const cls = typeof el.className === "string" && el.className ? "." + el.className.trim().split(/\s+/).join(".") : "";
    return el.tagName.toLowerCase() + (el.id ? "#" + el.id : "") + cls + " '" + (el.textContent || el.value || "").trim().slice(0, 24) + "'";
  };
  const round = (n) => Math.round(n * 10) / 10;

  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const beyond = Array.from(document.querySelectorAll("body *")).filter((el) => el.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5);
    const culprit = (beyond.some(seen) ? beyond.filter(seen) : beyond).slice(-2).map(name);
    complaints.push("overflows by " + wide + " px: " + culprit.join(" | "));
  }
  const h1 = Array.from(document.querySelectorAll("h1")).filter(seen).length;
  if (h1 !== 1) complaints.push(h1 + " h1");

  for (const svg of document.querySelectorAll("svg[role=img]")) {
    const table = Array.from(document.querySelectorAll("main table")).some((t) => svg.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!table) complaints.push("a drawing without a table after it: " + svg.getAttribute("aria-label"));
  }

  const targets = "button, a[role=button], .govuk-button, nav a, input:not([type=hidden]), select, textarea, summary, .hy-callbar a";
  for (const el of document.querySelectorAll(targets)) {
    let box = el.getBoundingClientRect();
    if (!seen(el) || box.width <= 1 || box.height <= 1 || el.closest('[aria-hidden="true"]')) continue;
    let width = box.width, height = box.height;
    if (el.type === "radio" || el.type === "checkbox") {
      const label = el.labels && el.labels[0];
      if (label) {
        const other = label.getBoundingClientRect();
        width = Math.max(width, other.width);
        height = Math.max(height, other.height);
      }
    }
    if (height < least.target - 0.5 || width < least.target - 0.5) complaints.push("target " + round(width) + "x" + round(height) + ": " + name(el));
  }

  const small = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, el = node.parentElement;
    if (!node.data.trim() || el.closest("svg, script, kbd, .govuk-visually-hidden, option, noscript") || !seen(el)) continue;
    const size = parseFloat(getComputedStyle(el).fontSize);
    if (size < least.type - 0.1) small.set(name(el), size);
  }
  for (const [what, size] of Array.from(small).slice(0, 6)) complaints.push("type of " + round(size) + " px: " + what);

  for (const cell of document.querySelectorAll("th, td, dt, dd, .hy-tag, .govuk-button")) {
    const text = cell.innerText.trim(), box = cell.getBoundingClientRect(), style = getComputedStyle(cell);
    const size = parseFloat(style.fontSize), inner = box.width - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const head = cell.closest("thead"); // one pixel wide where rows are cards: only heard
    if (text.length < 2 || !seen(cell) || box.width <= 1 || head && head.getBoundingClientRect().width <= 1 || inner > 2.1 * size) continue;
    const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
      if (words.currentNode.parentElement.closest(".govuk-visually-hidden")) continue;
      const range = document.createRange();
      range.selectNodeContents(words.currentNode);
      const lines = new Set(Array.from(range.getClientRects()).map((r) => Math.round(r.top))).size;
      if (lines > 1) complaints.push("broken into single characters: " + name(cell));
    }
  }
  return complaints;
})
