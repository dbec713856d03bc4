// <div data-expires="10">: an offer that ends, such as undoing a step, leaves the page after so many seconds. The server keeps the time itself.
export function expireOffers(): void {
  document.querySelectorAll<HTMLElement>("[data-expires]").forEach((offer) => {
    setTimeout(() => (offer.hidden = true), 1000 * Number(offer.dataset.expires));
  });
}
