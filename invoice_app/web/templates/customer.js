// Keeps the page true while it is open: its live line brings the body anew, which is swapped in without a jump.
(() => {
  const page = document.getElementById("page"), live = document.getElementById("live"), shown = document.getElementById("shown");
  const path = page.dataset.path;
  let source, pressed = false, waiting = false, busy = false, liftTimer, quietTimer, choiceTimer;
  // How often the reader asked for something else than the line brings, and how often they had when it was opened.
  let wishes = 0, served = 0;
  let updatedAt = Date.now(), updatedAs = shown.textContent;
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
    const wish = wishes;
    try {
      const { seen, version } = facts();
      const query = new URLSearchParams([["seen", seen], ["version", version], ...asked]);
      const answer = await fetch(`${path}/body?${query}`, { cache: "no-store" });
      // Not a reload: that would send the payment again where the page is the answer to one.
      if (answer.status === 404) { location.replace(path); return; }
      const html = await answer.text(), at = answer.headers.get("x-shown-at");
      // An answer to an earlier wish would undo the one made since.
      if (wish !== wishes) { waiting = true; return; }
      if (answer.status === 200) swap(html, at);
      if (answer.ok) shown.textContent = at;
      if (answer.ok && served !== wishes) connect();
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
    const unfolded = document.getElementById("hold")?.open, revision = facts().revision;
    const thanks = page.querySelector("#notice.good");
    page.innerHTML = html;
    if (thanks && !document.getElementById("notice") && (!thanks.dataset.while || document.getElementById(thanks.dataset.while))) document.getElementById("told").append(thanks);
    if (unfolded && document.getElementById("hold")) document.getElementById("hold").open = true;
    if (kept && document.getElementById("keep-card")) document.getElementById("keep-card").checked = true;
    // Whoever stood on what is gone goes on from the top, not from nowhere.
    if (focused) (document.getElementById(focused) ?? page.querySelector("h1"))?.focus({ preventScroll: true });
    const part = typed && document.getElementById("part");
    if (part) { part.value = text; part.setSelectionRange(caret, caret); }
    const same = anchor && page.querySelector(anchor);
    if (same && scrollY > 0) scrollBy(0, same.getBoundingClientRect().top - top);
    if (facts().revision !== revision) { updatedAt = Date.now(); updatedAs = at; }
    tellAge();
    prepare();
  };

  const tellAge = () => {
    const updated = document.getElementById("updated");
    if (updated && Date.now() - updatedAt > 60000) updated.textContent = `Updated at ${updatedAs}`;
  };

  const prepare = () => {
    const understood = document.getElementById("understood");
    if (understood) {
      understood.hidden = false;
      understood.onclick = () => {
        history.replaceState(null, "", path);
        facts().seen = facts().revision; facts().version = ""; wishes += 1;
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
        // The browser's own way back is to compare as well with what was seen when paying began, and to keep the choice.
        const back = new URLSearchParams([["seen", facts().revision], ...asked]);
        if (form.id === "pay-form") history.replaceState(null, "", `${path}?${back}`);
      });
    }
  };

  const choose = (form, pause) => {
    if (pause && document.getElementById("pay-part")) document.getElementById("pay-part").checked = true;
    asked = [...new FormData(form)];
    facts().version = ""; wishes += 1;
    document.getElementById("pay").disabled = true;
    clearTimeout(choiceTimer);
    choiceTimer = setTimeout(refresh, pause);
  };

  const connect = () => {
    source?.close();
    served = wishes;
    source = new EventSource(`${path}/live?${new URLSearchParams([["seen", facts().seen], ...asked])}`);
    source.addEventListener("version", (event) => { clearTimeout(quietTimer); tell("live"); if (event.data !== facts().version) refresh(); });
    source.addEventListener("changed", (event) => {
      const told = JSON.parse(event.data);
      if (busy || pressed || served !== wishes) { refresh(); return; }
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

  // Only the main button: where another opens a menu, its release is often not told.
  addEventListener("pointerdown", (event) => { if (event.button === 0) { clearTimeout(liftTimer); pressed = true; } });
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, () => {
      clearTimeout(liftTimer);
      liftTimer = setTimeout(() => { pressed = false; if (waiting) refresh(); }, 250);
    });
  }
  addEventListener("offline", () => { live.dataset.state = ""; tell("away"); });
  addEventListener("online", () => { live.dataset.state = ""; tell("away"); connect(); });
  // Back from Stripe by the browser's own button: the page comes out of its cache and may be out of date.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const button of page.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    refresh();
  });
  setInterval(tellAge, 15000);
  prepare();
  connect();
})();
