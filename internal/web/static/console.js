// What the console does beyond plain pages: keys for decisions that are taken by the hundred, and a mark on figures that
// have lost contact. Every page works without this file.
(function () {
  "use strict";

  // A key presses the button that names it: data-key="s". Not while somebody types.
  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.altKey || e.metaKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
    var b = document.querySelector('[data-key="' + CSS.escape(e.key.toLowerCase()) + '"]');
    if (b) { e.preventDefault(); b.click(); }
  });

  // On a phone the menu is wider than the screen: the page at hand is brought into it.
  document.addEventListener("DOMContentLoaded", function () {
    var here = document.querySelector(".sections [aria-current=page]");
    if (here) here.scrollIntoView({ block: "nearest", inline: "center" });
  });

  // Live figures that stand still must not look alive.
  function lost(on) {
    var live = document.querySelector("[data-live]");
    if (!live) return;
    live.classList.toggle("is-lost", on);
  }
  document.addEventListener("htmx:sseError", function () { lost(true); });
  document.addEventListener("htmx:sseClose", function () { lost(true); });
  document.addEventListener("htmx:sseOpen", function () { lost(false); });
  document.addEventListener("htmx:sseMessage", function () { lost(false); });

  // One form, one sending: a double tap would only show the other's conflict.
  document.addEventListener("submit", function (e) {
    var f = e.target;
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = "1";
    window.setTimeout(function () { delete f.dataset.sent; }, 4000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
  });
})();
