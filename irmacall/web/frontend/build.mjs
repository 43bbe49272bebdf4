// Builds ../static/build: the theme (NL Design System's example tokens, only those that are used, and the parts of
// Utrecht's component library that our pages use), the citizen's disclosure script, and what draws management's charts.
// No CDN, nothing inline.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const OUT = new URL("../static/build/", import.meta.url).pathname;
const HERE = new URL("./", import.meta.url).pathname;
const COMPONENTS = [
  "body", "button", "document", "form-field-error-message", "form-label", "heading-1", "heading-2", "heading-4",
  "link", "ordered-list", "paragraph", "root", "select", "skip-link", "textbox", "unordered-list",
];
const BUNDLED = ["@nl-design-system-unstable/voorbeeld-design-tokens", "@utrecht/component-library-css",
  "@fontsource/noto-sans", "@privacybydesign/yivi-core", "@privacybydesign/yivi-client", "qrcode", "uplot"];

const from = (name) => readFile(`${HERE}node_modules/${name}`, "utf8");
const used = (css) => css.match(/--[a-z0-9-]+/gi) ?? [];

/** Only the tokens that `css` needs, and those that they need in turn. */
function tokensFor(css, theme) {
  const tokens = new Map([...theme.matchAll(/^ {2}(--[\w-]+): (.*);/gm)].map(([line, name]) => [name, line]));
  const kept = new Set();
  const wanted = used(css);
  while (wanted.length) {
    const name = wanted.pop();
    if (kept.has(name) || !tokens.has(name)) continue;
    kept.add(name);
    wanted.push(...used(tokens.get(name)).slice(1));
  }
  return `.voorbeeld-theme {\n${[...kept].map((name) => tokens.get(name)).join("\n")}\n}\n`;
}

const components = (await Promise.all(COMPONENTS.map((c) => from(`@utrecht/${c}-css/dist/index.css`)))).join("\n");
const sheets = (await readdir(`${HERE}../static`)).filter((name) => name.endsWith(".css"));
const own = (await Promise.all(sheets.map((name) => readFile(`${HERE}../static/${name}`, "utf8")))).join("\n");
const theme = await from("@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css");
const [fonts, dark] = await Promise.all(["fonts", "dark"].map((name) => readFile(`${HERE}src/${name}.css`, "utf8")));
const turned = [
  dark.replace(".voorbeeld-theme", ".voorbeeld-theme[data-theme=dark]"),
  `@media (prefers-color-scheme: dark) { ${dark.replace(".voorbeeld-theme", ".voorbeeld-theme[data-theme=auto]")} }`,
];
const sheet = [fonts, tokensFor(components + own, theme), ...turned, components].join("\n").replaceAll(/@charset [^;]*;/g, "");

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const shared = { bundle: true, minify: true, outdir: OUT, legalComments: "eof", logLevel: "warning" };
await build({
  ...shared,
  stdin: { contents: sheet, loader: "css", resolveDir: HERE, sourcefile: "theme.css" },
  entryNames: "theme",
  loader: { ".woff2": "file" },
  assetNames: "[name]",
});
await build({ ...shared, entryPoints: [`${HERE}src/disclose.js`], format: "iife", target: "es2021" });
await build({
  ...shared,
  stdin: { contents: 'import "uplot/dist/uPlot.min.css"; export { default } from "uplot";', resolveDir: HERE, sourcefile: "uplot.js" },
  entryNames: "uplot",
  format: "esm",
  target: "es2021",
});

const notices = [];
for (const name of BUNDLED) {
  const { version, license } = JSON.parse(await from(`${name}/package.json`));
  const text = (await readdir(`${HERE}node_modules/${name}`)).find((file) => /^licen[cs]e/i.test(file));
  notices.push(`${name} ${version} (${license})\n\n${text ? await from(`${name}/${text}`) : ""}`);
}
await writeFile(`${OUT}LICENSES.txt`, notices.join("\n\n----\n\n"));
