// The error summary takes the focus when the page opens, and its links move it to the field. Staff, who know their forms, are led to the
// one field that is wrong at once; the summary is announced all the same.
export function focusErrors(): void {
  const summary = document.querySelector<HTMLElement>("[data-focus]");
  if (!summary) return;
  const links = summary.querySelectorAll<HTMLAnchorElement>("a[href^='#']");
  const only = links.length === 1 && document.documentElement.classList.contains("hy-staff") ? document.getElementById((links[0].getAttribute("href") || "").slice(1)) : null;
  const closed = only && only.closest<HTMLDetailsElement>("details:not([open])");
  if (closed) closed.open = true;
  (only || summary).focus();
  summary.addEventListener("click", (event) => {
    const link = (event.target as HTMLElement).closest("a");
    const hash = link ? link.getAttribute("href") : null;
    if (!hash || hash.charAt(0) !== "#") return;
    const field = document.getElementById(hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest(".govuk-form-group") || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

// A form that is on its way cannot be sent a second time by an impatient finger; the server's idempotency key guards the rest.
export function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target as HTMLFormElement;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));
}
