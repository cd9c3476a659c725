/* What every page needs, desk or portal. No page may carry script of its own (strict CSP), so
   behaviour hangs on data attributes; handlers sit on the document and survive htmx swaps. */
(() => {
  "use strict";

  const word = (name) => document.body.dataset[`word${name}`] || "";

  /* ---- htmx: CSRF header, silent tabs, answers that failed ---- */

  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceEvent } = event.detail.ctx;
    // A tab nobody looks at asks nothing; it asks once when it is looked at again.
    if (sourceEvent?.type === "every" && document.hidden) {
      event.preventDefault();
      return;
    }
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const element of document.querySelectorAll('[hx-trigger*="every"]')) window.htmx?.trigger(element, "every");
  });

  document.addEventListener("htmx:response:error", (event) => {
    const { status, headers } = event.detail.ctx.response;
    // 409 and 422 bring their own page; a toast sent along says more than ours.
    if (status === 409 || status === 422 || headers?.has("HX-Trigger")) return;
    toast("error", status === 401 || status === 403 ? word("Expired") : word("Failed"));
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.error instanceof TypeError && !event.detail.ctx?.response) toast("error", word("Offline"));
  });
  document.addEventListener("htmx:after:settle", () => prepare());

  /* ---- toasts ---- */

  const TOAST_TIME = { error: 0, warning: 12000 };

  function toast(level, text, button) {
    const template = document.getElementById("toast-template");
    const note = template.content.firstElementChild.cloneNode(true);
    note.classList.add(`toast-${level}`);
    note.querySelector("span").textContent = text;
    if (button) note.querySelector("span").after(button);
    document.getElementById("toasts").append(note);
    fade(note, TOAST_TIME[level] ?? 6000);
    return note;
  }

  // Errors stay until closed: whoever looks away must not miss them.
  function fade(note, time) {
    if (time) setTimeout(() => note.remove(), time);
  }

  document.addEventListener("toast", (event) => {
    const { level = "info", text = "", value = "" } = event.detail || {};
    toast(level, text || value);
  });

  /* ---- clicks: dialogs, toasts, menus, large print ---- */

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-dialog], [data-dialog-close], [data-toast-close], [data-large], [data-print], [data-copy]");
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target) || target?.matches("[data-dialog]")) menu.open = false;
    }
    if (event.target instanceof HTMLDialogElement) event.target.close(); // a click on the ground beside it
    if (!target) return;
    if (target.dataset.dialog) {
      const dialog = document.getElementById(target.dataset.dialog);
      if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
    } else if ("dialogClose" in target.dataset) {
      target.closest("dialog")?.close();
    } else if ("toastClose" in target.dataset) {
      target.closest("[data-toast]")?.remove();
    } else if ("large" in target.dataset) {
      setLarge(!document.documentElement.classList.contains("large"));
    } else if ("print" in target.dataset) {
      window.print();
    } else if (target.dataset.copy) {
      navigator.clipboard?.writeText(target.dataset.copy).then(() => toast("success", target.dataset.copied || "✓"));
    }
  });

  // A server that opens a dialog: swap it in with data-dialog-open.
  function openSwappedDialogs() {
    for (const dialog of document.querySelectorAll("dialog[data-dialog-open]:not([open])")) {
      dialog.removeAttribute("data-dialog-open");
      dialog.showModal();
    }
  }

  // The size of the print is a habit, not personal data: it may stay on the device.
  function setLarge(on) {
    document.documentElement.classList.toggle("large", on);
    for (const button of document.querySelectorAll("[data-large]")) button.setAttribute("aria-pressed", String(on));
    try { localStorage.setItem("jiesu-large", on ? "1" : ""); } catch { /* a browser that keeps nothing */ }
  }
  try { if (localStorage.getItem("jiesu-large")) setLarge(true); } catch { /* the same */ }

  /* ---- typing: counters, unsaved guard, drafts ---- */

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.dataset?.count) count(field);
    const form = field.form;
    if (!form) return;
    if ("guard" in form.dataset || form.dataset.draft) form.dataset.dirty = "1";
    if (form.dataset.draft) keepSoon(form);
  });

  function count(field) {
    const place = document.getElementById(field.dataset.count);
    if (!place) return;
    const left = field.maxLength - field.value.length;
    place.textContent = place.dataset.word.replace("{n}", String(left));
    place.classList.toggle("is-near", left < field.maxLength * 0.1);
  }

  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });

  /* A draft holds names, telephone numbers, what happened to somebody. localStorage would leave
     that on a shared counter machine for the next person; sessionStorage ends with the tab. It is
     dropped on submit, on signing out, and when another member of staff signs in on the same tab. */
  const DRAFT = "draft:";
  const owner = () => document.body.dataset.sessionOwner || "public";
  const draftKey = (form) => `${DRAFT}${owner()}:${location.pathname}:${form.dataset.draft}`;
  const waiting = new WeakMap();

  function draftFields(form) {
    return [...form.elements].filter((field) =>
      field.name && !field.disabled && !field.readOnly && !["password", "file", "hidden", "submit", "button"].includes(field.type)
      && !("noDraft" in field.dataset));
  }

  function keepSoon(form) {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => {
      const kept = draftFields(form).map((field) =>
        [field.name, field.type === "checkbox" || field.type === "radio" ? [field.value, field.checked] : field.value]);
      try { sessionStorage.setItem(draftKey(form), JSON.stringify(kept)); } catch { /* full or forbidden: no draft */ }
    }, 400));
  }

  function dropDraft(form) {
    clearTimeout(waiting.get(form));
    delete form.dataset.dirty;
    try { sessionStorage.removeItem(draftKey(form)); } catch { /* nothing kept */ }
  }

  function dropDrafts(keepOwn) {
    try {
      for (const key of Object.keys(sessionStorage)) {
        if (key.startsWith(DRAFT) && !(keepOwn && key.startsWith(`${DRAFT}${owner()}:`))) sessionStorage.removeItem(key);
      }
    } catch { /* nothing kept */ }
  }

  function restore(form) {
    form.dataset.draftSeen = "1";
    // The server's answer to a refused form is newer than any draft.
    if (form.querySelector('[aria-invalid="true"]')) return;
    let kept;
    try { kept = JSON.parse(sessionStorage.getItem(draftKey(form)) || "null"); } catch { kept = null; }
    if (!Array.isArray(kept)) return;
    const fields = draftFields(form);
    let changed = false;
    for (const [name, value] of kept) {
      const field = fields.find((one) => one.name === name && (!Array.isArray(value) || one.value === value[0]));
      if (!field) continue;
      const now = Array.isArray(value) ? field.checked : field.value;
      const then = Array.isArray(value) ? value[1] : value;
      if (now === then) continue;
      if (Array.isArray(value)) field.checked = then; else field.value = then;
      changed = true;
    }
    if (!changed) return;
    form.dataset.dirty = "1";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = word("Discard");
    const note = toast("info", word("Restored"), button);
    button.addEventListener("click", () => { form.reset(); dropDraft(form); note.remove(); });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("clearDrafts" in form.dataset) dropDrafts(false);
    // An htmx form is done when the server says so; a plain one leaves the page now.
    if (!form.matches("[hx-post], [data-hx-post]")) dropDraft(form);
    if ("once" in form.dataset) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { sourceElement, response, request } = event.detail.ctx;
    const form = sourceElement.closest?.("form");
    if (form && request.method !== "GET" && response.status < 400) dropDraft(form);
  });

  /* ---- files ---- */

  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!input.dataset?.preview) return;
    const list = document.getElementById(input.dataset.preview);
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(...[...input.files].map(fileRow));
  });

  function fileRow(file) {
    const row = document.createElement("li");
    if (file.type.startsWith("image/")) {
      const image = document.createElement("img");
      image.src = URL.createObjectURL(file);
      image.alt = "";
      row.append(image);
    }
    const name = document.createElement("span");
    name.textContent = file.name;
    const size = document.createElement("small");
    size.textContent = file.size < 1048576 ? `${Math.max(1, Math.round(file.size / 1024))} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    row.append(name, size);
    return row;
  }

  /* ---- what a page or a swapped part needs once ---- */

  function prepare() {
    openSwappedDialogs();
    for (const field of document.querySelectorAll("[data-count]")) count(field);
    for (const form of document.querySelectorAll("form[data-draft]:not([data-draft-seen])")) restore(form);
    for (const note of document.querySelectorAll("#toasts > [data-toast]:not([data-seen])")) {
      note.dataset.seen = "1";
      if (!note.classList.contains("toast-error")) fade(note, 8000);
    }
    const wanted = document.querySelector("[data-focus]:not([data-focused])");
    if (wanted) {
      wanted.dataset.focused = "1";
      (wanted.matches("fieldset") ? wanted.querySelector("input, select, textarea") : wanted).focus();
    }
  }

  window.jiesu = { toast };
  const start = () => { dropDrafts(true); prepare(); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
