"use strict";
// Pages work without this: it only saves steps.
(() => {
  const all = (selector, root = document) => root.querySelectorAll(selector);
  const one = (selector, root = document) => root.querySelector(selector);
  const say = text => { one("#said").textContent = text; };

  // Times in the visitor's own zone.
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
  const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  const localise = root => {
    for (const t of all("time[datetime*=T]", root)) {
      const time = new Date(t.dateTime);
      t.textContent = day.format(time) + ", " + hour.format(time);
    }
  };
  localise(document);
  one("#zone").textContent = "Times are in your time zone, " + hour.resolvedOptions().timeZone.replaceAll("_", " ") + ".";

  // A picture that does not load leaves no hole.
  const drop = picture => picture.closest(".picture")?.remove();
  addEventListener("error", event => { if (event.target instanceof HTMLImageElement) drop(event.target); }, true);
  for (const picture of all(".picture img")) if (picture.complete && !picture.naturalWidth) drop(picture);

  // Copying addresses.
  const copy = async (button, code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch { // as on plain HTTP
      getSelection().selectAllChildren(code);
      if (!document.execCommand("copy")) return say("Press Ctrl+C to copy the selected address.");
    }
    button.textContent = "Copied";
    say("The address is copied.");
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };
  const copies = button => {
    button.hidden = false;
    button.onclick = () => copy(button, one("code", button.parentNode));
  };
  all("button.copy").forEach(copies);

  // What a form leads to, once nothing has been typed for a moment.
  const following = (form, show) => {
    let timer, asked;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        asked?.abort();
        asked = new AbortController();
        const entered = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
        try {
          const answer = await fetch(form.getAttribute("action") + "?" + entered, { signal: asked.signal });
          show(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.redirected);
        } catch { } // the next letter asks again
      }, 200);
    });
  };

  const search = one("[data-into]");
  if (search) following(search.form, page => {
    const into = document.getElementById(search.dataset.into);
    const found = one("#found", page);
    if (!found) return;
    into.replaceChildren(...found.childNodes);
    say(one(".facts", into)?.textContent ?? "");
  });

  for (const form of all("form[data-preview]")) following(form, (page, composed) => {
    const output = one("output", form);
    const problem = one(".problem", page);
    const code = document.createElement("code");
    output.hidden = !problem && !composed;
    output.replaceChildren();
    if (problem) output.append(problem);
    if (!composed) return;
    code.textContent = one("link[type='application/rss+xml']", page).href;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the RSS address");
    localise(page);
    output.append(code, button, one(".facts", page).textContent);
    copies(button);
  });

  // New items while the page is open and seen.
  const list = one("[data-events]");
  if (!list) return;
  let source, timer, wait = 60;
  const insert = event => {
    const made = document.createElement("template");
    made.innerHTML = event.data;
    const item = made.content.firstElementChild;
    list.dataset.after = event.lastEventId;
    if (!item || document.getElementById(item.id)) return;
    item.classList.add("new");
    localise(made.content);
    list.prepend(item);
    while (list.children.length > 200) list.lastElementChild.remove();
    one(".empty")?.remove();
    say("New: " + one("h3", item).textContent);
  };
  const listen = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    if (document.hidden) return;
    source = new EventSource(list.dataset.events + "?after=" + encodeURIComponent(list.dataset.after));
    source.onmessage = insert;
    source.onopen = () => { wait = 60; };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
      timer = setTimeout(listen, wait * 1000);
      wait = Math.min(wait * 2, 3600);
    };
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", event => { if (event.persisted) listen(); });
  listen();
})();
