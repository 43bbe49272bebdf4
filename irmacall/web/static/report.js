// A report's picture; its figures are in the table.
"use strict";

import { draw, periods } from "./charts.js";

const place = document.getElementById("report-chart");
if (place) {
  const { labels, offered, answered, level } = JSON.parse(place.dataset.chart);
  draw(place, periods(labels), [labels.map((_, at) => at), offered, answered, level]);
}
