// Beside pieces.js: one key for the ten checks, focus where the hand goes next, scans that land here.
"use strict";

// A page with a scan field of its own takes the scans; the one in the bar waits for other pages.
const here = () => document.querySelector("[data-scan-here]");
const bar = document.getElementById("scan");
const claim = () => {
  const field = here();
  if (!field || !bar) return;
  field.dataset.scan = "";
  bar.removeAttribute("data-scan");
};
claim();

document.addEventListener("click", (event) => {
  const all = event.target.closest("[data-tick-all]");
  if (!all) return;
  event.preventDefault();
  for (const box of all.form.querySelectorAll('input[name="checked"]')) box.checked = true;
});

// Opening "decline" or "ask" puts the hand on its first field.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("details.no") || !event.target.open) return;
    for (const other of document.querySelectorAll("details.no[open]")) {
      if (other !== event.target) other.open = false;
    }
    event.target.querySelector("select").focus();
  },
  true,
);
document.querySelector('#decision [aria-invalid="true"]')?.focus();

document.addEventListener("htmx:afterSettle", () => {
  claim();
  const picking = document.getElementById("pick-work");
  if (picking) (picking.dataset.left === "0" ? document.getElementById("finish") : here())?.focus();
});

// A decision is sent once.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  if (event.target.method === "post" && !event.target.hasAttribute("hx-post")) {
    event.target.dataset.sent = "yes";
    setTimeout(() => delete event.target.dataset.sent, 3000);
  }
});

// A tick is no text: with a box under the hand the keys mean what they mean elsewhere.
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.('input[type="checkbox"]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length === 1 && event.key !== " ") {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, bubbles: true }));
  }
});
