// <button data-copy="#code" data-copied="words" hidden>: shown only where copying works; the words change once it is done.
export function copyButtons(): void {
  if (!navigator.clipboard) return;
  document.querySelectorAll<HTMLElement>("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      const source = document.querySelector(button.dataset.copy || "");
      if (!source) return;
      await navigator.clipboard.writeText((source.textContent || "").trim());
      button.textContent = button.dataset.copied || button.textContent;
      button.setAttribute("role", "status");
    });
  });
}
