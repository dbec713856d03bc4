// <details class="hy-fold" open>: the sections of a long page. On a narrow screen they are closed to a list of headings, so that whoever looks for one
// need not pass all others; what the address leads to is opened, and paper has all of it.
const narrow = "(max-width: 40.0525em)";

function openTo(hash: string): void {
  const aim = hash.length > 1 ? document.getElementById(hash.slice(1)) : null;
  const fold = aim ? aim.closest<HTMLDetailsElement>("details.hy-fold") : null;
  if (!fold || fold.open) return;
  fold.open = true;
  if (aim) aim.scrollIntoView();
}

export function foldSections(): void {
  const folds = document.querySelectorAll<HTMLDetailsElement>("details.hy-fold");
  if (folds.length === 0 || typeof matchMedia !== "function") return;
  const screen = matchMedia(narrow);
  const all = (open: boolean): void => {
    folds.forEach((fold) => {
      if (!("stay" in fold.dataset)) fold.open = open;
    });
  };
  if (screen.matches) all(false);
  openTo(location.hash);
  // A screen that grows has room for all of it; on one that is turned narrow everything stays where it is being read.
  if (screen.addEventListener)
    screen.addEventListener("change", () => {
      if (!screen.matches) all(true);
    });
  addEventListener("hashchange", () => openTo(location.hash));
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href*='#']");
    if (link && link.pathname === location.pathname) openTo(link.hash);
  });
  let before: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    before = Array.from(folds).filter((fold) => !fold.open);
    all(true);
  });
  addEventListener("afterprint", () => before.forEach((fold) => (fold.open = false)));
}
