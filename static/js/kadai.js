// Comfort only: every page works without it. What must hold is checked on the server.
(function () {
  "use strict";

  var all = function (selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  };

  // One submit per tap: the button says what is going on and cannot be pressed again.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    var button = event.submitter;
    if (!button || !button.hasAttribute("data-busy")) return;
    form.setAttribute("aria-busy", "true");
    button.setAttribute("aria-busy", "true");
    button.setAttribute("data-text", button.textContent);
    button.textContent = button.getAttribute("data-busy");
  });

  // Back to a page that was left while busy: it is usable again.
  window.addEventListener("pageshow", function () {
    all("[aria-busy='true']").forEach(function (node) {
      node.removeAttribute("aria-busy");
      if (node.hasAttribute("data-text")) node.textContent = node.getAttribute("data-text");
    });
  });

  // A button that opens after some seconds; data-later holds "{n}" for the seconds left.
  function countdown(button) {
    var left = parseInt(button.getAttribute("data-wait"), 10);
    var label = button.textContent;
    var later = button.getAttribute("data-later");
    if (!(left > 0)) return;
    button.disabled = true;
    (function tick() {
      if (left <= 0) {
        button.textContent = label;
        button.removeAttribute("data-wait");
        button.disabled = false;
        gate(button.form);
        return;
      }
      button.textContent = later.replace("{n}", left);
      left -= 1;
      window.setTimeout(tick, 1000);
    })();
  }

  // A button that needs boxes ticked first.
  function gate(form) {
    if (!form) return;
    var button = form.querySelector("[data-needs-ticks]");
    if (!button || button.hasAttribute("data-wait")) return;
    button.disabled = !all("[data-tick]", form).every(function (box) { return box.checked; });
  }

  // Card numbers in groups of four while typing; the server takes the spaces out.
  function group(input) {
    input.addEventListener("input", function () {
      var before = input.value.slice(0, input.selectionStart).replace(/\D/g, "").length;
      var digits = input.value.replace(/\D/g, "").slice(0, 19);
      input.value = digits.replace(/(\d{4})(?=\d)/g, "$1 ");
      var at = 0;
      while (before > 0 && at < input.value.length) {
        if (/\d/.test(input.value.charAt(at))) before -= 1;
        at += 1;
      }
      input.setSelectionRange(at, at);
    });
  }

  // The bank behind the first digits of a card number; the digits stay on the phone.
  function recognise(input) {
    var names = JSON.parse(document.getElementById("issuers").textContent);
    var out = document.getElementById("issuer");
    input.addEventListener("input", function () {
      var digits = input.value.replace(/\D/g, "");
      var name = "";
      for (var n = 10; n >= 4 && !name; n -= 1) {
        if (digits.length >= n) name = names[digits.slice(0, n)] || "";
      }
      out.textContent = name;
    });
  }

  // A slider beside an amount field: whichever moves, the other follows.
  function slider(range) {
    var input = document.getElementById(range.getAttribute("data-for"));
    if (!input) return;
    range.hidden = false;
    range.addEventListener("input", function () { input.value = range.value; });
    range.addEventListener("change", function () {
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("input", function () {
      var value = parseFloat(input.value);
      if (!isNaN(value)) range.value = value;
    });
  }

  // A radio that opens further fields: data-shows="kind=BUSINESS" on what is shown.
  function shows(block) {
    var rule = block.getAttribute("data-shows").split("=");
    var form = block.closest("form");
    var update = function () {
      var picked = form.querySelector("[name='" + rule[0] + "']:checked");
      var shown = !!picked && picked.value === rule[1];
      block.hidden = !shown;
      all("input, select, textarea", block).forEach(function (field) { field.disabled = !shown; });
    };
    form.addEventListener("change", update);
    update();
  }

  function start(root) {
    all("[data-wait]", root).forEach(countdown);
    all("form", root).forEach(gate);
    all("[data-group]", root).forEach(group);
    all("[data-recognise]", root).forEach(recognise);
    all("[data-for]", root).forEach(slider);
    all("[data-shows]", root).forEach(shows);
  }

  document.addEventListener("change", function (event) { gate(event.target.form); });
  document.addEventListener("DOMContentLoaded", function () {
    start(document);
    var wrong = document.querySelector("[aria-invalid='true']");
    if (wrong) wrong.focus();
  });
  document.addEventListener("htmx:load", function (event) { start(event.target); });

  // Polling while the network is away: say so, and say that nothing is lost.
  var offline = function (shown) {
    all("[data-offline]").forEach(function (node) { node.hidden = !shown; });
  };
  document.addEventListener("htmx:sendError", function () { offline(true); });
  document.addEventListener("htmx:responseError", function () { offline(true); });
  document.addEventListener("htmx:afterOnLoad", function () { offline(false); });
})();
