// The list of users becomes shorter while one types. Nothing is sent; without this script the form does the same.
"use strict";

const [found, text, rows] = ["found", "text", "users"].map((id) => document.getElementById(id));
const folded = (said) => said.toLocaleLowerCase();

function filter() {
  const words = folded(text.value).split(/\s+/).filter(Boolean);
  let number = 0;
  for (const row of rows.rows) {
    const said = folded(row.dataset.words);
    row.hidden = !words.every((word) => said.includes(word));
    number += row.hidden ? 0 : 1;
  }
  found.textContent = found.dataset.found.replace("{number}", number);
}

if (rows && found.dataset.whole) { // all of them are here
  text.addEventListener("input", filter);
  document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("search-button").hidden = true;
}
