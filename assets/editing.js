/* Several people in one invoice: fields follow what others saved unless somebody types in them here, and the open drawer says
   every few seconds that it is still open. */
(() => {
  const BEAT_SECONDS = 6;
  const beat = () => document.getElementById("attendance-beat")?.click();
  setInterval(beat, BEAT_SECONDS * 1000);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && beat());

  /* A field somebody has typed in keeps its text: the server gets it in a moment, and asks if the other changed the same. */
  function follow(field, before) {
    const typing = field === document.activeElement && field.value !== (before ?? "");
    if (!typing && field.value !== field.defaultValue) field.value = field.defaultValue;
  }

  new MutationObserver((changes) => {
    for (const { target, oldValue } of changes) {
      if (target.matches(".line input")) follow(target, oldValue);
      // A form's text is not with the server yet: only a suggestion nobody touched follows what is due now.
      else if (target.matches("form .input--amount") && target.value === oldValue) target.value = target.defaultValue;
    }
  }).observe(document.documentElement, { subtree: true, attributeFilter: ["value"], attributeOldValue: true });
})();
