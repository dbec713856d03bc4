// Works for the form while its reader fills it in, where the city asks for it (data-work bits, data-challenge): a number that, behind the challenge, gives a
// SHA-256 with so many zero bits in front. web/resident/work.go checks it. Without it the form is sent all the same.
const field = document.querySelector<HTMLInputElement>("input[data-challenge]");

async function work(field: HTMLInputElement): Promise<void> {
  const want = Number(field.dataset.work), before = field.dataset.challenge + ":", text = new TextEncoder();
  for (let n = 0; ; n++) {
    const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(before + n)));
    let zero = 0;
    for (const b of sum) {
      zero += Math.clz32(b) - 24;
      if (b) break;
    }
    if (zero >= want) {
      field.value = String(n);
      return;
    }
  }
}

if (field && window.crypto?.subtle) void work(field);
