// <div class="hy-scroll">: a table wider than its place moves sideways. Where that is so a line above it says it; the words are on <main data-sideways>.
export function tellSideways(): void {
  const main = document.querySelector<HTMLElement>("main[data-sideways]");
  if (!main || typeof ResizeObserver !== "function") return;
  const watch = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const box = entry.target as HTMLElement;
      const above = box.previousElementSibling;
      const told = above && above.classList.contains("hy-sideways") ? above : null;
      const wide = box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 8;
      if (!wide && told) told.remove();
      if (!wide || told) continue;
      const line = document.createElement("p");
      line.className = "hy-sideways hy-noprint";
      line.setAttribute("aria-hidden", "true");
      line.textContent = main.dataset.sideways || "";
      box.before(line);
    }
  });
  main.querySelectorAll("div.hy-scroll").forEach((box) => watch.observe(box));
}
