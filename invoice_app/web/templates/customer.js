// Keeps the page true while it is open: its live line brings the body anew, which is swapped in without a jump.
(() => {
  const page = document.getElementById("page"), live = document.getElementById("live"), shown = document.getElementById("shown");
  const path = page.dataset.path;
  let source, pressed = false, waiting = false, busy = false, moved = false, quietTimer, choiceTimer, updatedAt, updatedAs;
  let asked = [...new URLSearchParams(location.search)].filter(([name]) => ["pay", "part", "by"].includes(name));
  const facts = () => document.getElementById("body").dataset;

  const tell = (state) => {
    if (live.dataset.state === state) return;
    live.dataset.state = state;
    live.textContent = state === "live" ? "Live: changes appear by themselves"
      : navigator.onLine ? `Showing the invoice of ${shown.textContent}; reconnecting`
      : `You are offline. Showing the invoice of ${shown.textContent}`;
  };

  const refresh = async () => {
    if (busy || pressed) { waiting = true; return; }
    busy = true; waiting = false;
    try {
      const { seen, version } = facts();
      const query = new URLSearchParams([["seen", seen], ["version", version], ...asked]);
      const answer = await fetch(`${path}/body?${query}`, { cache: "no-store" });
      if (answer.status === 404) { location.reload(); return; }
      if (answer.status === 200) swap(await answer.text(), answer.headers.get("x-shown-at"));
      if (answer.ok) shown.textContent = answer.headers.get("x-shown-at");
      // The line knows this page as it was when it was opened.
      if (answer.ok && moved) { moved = false; connect(); }
    } catch {
      tell("away");
      document.getElementById("pay")?.removeAttribute("disabled");
    } finally {
      busy = false;
      if (waiting && !pressed) refresh();
    }
  };

  const swap = (html, at) => {
    const keyed = [...page.querySelectorAll("[data-key], #due, #total, .pay")].find((node) => node.getBoundingClientRect().bottom > 0);
    const anchor = keyed && (keyed.id ? `#${keyed.id}` : keyed.dataset.key ? `[data-key="${CSS.escape(keyed.dataset.key)}"]` : ".pay");
    const top = keyed ? keyed.getBoundingClientRect().top : 0;
    const focused = document.activeElement && document.activeElement.id;
    const kept = document.getElementById("keep-card")?.checked;
    const typed = focused === "part" && document.activeElement, text = typed && typed.value, caret = typed && typed.selectionStart;
    const unfolded = document.getElementById("hold")?.open;
    page.innerHTML = html;
    if (unfolded && document.getElementById("hold")) document.getElementById("hold").open = true;
    if (kept && document.getElementById("keep-card")) document.getElementById("keep-card").checked = true;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const part = typed && document.getElementById("part");
    if (part) { part.value = text; part.setSelectionRange(caret, caret); }
    const same = anchor && page.querySelector(anchor);
    if (same && scrollY > 0) scrollBy(0, same.getBoundingClientRect().top - top);
    updatedAt = Date.now(); updatedAs = at;
    prepare();
  };

  const prepare = () => {
    const understood = document.getElementById("understood");
    if (understood) {
      understood.hidden = false;
      understood.onclick = () => {
        history.replaceState(null, "", path);
        facts().seen = facts().revision; facts().version = ""; moved = true;
        refresh();
      };
    }
    const choice = document.getElementById("choice-form");
    if (choice) {
      document.getElementById("choose").hidden = true;
      choice.addEventListener("input", (event) => choose(choice, event.target.id === "part" ? 400 : 0));
    }
    for (const form of page.querySelectorAll("form[method=post]")) {
      form.addEventListener("submit", (event) => {
        const button = form.querySelector("button");
        if (button.getAttribute("aria-busy") === "true") event.preventDefault();
        button.setAttribute("aria-busy", "true");
        // The browser's own way back is to compare as well with what was seen when paying began.
        if (form.id === "pay-form") history.replaceState(null, "", `${path}?seen=${facts().revision}`);
      });
    }
  };

  const choose = (form, pause) => {
    if (pause && document.getElementById("pay-part")) document.getElementById("pay-part").checked = true;
    asked = [...new FormData(form)];
    facts().version = ""; moved = true;
    document.getElementById("pay").disabled = true;
    clearTimeout(choiceTimer);
    choiceTimer = setTimeout(refresh, pause);
  };

  const connect = () => {
    source?.close();
    source = new EventSource(`${path}/live?${new URLSearchParams([["seen", facts().seen], ...asked])}`);
    source.addEventListener("version", (event) => { clearTimeout(quietTimer); tell("live"); if (event.data !== facts().version) refresh(); });
    source.addEventListener("changed", (event) => {
      const told = JSON.parse(event.data);
      if (busy || pressed || moved) { refresh(); return; }
      if (told.version !== facts().version) swap(told.body, told.shown);
      shown.textContent = told.shown;
    });
    source.addEventListener("gone", () => refresh());
    source.addEventListener("away", (event) => { tell("away"); if (event.data !== facts().version) refresh(); });
    source.onerror = () => {
      clearTimeout(quietTimer);
      quietTimer = setTimeout(() => tell("away"), 1500);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => { refresh(); connect(); }, 4000);
    };
  };

  addEventListener("pointerdown", () => { pressed = true; });
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, () => setTimeout(() => { pressed = false; if (waiting) refresh(); }, 250));
  }
  addEventListener("offline", () => { live.dataset.state = ""; tell("away"); });
  addEventListener("online", () => { live.dataset.state = ""; tell("away"); connect(); });
  // Back from Stripe by the browser's own button: the page comes out of its cache and may be out of date.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of page.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    refresh();
  });
  setInterval(() => {
    const updated = document.getElementById("updated");
    if (updated && updatedAt && Date.now() - updatedAt > 60000) updated.textContent = `Updated at ${updatedAs}`;
  }, 15000);
  prepare();
  connect();
})();
