// The handle of a topic's threshold answers while it is pulled. Without this file its button asks the page instead.
"use strict";

const chart = document.getElementById("spread"), handle = document.getElementById("at");

function follow() {
  const daily = chart.dataset.daily.split(" ").map(Number);
  const cut = Number(handle.value), passing = daily[Math.round(cut * 100)];
  const shown = passing >= 10 ? passing.toFixed(0) : passing.toFixed(1);
  document.getElementById("tried").textContent = cut.toFixed(2);
  document.getElementById("passing").textContent = shown;
  handle.setAttribute("aria-valuetext", `${cut.toFixed(2)}: about ${shown} stories a day`);
  document.getElementById("tried-line").setAttribute("d", `M${1000 * cut} 0v100`);
  for (const bar of chart.querySelectorAll("[data-from]")) {
    const passes = Number(bar.dataset.from) >= cut - 1e-9;
    bar.setAttribute("class", passes ? "in" : "out");
  }
  const move = document.getElementById("move");
  move.hidden = Math.abs(cut - Number(chart.dataset.cut)) < 0.005;
  move.querySelector("[name=threshold]").value = cut.toFixed(2);
  move.querySelector("b").textContent = cut.toFixed(2);
}

if (chart && handle) {
  handle.form.querySelector("button").hidden = true;
  handle.addEventListener("input", follow);
}
