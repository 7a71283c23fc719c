// Bundles the studio's front end: node build.mjs OUT [--dev]
//
// OUT gets index.html, app.js, style.css, layout-worker.js and, under chunk/, what views load when
// they are opened. Names of chunks hold their content's hash; the entries do not, the server
// answers their ETag instead. tools/studio_assets.lua embeds the folder into the binary.
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dev = process.argv.includes("--dev");
const out = resolve(
  process.argv.slice(2).find((word) => !word.startsWith("--")) ?? join(here, "dist"),
);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// lang-sql comes with the words of eight products, which no bundler dares to leave out. PostgreSQL's
// are asked of the server.
const withoutDialects = {
  name: "without-dialects",
  setup(bundler) {
    bundler.onLoad({ filter: /@codemirror[\\/]lang-sql[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const end = text.indexOf("/**\nDialect for [PostgreSQL]");
      if (end < 0)
        throw new Error(`${path} is not as build.mjs knows it: where do its dialects begin?`);
      return { contents: `${text.slice(0, end)}export { SQLDialect, sql };\n` };
    });
  },
};

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? "inline" : false,
  target: ["es2022", "chrome120", "firefox120", "safari17.5"],
  format: "esm",
  logLevel: "warning",
  legalComments: "none",
  outdir: out,
  plugins: [withoutDialects],
};

await build({
  ...common,
  entryPoints: { app: "src/app.tsx", style: "src/style/app.css" },
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]",
  chunkNames: "chunk/[name]-[hash]",
  assetNames: "chunk/[name]-[hash]",
});

// The Worker stands alone: no chunk is shared between it and the page.
await build({ ...common, entryPoints: { "layout-worker": "src/views/diagram/worker.ts" } });

cpSync(join(here, "src/index.html"), join(out, "index.html"));
