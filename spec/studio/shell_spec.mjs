// The frame: the key of the address, the themes, the palette, the keys, the tree of objects.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { openStudio } from "../support/studio.mjs";

const SQL = `
create schema shop;
comment on schema shop is 'everything that is sold';
create table shop.products (id int primary key, name text not null);
create view shop.cheap as select * from shop.products;
create materialized view shop.counted as select count(*) from shop.products;
create table shop.events (at date not null, what text) partition by range (at);
create table shop.events_2026 partition of shop.events
  for values from ('2026-01-01') to ('2027-01-01');
create sequence shop.numbers;
create function shop.twice(n int) returns int language sql as 'select n * 2';
create type shop.mood as enum ('calm', 'dense');
create table "<img src=x onerror=alert(1)>" ("<b>bold</b>" text);
comment on table "<img src=x onerror=alert(1)>" is '<script>alert(1)</script>';
`;

let studio;
let page;
before(async () => {
  studio = await openStudio({ sql: SQL });
});
afterEach(async () => {
  page?.calm();
  await page?.context().close();
  page = undefined;
});
after(() => studio?.close());

const tree = () => page.getByRole("tree", { name: "Objects" });
const item = (name) => tree().getByRole("treeitem", { name });

describe("the key in the address", () => {
  it("leaves the address bar and the history, and outlives a reload", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    assert.ok(!page.url().includes(studio.token), page.url());
    assert.equal(await page.evaluate(() => history.length), 2);
    await page.reload();
    await item(/^products/).waitFor();
  });

  it("is asked for where it is missing", async () => {
    page = await studio.page({ address: `${studio.base}/` });
    await page.getByText("This address lacks its key").waitFor();
  });

  it("is refused where it is another one", async () => {
    page = await studio.page({ address: `${studio.base}/#token=${"0".repeat(64)}` });
    page.expectErrors(/401/);
    await page.getByText("The server knows this tab no longer").waitFor();
  });
});

describe("the themes", () => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  for (const theme of ["light", "dark"]) {
    it(`is ${theme} where the system is`, async () => {
      page = await studio.page({ theme });
      await item(/^products/).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
      const [red] = (await background()).match(/\d+/g).map(Number);
      assert.equal(red > 128, theme === "light");
    });
  }

  it("is switched by a button, and remembers", async () => {
    page = await studio.page({ theme: "light" });
    await page.getByRole("button", { name: "Dark theme" }).click();
    const dark = await background();
    await page.reload();
    await page.getByRole("button", { name: "Light theme" }).waitFor();
    assert.equal(await background(), dark);
  });
});

describe("the tree", () => {
  it("has relations under their schema, partitions under their table", async () => {
    page = await studio.page();
    await item(/^products, table/).waitFor();
    await item(/^cheap, view/).waitFor();
    await item(/^counted, matview/).waitFor();
    assert.equal(await item(/^events_2026/).count(), 0);
    await item(/^events, partitioned/).focus();
    await item(/^events, partitioned/).locator(".twist").click();
    await item(/^events_2026, partition/).waitFor();
  });

  it("folds sequences, functions and types", async () => {
    page = await studio.page();
    for (const [group, name] of [
      ["Sequences", /^numbers/],
      ["Functions", /^twice/],
      ["Types", /^mood/],
    ]) {
      await tree().getByRole("treeitem", { name: group, exact: true }).click();
      await item(name).waitFor();
    }
  });

  it("finds by a part of the name, and marks it", async () => {
    page = await studio.page();
    await page.getByRole("searchbox", { name: "Search objects" }).fill("2026");
    await item(/^events_2026/).waitFor();
    assert.equal(await item(/^products/).count(), 0);
    assert.equal(await tree().locator("mark").first().textContent(), "2026");
    await page.getByRole("searchbox", { name: "Search objects" }).fill("nothing so");
    await page.getByText("No object is called so.").waitFor();
  });

  it("moves by the keys, and opens by Enter", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    await tree().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => /#\/data\/\d+/.test(location.hash));
  });

  it("shows hostile names as text", async () => {
    page = await studio.page();
    const hostile = tree().getByText("<img src=x onerror=alert(1)>");
    await hostile.waitFor();
    assert.equal(await page.locator("img").count(), 0);
    await page.getByRole("table").getByText("<script>alert(1)</script>").waitFor();
  });
});

describe("the palette", () => {
  it("opens by Mod+K, finds a table by some of its letters, goes there", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("prdct");
    await page.getByRole("option", { name: /products/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(
      (oid) => location.hash.startsWith(`#/data/${oid}`),
      studio.oid("shop.products"),
    );
  });

  it("runs commands", async () => {
    page = await studio.page({ theme: "light" });
    await item(/^products/).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("theme: dark");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  });

  it("closes by Escape and gives the focus back", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    await tree().focus();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("combobox").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "tree");
  });
});

describe("the keys", () => {
  it("are listed by ?", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  });

  it("go from view to view, and hide the sidebar", async () => {
    page = await studio.page();
    await item(/^products/).waitFor();
    await page.keyboard.press("Alt+2");
    await page.waitForFunction(() => location.hash === "#/sql");
    await page.keyboard.press("Alt+1");
    await page.waitForFunction(() => location.hash === "#/data");
    await page.keyboard.press("Control+b");
    await tree().waitFor({ state: "detached" });
  });
});

describe("the settings", () => {
  it("set the theme and how close the rows stand", async () => {
    page = await studio.page({ theme: "light" });
    await item(/^products/).waitFor();
    await page.keyboard.press("Control+,");
    const dialog = page.getByRole("dialog", { name: "Settings" });
    await dialog.getByRole("radio", { name: "Dark" }).click();
    await dialog.getByRole("radio", { name: "Cosy" }).click();
    const set = () => page.evaluate(() => ({ ...document.documentElement.dataset }));
    assert.deepEqual(await set(), { theme: "dark", density: "cosy" });
    await page.reload();
    await item(/^products/).waitFor();
    assert.deepEqual(await set(), { theme: "dark", density: "cosy" });
  });
});

describe("the line of status", () => {
  it("says who is where", async () => {
    page = await studio.page();
    const status = page.getByRole("contentinfo");
    await status.getByText(/postgres@.*studio_/).waitFor();
    await status.getByText(/^PostgreSQL \d/).waitFor();
    await status.getByText("UTC").waitFor();
  });
});
