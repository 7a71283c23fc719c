// The studio in a real browser: a database of the spec's own on the run's PostgreSQL, the real
// binary serving it, headless Chromium on the page.
//
//     const studio = await openStudio({ sql: "create table t (id int primary key)" });
//     const page = await studio.page();                    // a tab with the key in its address
//     await studio.go(page, "t");                          // to the rows of a table
//     studio.query("select count(*) from t");              // by psql, unaligned, tuples only
//     await studio.close();
//
// A tab fails its spec by anything that it writes to the console as an error or a warning, by an
// exception, and by a violation of the Content Security Policy; calm() says so at the end of
// each test. What a test provokes on purpose (an answer of 422 is an error in Chromium's
// console) it names: page.expectErrors(/422/).

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(join(root, "studio/package.json"));
const { chromium } = require("playwright-core");

export { root };
export const mode = process.env.MODE || "release";
const socket = process.env.RAYMIG_TEST_SOCKET;
const START_TIMEOUT = 20_000;
const WAIT = 10_000;

let databases = 0;

/** psql on the run's server; throws what it wrote. */
function psql(database, sql, words = []) {
  const all = ["-h", socket, "-U", "postgres", "-d", database, "-X", "-q", "-v", "ON_ERROR_STOP=1"];
  return execFileSync("psql", [...all, ...words], {
    input: sql,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, PGTZ: "UTC" },
  });
}

/** Where Chromium is: Debian's, or whatever CHROMIUM names. */
export async function launchBrowser() {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    // As root there is no sandbox; the page is the studio and nothing else.
    args: [...(isRoot ? ["--no-sandbox"] : []), "--disable-dev-shm-usage"],
  });
}

function startServer(folder, url, words) {
  const binary = process.env.RAYMIG_BIN || join(root, "build", mode, "raymig");
  const child = spawn(binary, ["studio", "--port", "0", "--no-open", ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, DATABASE_URL: url, PGTZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((done, fail) => {
    let told = "";
    const timer = setTimeout(() => fail(new Error(`no address after 20 s: ${told}`)), START_TIMEOUT);
    const hear = (chunk) => {
      told += chunk;
      const found = /http:\/\/\S+#token=[0-9a-f]{64}/.exec(told);
      if (!found) return;
      clearTimeout(timer);
      done({ child, url: found[0] });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => {
      clearTimeout(timer);
      fail(new Error(`raymig studio ended with ${code}: ${told}`));
    });
  });
}

function ended(child) {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", done);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5000).unref();
  });
}

/** Fails on what the page's console and its policies said; see above. */
function watch(page) {
  const said = [];
  let expected = [];
  page.on("console", (message) => {
    if (!["error", "warning", "assert"].includes(message.type())) return;
    said.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => said.push(`exception: ${error.stack ?? error.message}`));
  page.expectErrors = (...patterns) => {
    expected = [...expected, ...patterns];
  };
  page.calm = () => {
    const bad = said.filter((line) => !expected.some((pattern) => pattern.test(line)));
    said.length = 0;
    if (bad.length > 0) throw new Error(`the page complained:\n${bad.join("\n")}`);
  };
}

export async function openStudio({ sql = "", args = [], files = {} } = {}) {
  if (!socket) throw new Error("RAYMIG_TEST_SOCKET is not set: run this by `make test`");
  databases += 1;
  const name = `studio_${process.pid}_${databases}`;
  psql("postgres", `create database ${name}`);
  if (sql) psql(name, sql);
  const folder = mkdtempSync(join(tmpdir(), "raymig-studio-"));
  for (const [path, text] of Object.entries({ "raymig.lua": "return {}\n", ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const address = `postgresql://postgres@/${name}?host=${encodeURIComponent(socket)}`;
  const { child, url } = await startServer(folder, address, args);
  const browser = await launchBrowser();
  const base = new URL(url).origin;

  return {
    url,
    base,
    token: url.slice(-64),
    browser,
    folder,
    child,
    /** A new tab; `theme` is the system's, `url` another address than the printed one. */
    async page({ theme = "light", width = 1280, height = 800, address: to = url } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        acceptDownloads: true,
        permissions: ["clipboard-read", "clipboard-write"],
      });
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT);
      watch(page);
      await page.goto(to);
      return page;
    },
    /** psql's answer: rows by line, columns by |. */
    query: (text) => psql(name, text, ["-A", "-t"]).trimEnd(),
    /** A psql that runs a text in the background; kill() ends it. */
    start: (text) => {
      const words = ["-h", socket, "-U", "postgres", "-d", name, "-X", "-q", "-c", text];
      return spawn("psql", words, { stdio: "ignore" });
    },
    oid: (relation) => Number(psql(name, `select '${relation}'::regclass::oid::int`, ["-A", "-t"])),
    /** To a table's rows, and waits until they are there. */
    async go(page, relation, query = "") {
      const oid = this.oid(relation);
      const to = (hash) =>
        page.evaluate((next) => {
          location.hash = next;
        }, hash);
      // By way of no table, so that rows of an earlier visit are not taken for these.
      await to("#/data");
      await page.locator(".grid").waitFor({ state: "detached" });
      await to(`#/data/${oid}${query}`);
      await page.locator(`.toolbar h1:has-text("${relation.split(".").at(-1)}")`).waitFor();
      await page.locator('.gridbar [aria-label="Rows"]:not(:empty)').waitFor();
    },
    async close() {
      await browser.close();
      await ended(child);
      psql("postgres", `drop database if exists ${name} with (force)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The cell of a grid by its row and column, from 0, as it is drawn now. */
export function cell(page, row, column) {
  return page.locator(`.grid-cell[id$="-${row}-${column}"]`);
}
