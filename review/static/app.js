// Conveniences only: every page works without this file.
(() => {
  "use strict";
  const rows = [...document.querySelectorAll("[data-row]")];
  let current = -1;

  const select = (index) => {
    if (!rows.length) return;
    if (current >= 0) rows[current].removeAttribute("aria-current");
    current = Math.max(0, Math.min(rows.length - 1, index));
    rows[current].setAttribute("aria-current", "true");
    rows[current].querySelector("[data-open]")?.focus({ preventScroll: true });
    rows[current].scrollIntoView({ block: "nearest" });
  };

  const press = (key) => {
    const scope = current >= 0 ? rows[current] : rows.length ? null : document;
    const target = scope?.querySelector(`[data-key="${key}"]`) ?? (rows.length ? null : document.querySelector(`[data-key="${key}"]`));
    if (target) target.click();
    return Boolean(target);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea, iframe");
    if (event.key === "Escape" && field) return field.blur();
    if (field) return;
    if (event.key === "/") {
      const box = document.querySelector('input[data-key="/"]');
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (rows.length && event.key === "j") select(current + 1);
    else if (rows.length && event.key === "k") select(current - 1);
    else if (rows.length && event.key === "o" && current >= 0) rows[current].querySelector("[data-open]")?.click();
    else if ("AX".includes(event.key)) document.querySelector(`#batch [data-key="${event.key}"]`)?.click();
    else if ("axujvrnps".includes(event.key)) press(event.key);
  });

  // Ticked rows: how many, all at once, and no decision about none.
  const batch = document.getElementById("batch");
  if (batch) {
    const picks = [...document.querySelectorAll(".pick")];
    const all = batch.querySelector("[data-all]");
    const told = batch.querySelector("[data-chosen]");
    const plain = told.textContent;
    const count = () => {
      const chosen = picks.filter((one) => one.checked).length;
      told.textContent = chosen ? told.dataset.text.replace("{n}", chosen) : plain;
      all.firstElementChild.checked = chosen > 0 && chosen === picks.length;
      batch.querySelectorAll("button").forEach((one) => { one.disabled = !chosen; });
    };
    all.hidden = false;
    all.addEventListener("change", (event) => {
      picks.forEach((one) => { one.checked = event.target.checked; });
      count();
    });
    picks.forEach((one) => one.addEventListener("change", count));
    window.addEventListener("pageshow", count);
    count();
  }

  // After a decision the page comes anew: go on at the same place of the list.
  const place = "place:" + location.pathname;
  try {
    const kept = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    if (kept !== null && rows.length && /[?&](done|ok)=/.test(location.search)) select(Number(kept));
  } catch { /* storage is off: start at the top */ }

  // Only the keys that do something on this page are told.
  const hint = document.querySelector(".keys-hint");
  hint?.querySelectorAll("[data-hint]").forEach((one) => {
    const key = one.dataset.hint;
    one.hidden = !(document.querySelector(`[data-key="${key}"]`) || (rows.length && "jo".includes(key)));
  });
  if (hint) hint.hidden = !hint.querySelector("[data-hint]:not([hidden])");

  // A double click must not send a form twice.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || event.defaultPrevented) return;
    if (event.target.dataset.sent) return event.preventDefault();
    const row = rows.indexOf(event.target.closest("[data-row]"));
    if (row >= 0) try { sessionStorage.setItem(place, row); } catch { /* as above */ }
    event.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // A running crawl: fetch the page again and swap its live part.
  const refresh = async () => {
    const live = document.getElementById("live");
    const seconds = Number(live?.dataset.refresh);
    if (!seconds) return;
    await new Promise((done) => setTimeout(done, seconds * 1000));
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(live.dataset.from ?? location.pathname, { credentials: "same-origin" });
        if (answer.ok && !answer.redirected) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const next = page.getElementById("live");
          if (next) live.replaceWith(document.importNode(next, true));
        }
      } catch { /* the network may come back: try again at the next turn */ }
    }
    refresh();
  };
  refresh();

})();
