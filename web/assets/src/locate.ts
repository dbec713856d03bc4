// <div data-locate data-busy data-done data-failed hidden><button type="button">…<p role="status">: asks for the position only when pressed, and puts it
// into the fields lat and lon of its form. Nothing is sent before the form is.
export function locateButtons(): void {
  if (!navigator.geolocation || !window.isSecureContext) return;
  document.querySelectorAll<HTMLElement>("[data-locate]").forEach((box) => {
    const button = box.querySelector("button");
    const status = box.querySelector("[role=status]");
    const form = box.closest("form");
    const lat = form?.querySelector<HTMLInputElement>("[name=lat]");
    const lon = form?.querySelector<HTMLInputElement>("[name=lon]");
    if (!button || !status || !lat || !lon) return;
    box.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      status.textContent = box.dataset.busy || "";
      navigator.geolocation.getCurrentPosition(
        (at) => {
          lat.value = at.coords.latitude.toFixed(4);
          lon.value = at.coords.longitude.toFixed(4);
          button.disabled = false;
          status.textContent = box.dataset.done || "";
        },
        () => {
          button.disabled = false;
          status.textContent = box.dataset.failed || "";
        },
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
      );
    });
  });
}
