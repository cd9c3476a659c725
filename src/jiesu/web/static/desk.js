/* The desk by keyboard, and ticking rows. Keys are declared on the elements themselves:
   data-key="a" presses the element, data-go="q" is reached with g q. The help lists what is there. */
(() => {
  "use strict";

  const shown = (element) => element.getClientRects().length > 0;

  function typing(target) {
    return target instanceof HTMLElement
      && (target.isContentEditable || target.closest("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit])") !== null);
  }

  /* ---- rows ---- */

  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")].filter(shown);

  function goTo(row) {
    for (const other of document.querySelectorAll("[data-row].is-at")) {
      other.classList.remove("is-at");
      other.removeAttribute("aria-current");
    }
    row.classList.add("is-at");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
    // A real focus, so that a screen reader says the row and Tab goes on from it.
    const link = row.querySelector("a[href]");
    (link || row).focus({ preventScroll: true });
  }

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.classList.contains("is-at"));
    goTo(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  const current = () => document.querySelector("[data-row].is-at");

  function open(row) {
    const link = row.dataset.href || row.querySelector("a[href]")?.href;
    if (link) location.assign(link);
  }

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-row][data-href]");
    if (!row || event.defaultPrevented || event.target.closest("a, button, input, label, summary")) return;
    // Marking text in a row is not a wish to leave.
    if (String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener"); else open(row);
  });

  /* ---- a choice instead of what was typed ---- */

  document.addEventListener("change", (event) => {
    for (const id of event.target.dataset?.clears?.split(" ") ?? []) document.getElementById(id).value = "";
  });

  /* ---- ticking ---- */

  const boxes = () => [...document.querySelectorAll("[data-check]")];

  function tally() {
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    for (const bar of document.querySelectorAll("[data-bulk]")) {
      bar.hidden = ticked === 0;
      const place = bar.querySelector("[data-bulk-count]");
      if (place) place.textContent = place.dataset.word.replace("{n}", String(ticked));
    }
    for (const head of document.querySelectorAll("[data-check-all]")) {
      head.checked = all.length > 0 && ticked === all.length;
      head.indeterminate = ticked > 0 && ticked < all.length;
    }
  }

  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-check]");
    if (box) {
      if (event.shiftKey && last) {
        const all = boxes();
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        if (from >= 0) for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
    }
    if (event.target.closest?.("[data-check-none]")) for (const one of boxes()) one.checked = false;
    if (box || event.target.closest?.("[data-check-none]")) tally();
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-check-all]")) return;
    for (const box of boxes()) box.checked = event.target.checked;
    tally();
  });
  document.addEventListener("htmx:after:settle", tally);

  /* ---- a previewed notice: its free parts and the fields of the form are the same words ---- */

  document.addEventListener("input", (event) => {
    const place = event.target.form?.querySelector("[data-preview-place]");
    if (!place) return;
    const id = event.target.dataset.mirror || event.target.id;
    const mirrors = [...place.querySelectorAll("[data-mirror]")].filter((one) => one.dataset.mirror === id);
    for (const one of [...mirrors, document.getElementById(id)]) {
      if (one && one.value !== event.target.value) one.value = event.target.value;
    }
    if (!mirrors.length && place.childElementCount) place.dataset.stale = "1";
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const place of document.querySelectorAll("[data-preview-place]")) delete place.dataset.stale;
  });

  /* ---- keys ---- */

  let going = 0; // until when a letter after g counts

  function press(name, key) {
    const scope = document.querySelector("dialog[open]") || document;
    const element = [...scope.querySelectorAll(`[data-${name}]`)].find((one) => one.dataset[name] === key && shown(one) && !one.disabled);
    if (!element) return false;
    if (element.matches("input:not([type=submit]):not([type=button]):not([type=checkbox]), select, textarea")) element.focus(); else element.click();
    return true;
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    x: () => { const box = current()?.querySelector("[data-check]"); if (box) { box.click(); } },
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => help(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); } else if (typing(event.target)) event.target.blur();
      return;
    }
    if (typing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (going > Date.now()) {
      going = 0;
      if (press("go", key)) { event.preventDefault(); return; }
    }
    if (document.querySelector("dialog[open]")) {
      if (press("key", key)) event.preventDefault();
      return;
    }
    // A link that is called a button is pressed like one.
    if (key === " " && event.target.matches("a[role=button]")) { event.preventDefault(); event.target.click(); return; }
    if (key === "g") { going = Date.now() + 1500; return; }
    if (key === "Enter" && current() && !event.target.closest("a, button, summary")) { open(current()); return; }
    // The page's own buttons go before the common keys.
    if (press("key", key)) { event.preventDefault(); return; }
    if (KEYS[key]) { event.preventDefault(); KEYS[key](); }
  });

  /* ---- help: what this page offers, read from the page ---- */

  function line(keys, text) {
    const row = document.createElement("div");
    row.dataset.found = "1";
    const term = document.createElement("dt");
    for (const key of keys) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    const words = document.createElement("dd");
    words.textContent = text;
    row.append(term, words);
    return row;
  }

  function label(element) {
    if (element.dataset.keyLabel) return element.dataset.keyLabel;
    const copy = element.cloneNode(true);
    for (const part of copy.querySelectorAll("kbd, svg, .tab-count, .nav-count, .badge")) part.remove();
    return copy.textContent.trim();
  }

  // Browsers of the offices are not the newest: no `toggle` event, so both ways in fill the list.
  function fill() {
    const list = document.querySelector("[data-shortcut-list]");
    if (!list) return;
    for (const old of list.querySelectorAll("[data-found]")) old.remove();
    for (const link of document.querySelectorAll("[data-go]")) list.append(line(["g", link.dataset.go], link.dataset.goLabel || label(link)));
    for (const element of document.querySelectorAll("[data-key]")) {
      if (shown(element)) list.append(line([element.dataset.key], label(element)));
    }
  }

  function help() {
    const dialog = document.getElementById("shortcuts");
    if (!dialog || dialog.open) return;
    fill();
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[data-dialog="shortcuts"]')) fill();
  });
})();
