/* What HTML does not do by itself: toasts, menus placed under their button, shortcuts, uploads, and the theme. No dependencies.
   Pages call it through `window.ui`; everything else is plain elements and the application's events. */
(() => {
  const TOAST_SECONDS = { good: 6, bad: 10 };
  const topDialog = () => [...document.querySelectorAll("dialog:modal")].pop();
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `/icons.svg#${name}`);
    svg.append(use);
    return svg;
  };

  /* Toasts live in the topmost dialog, because everything outside a modal one is inert; else in none, however many are closed. */
  const toastRegion = () =>
    topDialog()?.querySelector(".toasts") ?? [...document.querySelectorAll(".toasts")].find((region) => !region.closest("dialog"));

  function toast(text, { tone = "good", undo = "" } = {}) {
    const region = toastRegion();
    if (!region) return;
    const item = document.createElement("div");
    item.className = `toast toast--${tone}`;
    const words = document.createElement("span");
    words.className = "toast__text";
    words.textContent = text;
    item.append(icon(tone === "bad" ? "alert" : "check-circle"), words);
    const dismiss = () => item.remove();
    if (undo) {
      const action = document.createElement("button");
      action.type = "button";
      action.className = "toast__action";
      action.textContent = "Undo";
      action.onclick = () => {
        document.getElementById(undo)?.click();
        dismiss();
      };
      item.append(action);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "toast__close";
    close.setAttribute("aria-label", "Dismiss");
    close.append(icon("x"));
    close.onclick = dismiss;
    item.append(close);
    region.append(item);
    while (region.children.length > 3) region.firstChild.remove();
    let timer = setTimeout(dismiss, TOAST_SECONDS[tone] * 1000);
    const hold = () => clearTimeout(timer);
    const release = () => (timer = setTimeout(dismiss, 3000));
    item.addEventListener("pointerenter", hold);
    item.addEventListener("focusin", hold);
    item.addEventListener("pointerleave", release);
    item.addEventListener("focusout", release);
  }

  /* Opening remembers who had the focus, so that closing can give it back even when the button was drawn anew meanwhile. */
  const openers = new Map();

  function open(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    const opener = document.activeElement?.id || document.querySelector(`[data-opens="${id}"]`)?.id;
    openers.set(id, opener ?? "");
    dialog.showModal();
    if (dialog.matches(".dialog") && matchMedia("(pointer: fine)").matches) {
      dialog.querySelector("input:not([type=hidden], [type=radio]), textarea")?.focus();
    }
  }

  function close(id) {
    document.getElementById(id)?.close();
  }

  function closeAll() {
    for (const dialog of [...document.querySelectorAll("dialog:modal")].reverse()) dialog.close();
  }

  document.addEventListener(
    "close",
    (event) => {
      const opener = openers.get(event.target.id);
      openers.delete(event.target.id);
      const pending = [...event.target.querySelectorAll(".toast")];
      setTimeout(() => {
        toastRegion()?.append(...pending);
        if (document.activeElement === document.body && opener) document.getElementById(opener)?.focus();
      }, 0);
    },
    true,
  );

  /* Menus and popovers: under their button, kept inside the window. */
  function place(panel, anchor) {
    const box = anchor.getBoundingClientRect();
    const size = panel.getBoundingClientRect();
    const below = box.bottom + 6 + size.height <= innerHeight - 8;
    const left = panel.dataset.align === "start" ? box.left : box.right - size.width;
    panel.style.top = `${Math.max(8, below ? box.bottom + 6 : box.top - size.height - 6)}px`;
    panel.style.left = `${Math.min(Math.max(8, left), innerWidth - size.width - 8)}px`;
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const panel = event.target;
      if (!(panel instanceof HTMLElement) || !panel.matches(".menu") || event.newState !== "open") return;
      const anchor = document.querySelector(`[popovertarget="${panel.id}"]`);
      if (anchor) place(panel, anchor);
      panel.querySelector(".menu__item")?.focus();
    },
    true,
  );

  document.addEventListener("click", (event) => {
    event.target.closest?.(".menu__item")?.closest(".menu")?.hidePopover();
  });

  function popover(id, anchorId) {
    const panel = document.getElementById(id);
    const anchor = document.getElementById(anchorId);
    if (!panel || !anchor) return;
    panel.showPopover();
    place(panel, anchor);
  }

  /* Press what is there, or comes within two seconds, marked `data-<name>="value"`: a row just added. */
  function press(name, value, until = Date.now() + 2000) {
    const found = document.querySelector(`[data-${name}="${value}"]`);
    if (found) found.click();
    else if (Date.now() < until) setTimeout(() => press(name, value, until), 50);
  }

  /* A field drawn anew after saving keeps the focus it had. */
  let lastField = "";
  document.addEventListener("focusin", (event) => (lastField = event.target.id));

  function keepFocus() {
    requestAnimationFrame(() => {
      const lost = document.activeElement === document.body || document.activeElement === topDialog();
      if (lost && lastField) document.getElementById(lastField)?.focus();
    });
  }

  function focusLast(selector) {
    requestAnimationFrame(() => [...document.querySelectorAll(selector)].pop()?.focus());
  }

  /* Shortcuts: elements say which one presses them by data-shortcut; the topmost dialog goes first. */
  const nameOf = (event) => {
    const command = event.metaKey || event.ctrlKey;
    if (command && event.key.toLowerCase() === "k") return "mod+k";
    if (command && event.key.toLowerCase() === "s") return "mod+s";
    return event.key === "/" && !event.target.closest("input, textarea, select") ? "/" : "";
  };

  /* What was typed the moment before may still be on its way to what enables the button; whatever is done next ends the wait. */
  let changedAt = 0;
  for (const deed of ["input", "submit", "click"]) document.addEventListener(deed, () => (changedAt = Date.now()), true);

  function pressOnceEnabled(button, until = Date.now() + 3000) {
    // Nothing was done here just now: whatever enables the button later comes from elsewhere, and nobody meant to save that.
    if (button.disabled && Date.now() - changedAt > 2000) return;
    let waiting = true;
    const stop = () => (waiting = false);
    for (const deed of ["keydown", "pointerdown", "input"]) document.addEventListener(deed, stop, { capture: true, once: true });
    const press = () => {
      if (!waiting || !button.isConnected) return;
      if (!button.disabled) button.click();
      else if (Date.now() < until) setTimeout(press, 30);
    };
    press();
  }

  document.addEventListener("keydown", (event) => {
    const shortcut = nameOf(event);
    if (shortcut) {
      const within = shortcut === "mod+k" ? document : (topDialog() ?? document);
      const target = within.querySelector(`[data-shortcut="${shortcut}"]`);
      if (!target && shortcut === "/") return;
      event.preventDefault();
      if (!target) return;
      if (shortcut === "/") return target.focus();
      const field = document.activeElement;
      if (field?.matches("input, textarea, select")) {
        field.blur();
        field.focus();
      }
      pressOnceEnabled(target);
      return;
    }
    if (moveDay(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") moveWithin(event);
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") moveTab(event);
  });

  /* Arrow keys walk through menus, search results and the rows of lists. */
  function moveWithin(event) {
    const list = event.target.closest("[data-arrows]");
    if (!list || event.target.matches("select, textarea")) return;
    const stops = [...list.querySelectorAll("[data-stop], .menu__item")];
    if (!stops.length) return;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = stops.indexOf(document.activeElement);
    const next = at + step;
    if (next < 0) list.querySelector("input")?.focus();
    else stops[Math.min(next, stops.length - 1)].focus();
  }

  /* The calendar: arrows walk from day to day, Page Up and Page Down turn the month, Enter goes to the day's first event. */
  const DAY_STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

  function moveDay(event) {
    const day = event.target.closest?.("[data-day]");
    if (!day) return false;
    const turned = { PageUp: "previous-month", PageDown: "next-month" }[event.key];
    if (turned) {
      event.preventDefault();
      document.getElementById(turned)?.click();
      return true;
    }
    if (event.key === "Enter" && event.target === day) {
      (day.querySelector("a") ?? day.querySelector("button"))?.click();
      return true;
    }
    if (!(event.key in DAY_STEPS)) return false;
    event.preventDefault();
    const days = [...day.closest("[data-days]").querySelectorAll("[data-day]")].filter((one) => one.offsetParent);
    const narrow = days.length < 28;
    const step = narrow ? Math.sign(DAY_STEPS[event.key]) : DAY_STEPS[event.key];
    days[days.indexOf(day) + step]?.focus();
    return true;
  }

  function moveTab(event) {
    if (!event.target.matches('[role="tab"]')) return;
    const tabs = [...event.target.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
    const step = event.key === "ArrowRight" ? 1 : -1;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  }

  /* One press, one effect: the second click of a double click, and any while the first is being done, press nothing.
     The server does not rely on it. */
  document.addEventListener(
    "click",
    (event) => {
      const pressed = event.target.closest?.(".button--primary, .button--danger, [type=submit]");
      if (!pressed || (event.detail < 2 && pressed.ariaBusy !== "true")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  /* A number marks its change only once somebody has touched the form. */
  document.addEventListener("input", (event) => event.target.closest(".watch-changes")?.classList.add("touched"));

  /* Upload: one request a file, with progress; the server says in words what it refuses. */
  function upload(input, files) {
    const url = input.dataset.upload;
    const shown = document.getElementById(input.dataset.refusal);
    if (shown) shown.hidden = true;
    const bar = input.closest(".upload")?.querySelector(".upload__progress");
    const refuse = (text) => {
      if (!shown) return;
      shown.querySelector("[data-text]").textContent = text;
      shown.hidden = false;
    };
    const send = (file) =>
      new Promise((done) => {
        const request = new XMLHttpRequest();
        const form = new FormData();
        form.append("file", file);
        request.upload.onprogress = (event) => {
          if (bar) bar.style.width = `${(100 * event.loaded) / event.total}%`;
        };
        request.onload = () => {
          if (request.status >= 400) {
            let message = "It was not uploaded. Please try again.";
            try {
              const answer = JSON.parse(request.responseText);
              message = answer.refused?.[0]?.message ?? answer.message ?? message;
            } catch {
              if (request.status === 413) message = "It is too large.";
            }
            refuse(`${file.name}: ${message}`);
          }
          done(request.status < 400);
        };
        request.onerror = () => {
          refuse(`${file.name} did not get through. Check the connection and choose it again.`);
          done(false);
        };
        request.open("POST", url);
        request.send(form);
      });
    (async () => {
      let sent = 0;
      if (bar) bar.parentElement.hidden = false;
      for (const file of files) sent += (await send(file)) ? 1 : 0;
      if (bar) {
        bar.parentElement.hidden = true;
        bar.style.width = "0";
      }
      if (sent) toast(sent === 1 ? "File uploaded" : `${sent} files uploaded`);
    })();
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-upload]")) return;
    upload(event.target, [...event.target.files]);
    event.target.value = "";
  });

  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      const zone = event.target.closest?.(".upload");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("upload--over", name === "dragover");
      if (name === "drop") upload(zone.querySelector("[data-upload]"), [...event.dataTransfer.files]);
    });
  }

  function hide(id) {
    document.getElementById(id).hidden = true;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      toast("Link copied");
    } catch {
      toast("Copying is not allowed here. Select the link and copy it by hand.", { tone: "bad" });
    }
  }

  /* Theme: light, dark, or as the system says; the head's early script reads the same key. */
  function theme(choice) {
    localStorage.setItem("theme", choice);
    const dark = choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.classList.remove("light", "dark");
    document.documentElement.classList.add(dark ? "dark" : "light");
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
  }

  function signIn() {
    const next = encodeURIComponent(location.pathname + location.search);
    location.assign(`/sign-in?next=${next}`);
  }

  /* Which overlay is open stands in the address too, so a reload comes back to it. */
  function keep(name, value) {
    const url = new URL(location.href);
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
    history.replaceState(history.state, "", url);
  }

  const remember = (name) => keep("open", name);

  window.ui = { toast, open, close, closeAll, popover, keepFocus, focusLast, hide, copy, theme, signIn, keep, press, remember };
})();
