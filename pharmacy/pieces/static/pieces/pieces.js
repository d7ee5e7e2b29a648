// What the pages do beyond links and forms. Everything works without this file, only slower.
"use strict";

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

// A slow answer shows that it is coming.
let waiting = 0;
const count = (by) => {
  waiting = Math.max(0, waiting + by);
  document.body.classList.toggle("is-waiting", waiting > 0);
};
document.addEventListener("htmx:beforeRequest", () => count(1));
document.addEventListener("htmx:afterRequest", () => count(-1));
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => document.getElementById("offline")?.removeAttribute("hidden"));
}
const showConnection = () => {
  const note = document.getElementById("offline");
  if (note) note.hidden = navigator.onLine;
};
addEventListener("online", showConnection);
addEventListener("offline", showConnection);

// Menus close when the reader turns elsewhere; toasts and dialogs obey their buttons.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  event.target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});
document.addEventListener("input", (event) => {
  const word = event.target.dataset?.confirmWord;
  if (word) event.target.form.querySelector("[data-confirmed]").disabled = event.target.value.trim() !== word;
});
for (const field of document.querySelectorAll("[data-confirm-word]")) {
  field.form.querySelector("[data-confirmed]").disabled = field.value.trim() !== field.dataset.confirmWord;
}
const fade = () => {
  for (const toast of document.querySelectorAll(".toast[data-seconds]:not([data-timed])")) {
    toast.dataset.timed = "";
    setTimeout(() => toast.remove(), Number(toast.dataset.seconds) * 1000);
  }
};
document.addEventListener("htmx:afterSettle", fade);
fade();

// Keys and scanners. A scanner types faster than a hand: a key waits 40 ms, and when another
// follows within that time both belong to a code, which ends with Enter in the scan field.
let typed = "";
let pending = 0;
const isVisible = (element) => element.getClientRects().length > 0;
const press = (key) => {
  typed = "";
  if (key === "?") return document.querySelector("dialog[data-keys]")?.showModal();
  const target = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key.toLowerCase() === key.toLowerCase() && isVisible(element),
  );
  if (!target || target.disabled) return;
  if (target.matches("input, select, textarea")) target.focus();
  if (target.matches("input[type=checkbox]") || !target.matches("input, select, textarea")) target.click();
};
const step = (by) => {
  const rows = [...document.querySelectorAll(".queue a")];
  const here = Math.max(rows.indexOf(document.activeElement), rows.findIndex((row) => row.hasAttribute("aria-current")));
  rows[Math.min(rows.length - 1, Math.max(0, here + by))]?.focus();
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && document.querySelector(".queue")) {
    event.preventDefault();
    return step(event.key === "ArrowDown" ? 1 : -1);
  }
  const field = document.querySelector("[data-scan]");
  if (event.key === "Enter" && typed.length > 3 && field) {
    event.preventDefault();
    clearTimeout(pending);
    field.value = typed;
    typed = "";
    return field.form.requestSubmit();
  }
  if (event.key.length !== 1) return;
  typed += event.key;
  clearTimeout(pending);
  const isAlone = typed.length === 1;
  pending = setTimeout(() => (isAlone ? press(event.key) : (typed = "")), isAlone ? 40 : 120);
});
