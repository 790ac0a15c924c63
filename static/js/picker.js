// The skill picker: arrows, Enter and Escape in the list that htmx fetches. Without this file names are simply typed.
(() => {
  "use strict";
  let pressed = false; // the mouse, or the finger
  const listOf = (field) => document.getElementById(field.getAttribute("aria-controls"));
  const fieldOf = (list) => document.querySelector(`[aria-controls="${CSS.escape(list.id)}"]`);
  const options = (list) => [...list.querySelectorAll("[data-name]")];
  const mark = (field, option) => {
    for (const other of options(listOf(field))) other.setAttribute("aria-selected", other === option);
    field.setAttribute("aria-activedescendant", option?.id ?? "");
  };
  const close = (field) => {
    listOf(field).replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-activedescendant", "");
  };
  const pick = (field, option) => {
    const names = field.value.split(",").slice(0, -1).map((name) => name.trim());
    field.value = [...names, option.dataset.name, ""].join(", ").trimStart();
    close(field);
    field.focus();
  };
  document.addEventListener("htmx:beforeSwap", (event) => event.target.querySelector("[role=listbox] > :active") && event.preventDefault());
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (!target.matches?.("[role=listbox]")) return;
    const field = fieldOf(target);
    if (document.activeElement !== field && !pressed) return close(field);
    field.setAttribute("aria-expanded", target.childElementCount > 0);
    field.setAttribute("aria-activedescendant", "");
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-picker]");
    if (!field || !listOf(field).childElementCount) return;
    const all = options(listOf(field));
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") close(field);
    else if (event.key === "ArrowDown" && all.length) mark(field, all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp" && all.length) mark(field, all.at(at < 0 ? -1 : at - 1));
    else if (event.key === "Enter" && at >= 0) pick(field, all[at]);
    else return;
    event.preventDefault();
  });
  // What is pressed stays: the option that takes no focus from the field, and the button below, which a list that closes
  // would move from under the finger.
  const released = () => {
    pressed = false;
    for (const field of document.querySelectorAll("[data-picker]")) if (document.activeElement !== field) close(field);
  };
  document.addEventListener("mousedown", (event) => {
    pressed = true;
    if (event.target.closest("[role=listbox]")) event.preventDefault();
  });
  document.addEventListener("mouseup", () => setTimeout(released));
  document.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=listbox] > [data-name]");
    if (option) pick(fieldOf(option.parentElement), option);
  });
  document.addEventListener("focusout", ({ target }) => !pressed && target.matches("[data-picker]") && close(target));
})();
