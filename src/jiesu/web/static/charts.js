/* Draws <div data-chart="id"> from the JSON script with that id (an ECharts option, written by
   Django's json_script). Pages that chart load echarts and this file in their scripts block.
   The figures must also stand on the page as a table: a chart is never the only way to read them. */
(() => {
  "use strict";

  const PALETTE = ["#1753b0", "#d9730d", "#14804a", "#8a3ab9", "#0e7490", "#b3261e", "#6b7280", "#a16207"];
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function draw() {
    for (const place of document.querySelectorAll("[data-chart]:not([data-drawn])")) {
      const source = document.getElementById(place.dataset.chart);
      if (!source) continue;
      place.dataset.drawn = "1";
      const option = JSON.parse(source.textContent);
      const chart = window.echarts.init(place, place.dataset.chartTheme || null, { renderer: "svg" });
      chart.setOption({
        color: PALETTE,
        animation: !still,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
        aria: { enabled: true, decal: { show: "decal" in place.dataset } },
        ...option,
        ...(option.legend && { legend: { top: 0, left: 0, ...option.legend } }),
        // HTML tooltips write style attributes, which the policy forbids.
        tooltip: { confine: true, ...option.tooltip, renderMode: "richText" },
      });
      new ResizeObserver(() => chart.resize()).observe(place);
    }
  }

  // A page of many tables: on a phone each is folded to its heading.
  function fold() {
    if (!window.matchMedia("(max-width: 40rem)").matches) return;
    for (const part of document.querySelectorAll("details[data-fold]")) part.open = location.hash === `#${part.id}`;
  }

  function begin() {
    fold();
    draw();
  }

  document.addEventListener("htmx:after:settle", draw);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
})();
