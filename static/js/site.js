// What HTML cannot do by itself. Every page works without this file; words come from the page, so that they translate.
(() => {
  "use strict";
  const root = document.documentElement;
  const words = document.body.dataset;
  const all = (selector, within) => within.querySelectorAll(selector);
  const language = root.lang === "en" ? "en-GB" : root.lang;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Browsers still send names that cities had.
  const renamed = { Asmera: "Asmara", Calcutta: "Kolkata", Faeroe: "Faroe", Godthab: "Nuuk", Katmandu: "Kathmandu", Kiev: "Kyiv", Rangoon: "Yangon", Saigon: "Ho Chi Minh" };
  const city = (name) => {
    const last = name.split("/").pop().replaceAll("_", " ");
    return renamed[last] ?? last;
  };
  // Formatters are slow.
  const formats = {};
  const format = (date, options) =>
    (formats[JSON.stringify(options)] ??= new Intl.DateTimeFormat(language, options)).format(date);

  // --- Times
  // Strangers' pages have the community's zone.
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  // Of the hour that comes twice the zone says which one is meant.
  const hour = (date) => {
    const shown = format(date, clock);
    const twice = [-36e5, 36e5].some((by) => format(new Date(+date + by), clock) === shown);
    return twice ? format(date, { ...clock, timeZoneName: "short" }) : shown;
  };
  const day = (date, weekday) => {
    const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return format(date, { weekday, day: "numeric", month: "long", year }).replace(",", "");
  };
  const shapes = {
    full: (date) => `${day(date, "short")}, ${hour(date)}`,
    day: (date) => day(date, "long"),
    date: (date) => format(date, { day: "numeric", month: "long", year: "numeric" }),
    time: hour,
  };
  const localise = (within) => {
    if (!zone || !root.hasAttribute("data-guest")) return;
    for (const time of all("time[data-local]", within)) {
      const date = new Date(time.dateTime);
      const shape = shapes[time.dataset.local];
      if (shape) time.textContent = shape(date);
      else [{ weekday: "short" }, { day: "numeric" }, { month: "short" }].forEach((part, i) => (time.children[i].textContent = format(date, part)));
    }
    for (const name of all("[data-zone-name]", within)) name.textContent = name.dataset.zoneName.replace("{city}", city(zone));
    for (const other of all("[data-there]", within)) other.hidden = city(other.dataset.there) === city(zone);
  };

  // --- Holds, by the server's clock
  let ticking;
  const count = () => {
    for (const node of all("[data-countdown]", document)) {
      node.end ??= performance.now() + node.dataset.countdown * 1000;
      const left = Math.max(0, Math.round((node.end - performance.now()) / 1000));
      const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      if (!parts[0]) parts.shift();
      const shown = parts.map((n) => String(n).padStart(2, "0")).join(":");
      node.textContent = node.dataset.words?.replace("{time}", shown) ?? shown;
      ticking ??= setInterval(count, 1000);
    }
  };

  // --- Forms
  const fillZones = (within) => {
    if (zone) for (const field of all("[data-zone]", within)) {
      if (field.value) continue;
      field.value = zone;
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
  };
  // A second press changes nothing; the lock opens with the answer, or by itself.
  const told = (text) => (document.getElementById("told").textContent = text);
  const unlock = (form) => {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  };
  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    // Half a date would be sent as none.
    const half = !submitter?.formNoValidate && [...form.elements].find((field) => field.validity?.badInput);
    if (half) half.reportValidity();
    if (!half && !form.dataset.sent) return;
    event.preventDefault();
    event.stopPropagation(); // htmx would send it again
  }, true);
  document.addEventListener("submit", ({ target: form, submitter, defaultPrevented }) => {
    const inPlace = form.hasAttribute("hx-post");
    if (form.method !== "post" || (defaultPrevented && !inPlace)) return;
    form.dataset.sent = "yes";
    submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => form.dataset.sent && form.isConnected && told(words.wait), 1500);
    setTimeout(() => unlock(form), inPlace ? 60_000 : 8000);
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (elt.dataset.sent && !xhr.getResponseHeader("HX-Redirect")) unlock(elt);
  });
  addEventListener("pageshow", () => all("form[data-sent]", document).forEach(unlock));

  // --- Toasts
  const tend = (toast) => {
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "btn quiet square", textContent: "×" });
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", () => toast.remove());
    toast.append(close);
    toast.dataset.tended = "yes";
    // An error stays; the rest waits while it is looked at.
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
    if (!toast.matches(".bad")) setTimeout(leave, toast.querySelector("form") ? 30_000 : 8000); // time to Tab there
  };
  // Of a page opened further down.
  if (document.getElementById(location.hash.slice(1))) for (const note of all(".messages > .note", document)) {
    note.classList.replace("note", "toast");
    note.querySelector(".btn")?.classList.add("quiet");
    document.getElementById("toasts").append(note);
  }
  const say = (text) => {
    document.getElementById("said")?.remove();
    const toast = document.createElement("div");
    Object.assign(toast, { id: "said", className: "toast bad" });
    toast.append(Object.assign(document.createElement("p"), { textContent: text }));
    document.getElementById("toasts").append(toast);
    tend(toast);
  };

  // --- htmx
  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    // Another tab may have logged in.
    const [kind, token, person] = xhr.getResponseHeader("Entrance")?.split(" ") ?? [xhr.status === 429 ? "slow" : "failed"];
    const isSame = person && person === document.getElementById("viewer")?.textContent;
    if (isSame) for (const field of all("[name=csrfmiddlewaretoken]", document)) field.value = token;
    say(words[isSame ? "anew" : kind]);
  });
  document.addEventListener("htmx:sendError", () => say(words.offline));
  document.addEventListener("failed", () => say(words.failed)); // of our other scripts
  // Letters are one step back.
  document.addEventListener("htmx:beforeHistoryUpdate", ({ detail: { history: step, requestConfig } }) => {
    const { pathname, search } = location;
    if ((requestConfig.triggeringEvent?.type === "input" && /q=./.test(search)) || step.path === pathname + search) step.type = "replace";
  });
  // Only a live region that was there before is read out.
  document.addEventListener("htmx:load", ({ detail: { elt } }) => {
    ready(elt);
    const news = elt !== document.body && elt.querySelector("[data-tell]");
    if (news) told(news.textContent);
  });
  // What is pressed or open stays.
  document.addEventListener("htmx:oobBeforeSwap", (event) => document.querySelector("#facets :is(:active, select:open)") && event.preventDefault());
  // Focus goes to a heading or field; what was lost comes back. Links with rel lead on.
  let lost;
  const called = (control) => control.getAttribute("aria-label") ?? control.textContent;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    // Polls come again.
    if (!requestConfig.triggeringEvent && target.querySelector(":active")) event.preventDefault();
    lost = target.id && target.contains(document.activeElement) && { id: target.id, name: called(document.activeElement) };
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    const region = target.closest("[data-focus]");
    if (region && !region.contains(document.activeElement)) {
      const heading = region.querySelector("h1, h2, h3");
      heading?.setAttribute("tabindex", "-1");
      (heading ?? region.querySelector("select, textarea"))?.focus();
    }
    const now = lost && document.activeElement === document.body && document.getElementById(lost.id);
    if (!now) return;
    [...all("button, summary, a:not([rel])", now)].find((control) => called(control) === lost.name)?.focus({ preventScroll: true });
    if (document.activeElement !== document.body) return;
    now.setAttribute("tabindex", "-1");
    now.focus({ preventScroll: true });
  });

  // --- Menus and filters
  document.addEventListener("click", ({ target }) => {
    for (const menu of all("details.menu[open]", document)) if (!menu.contains(target) || target.closest(".item")) menu.open = false;
  });
  document.addEventListener("keydown", ({ key, target }) => {
    const menu = key === "Escape" && target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  // Filters show where there is room.
  const open = matchMedia("(width >= 60rem)").matches;
  const remember = (fold) => {
    const key = `fold:${fold.dataset.keep}`;
    try {
      if (sessionStorage.getItem(key)) fold.open = sessionStorage.getItem(key) === "open";
      // At the press: who leaves at once has chosen too.
      fold.querySelector("summary").addEventListener("click", () => sessionStorage.setItem(key, fold.open ? "shut" : "open"));
    } catch {
      // Forbidden.
    }
  };

  // A strip of places starts where the reader is.
  for (const here of all(":is(.tabs, .side) [aria-current]", document)) {
    const strip = here.closest("ul, .tabs");
    strip.scrollLeft = here.offsetLeft - strip.offsetLeft - 16;
  }

  const ready = (within) => {
    // Our words, not the browser's bubbles.
    for (const form of document.forms) form.noValidate = true;
    localise(within);
    fillZones(within);
    all("details[data-keep]:not([data-kept])", within).forEach((fold) => {
      fold.dataset.kept = "yes";
      remember(fold);
    });
    if (open) for (const filters of all("details.filters", within)) filters.open = true;
    all(".toast:not([data-tended])", document).forEach(tend);
    count();
  };
  ready(document);
})();
