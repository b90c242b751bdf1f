// Keys for whoever reads here all day, and what htmx needs beside it. Every page works without this file.
"use strict";

const KEYS_OFF = "monitor.keys.off"; // single keys can be turned off (WCAG 2.2, 2.1.4): speech input types them too
const TYPED_IN = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

const helpDialog = () => document.getElementById("keys");
const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;
const items = () => [...document.querySelectorAll("[data-item]")].filter(each => each.checkVisibility());
const current = () => document.activeElement?.closest("[data-item]") ?? document.querySelector("[data-current]");

const SAID_FOR = 8000; // milliseconds: long enough to be read, and what was recorded is seen on its button

let saying = 0;

function say(text) {
  document.getElementById("said").textContent = text;
  hushLater();
}

function hushLater() {
  clearTimeout(saying);
  saying = setTimeout(() => { document.getElementById("said").textContent = ""; }, SAID_FOR);
}

function goTo(item) {
  if (!item) return;
  document.querySelector("[data-current]")?.removeAttribute("data-current");
  item.setAttribute("data-current", "");
  item.focus({preventScroll: true});
  item.scrollIntoView({block: "nearest"});
}

// The item so many places on; where none is current, the first one that can be seen.
function step(places) {
  const listed = items(), at = listed.indexOf(current());
  if (at < 0) goTo(listed.find(each => each.getBoundingClientRect().bottom > 0) ?? listed[0]);
  else goTo(listed[Math.min(Math.max(at + places, 0), listed.length - 1)]);
}

function open() {
  const item = current(), details = item?.querySelector("details");
  if (details) details.open = !details.open;
  else item?.querySelector("a[href]")?.click();
}

function judge(verdict) {
  current()?.querySelector(`.ballot [data-verdict=${verdict}]`)?.click();
}

// Help for the page that is open: a key that does nothing on it is left out.
function help() {
  for (const row of document.querySelectorAll("[data-needs]")) row.hidden = !document.querySelector(row.dataset.needs);
  helpDialog()?.showModal();
}

function search() {
  const field = [...document.querySelectorAll("input[type=search]")].find(each => each.checkVisibility());
  if (field) field.select();
  else location.assign("/search");
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  o: open,
  u: () => judge("yes"),
  d: () => judge("no"),
  "/": search,
  "?": help,
};

document.addEventListener("keydown", event => {
  if (event.key === "Escape" && event.target.matches("input[type=search]")) event.target.blur();
  const action = ACTIONS[event.key];
  const busy = event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  if (!action || busy || !keysAreOn() || helpDialog()?.open || event.target.matches(TYPED_IN)) return;
  event.preventDefault();
  action();
});

document.addEventListener("focusin", event => {
  const item = event.target.closest("[data-item]");
  if (!item || item.hasAttribute("data-current")) return;
  document.querySelector("[data-current]")?.removeAttribute("data-current");
  item.setAttribute("data-current", "");
});

const opener = document.getElementById("keys-open"), keysSwitch = document.getElementById("keys-on");
if (opener && keysSwitch) {
  opener.hidden = false;
  opener.addEventListener("click", help);
  keysSwitch.checked = keysAreOn();
  keysSwitch.addEventListener("change", () => {
    if (keysSwitch.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "yes");
  });
}

// Where there is room beside the answers, what narrows them stands open.
if (matchMedia("(min-width: 62rem)").matches) document.querySelector("details.narrow")?.setAttribute("open", "");

// What comes back from elsewhere than was asked is the door, or a fault: shown whole, never inside a list.
document.addEventListener("htmx:beforeSwap", event => {
  const {xhr, pathInfo} = event.detail;
  if (new URL(xhr.responseURL).pathname === new URL(pathInfo.requestPath, location.href).pathname) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
});
document.addEventListener("htmx:oobAfterSwap", hushLater);
document.addEventListener("htmx:responseError", event => {
  const old = event.detail.xhr.status === 403;
  say(old ? "Not recorded: this page was open for too long. Load it again." : "Not recorded: it was refused. Load this page again.");
});
document.addEventListener("htmx:sendError", () => say("Not recorded: the monitor does not answer. Is it running?"));
