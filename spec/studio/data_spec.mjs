// The rows of a table: pages, sort, filters, counts, foreign keys, the keys of the grid.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { cell, openStudio } from "../support/studio.mjs";

const SQL = `
create table authors (id int primary key, name text not null, born date);
create table books (
  id int primary key, author int not null references authors, title text, price numeric(8, 2),
  isbn text unique);
create index on books (title);
insert into authors select i, 'author ' || i, date '1900-01-01' + i from generate_series(1, 50) i;
insert into books
  select i, 1 + i % 50, 'book ' || lpad(i::text, 5, '0'), i % 100, 'isbn' || i
  from generate_series(1, 20000) i;
update books set title = null where id = 2;
update books set title = '' where id = 3;
update books set title = E'two\\nlines' where id = 4;
update books set title = '<img src=x onerror=alert(1)>' where id = 5;
create function twice(n int) returns int language sql as 'select n * 2';
create type mood as enum ('calm', 'dense');
create sequence numbers;
create view cheap as select * from books where price < 2;
create table keyless (a text, b int);
insert into keyless values ('one', 1), ('two', 2);
create table nothing (id int primary key, what text);
create table wide (id int primary key ${Array.from({ length: 120 }, (_, i) => `, c${i} int default ${i}`).join("")});
insert into wide (id) select generate_series(1, 300);
create table composite (a int, b text, c text, primary key (a, b));
create table points (id int primary key, a int, b text, foreign key (a, b) references composite);
insert into composite values (1, 'x', 'first'), (1, 'y', 'second');
insert into points values (1, 1, 'y'), (2, null, 'y');
create table many (id int primary key, price int);
insert into many select i, i % 7 from generate_series(1, 100000) i;
analyze;
`;

let studio;
let page;
before(async () => {
  studio = await openStudio({ sql: SQL });
});
// One tab for all: nothing here changes what the next one looks at.
afterEach(() => page?.calm());
after(() => studio?.close());

const grid = () => page.locator(".grid");
const counted = () => page.locator('.gridbar [aria-label="Rows"]');
const texts = async (column, count) => {
  const all = [];
  for (let row = 0; row < count; row += 1) all.push(await cell(page, row, column).textContent());
  return all;
};
const head = (name) => page.getByRole("columnheader", { name: new RegExp(`^${name}`) });
const until = (row, column, text) =>
  cell(page, row, column).filter({ hasText: new RegExp(`^${text}$`) }).waitFor();

async function open(relation, query) {
  page ??= await studio.page();
  await studio.go(page, relation, query);
}

describe("the rows", () => {
  it("come in the order of the key, a page at a time", async () => {
    await open("books");
    assert.deepEqual(await texts(0, 4), ["1", "2", "3", "4"]);
    await counted().getByText("1–200 of about 20,000").waitFor();
  });

  it("go on as one scrolls, and only what is in sight is in the document", async () => {
    await open("books");
    for (let step = 1; step <= 12; step += 1) {
      await grid().evaluate((element) => {
        element.scrollTop = element.scrollHeight;
      });
      await page.waitForTimeout(120);
    }
    await page.waitForFunction(() => {
      const shown = document.querySelector('.gridbar [aria-label="Rows"]').textContent;
      return Number(/–([\d,]+)/.exec(shown)[1].replace(",", "")) >= 1000;
    });
    assert.ok((await page.locator(".grid-cell:visible").count()) < 500);
  });

  it("are virtual across as well", async () => {
    await open("wide");
    assert.ok((await page.locator(".grid-row:visible").first().locator(".grid-cell:visible").count()) < 40);
    await grid().focus();
    await page.keyboard.press("End");
    await cell(page, 0, 120).waitFor();
    assert.equal(await cell(page, 0, 120).textContent(), "119");
  });

  it("jump to the last and to the first", async () => {
    await open("books");
    await grid().focus();
    await page.keyboard.press("Control+End");
    await counted().getByText("the last 200").waitFor();
    assert.equal(await page.locator(".grid-cell.current").textContent(), "20000");
    await page.getByRole("button", { name: "First rows" }).click();
    await counted().getByText("1–200").waitFor();
    assert.equal(await cell(page, 0, 0).textContent(), "1");
  });

  it("go back from the last a page at a time, and nothing moves in sight", async () => {
    await open("books");
    await page.getByRole("button", { name: "Last rows" }).click();
    await counted().getByText("the last 200").waitFor();
    await grid().evaluate((element) => {
      element.scrollTop = 40 * 26;
    });
    await counted().getByText("the last 400").waitFor();
    await page.waitForTimeout(400);
    assert.match(await counted().textContent(), /the last 400/);
    const top = await grid().evaluate((element) => element.scrollTop);
    assert.ok(Math.abs(top - 240 * 26) < 26, `${top}`);
    const first = Math.ceil(top / 26);
    assert.equal(await cell(page, first, 0).textContent(), String(20000 - 400 + first + 1));
  });

  it("tell NULL from empty, and lines and markup as text", async () => {
    await open("books");
    assert.match(await cell(page, 1, 2).getAttribute("class"), /\bnull\b/);
    assert.equal(await cell(page, 1, 2).textContent(), "NULL");
    assert.doesNotMatch(await cell(page, 2, 2).getAttribute("class"), /\bnull\b/);
    assert.equal(await cell(page, 2, 2).textContent(), "");
    assert.equal(await cell(page, 3, 2).textContent(), "two↵lines");
    assert.equal(await cell(page, 4, 2).textContent(), "<img src=x onerror=alert(1)>");
    assert.equal(await page.locator("img").count(), 0);
  });

  it("of a view, of a table without a key, of an empty table", async () => {
    await open("cheap");
    await page.getByText("cannot be edited: no key names a row").waitFor();
    await studio.go(page, "keyless");
    assert.deepEqual(await texts(0, 2), ["one", "two"]);
    await studio.go(page, "nothing");
    await page.getByText("No rows yet").waitFor();
  });
});

describe("sort and filters", () => {
  it("sort by a click on the head: up, down, not at all", async () => {
    await open("books");
    await head("title").click();
    await until(0, 0, "3");
    assert.equal(await head("title").getAttribute("aria-sort"), "ascending");
    await head("title").click();
    await until(0, 0, "2");
    await until(1, 2, "two↵lines");
    await head("title").click();
    await until(0, 0, "1");
    assert.equal(await head("title").getAttribute("aria-sort"), "none");
  });

  it("sort by several with Shift, and say which is first", async () => {
    await open("books");
    await head("price").click();
    await page.waitForFunction(() => location.hash.includes("sort"));
    await head("isbn").click({ modifiers: ["Shift"] });
    await page.locator(".grid-place").nth(1).waitFor();
    assert.deepEqual(await page.locator(".grid-place").allTextContents(), ["1", "2"]);
  });

  it("say that no index helps", async () => {
    await open("many");
    await head("price").click();
    await page.getByText("No index helps with price").waitFor();
    await page.goBack();
    await page.getByText("No index helps with price").waitFor({ state: "detached" });
  });

  it("filter by column, operator and value, as a chip that can be dropped", async () => {
    await open("books");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    const form = page.getByRole("form", { name: "New filter" });
    await form.getByLabel("Column").selectOption({ label: "title" });
    await form.getByLabel("Operator").selectOption("like");
    await form.getByLabel("Value").fill("book 0001%");
    await form.getByRole("button", { name: "Apply" }).click();
    await counted().getByText("10 rows").waitFor();
    await page.getByRole("button", { name: /^Drop the filter title/ }).click();
    await counted().getByText("1–200").waitFor();
  });

  it("filter by NULL, which takes no value, and by a list", async () => {
    await open("books");
    await page.keyboard.press("Alt+f");
    const form = page.getByRole("form", { name: "New filter" });
    await form.getByLabel("Column").selectOption({ label: "title" });
    await form.getByLabel("Operator").selectOption("is null");
    assert.equal(await form.getByLabel("Value").count(), 0);
    await form.getByRole("button", { name: "Apply" }).click();
    await counted().getByText("1 row", { exact: true }).waitFor();
    await page.getByRole("button", { name: /^Drop the filter/ }).click();
    await counted().getByText("1–200").waitFor();
    await page.keyboard.press("Alt+f");
    await form.getByLabel("Column").selectOption({ label: "id" });
    await form.getByLabel("Operator").selectOption("in");
    await form.getByLabel("Value").fill("7, 9");
    await form.getByRole("button", { name: "Apply" }).click();
    await counted().getByText("2 rows").waitFor();
  });

  it("filter by a raw condition, and show the server's error", async () => {
    await open("books");
    const where = page.getByLabel("Raw WHERE condition");
    await where.fill("price > 98 and id < 1000");
    await where.press("Enter");
    await counted().getByText("10 rows").waitFor();
    page.expectErrors(/422/);
    await where.fill("no such thing");
    await where.press("Enter");
    await page.getByRole("alert").getByText(/syntax error/).waitFor();
    await where.fill("id = 3");
    await where.press("Enter");
    await counted().getByText("1 row", { exact: true }).waitFor();
  });

  it("say that nothing fits, and offer all", async () => {
    await open("books", `?q=${encodeURIComponent('{"where":"false"}')}`);
    await page.getByText("No row fits the filters").waitFor();
    await page.getByRole("button", { name: "Show all rows" }).click();
    await counted().getByText("1–200").waitFor();
  });

  it("are in the address: back goes to what was shown before", async () => {
    await open("books");
    await head("title").click();
    await until(0, 0, "3");
    await page.goBack();
    await until(0, 0, "1");
  });
});

describe("the count", () => {
  it("is exact when somebody asks", async () => {
    await open("books");
    await counted().getByText("about").waitFor();
    await page.getByRole("button", { name: "Count exactly" }).click();
    await counted().getByText("1–200 of 20,000").waitFor();
    await page.getByRole("button", { name: "Last rows" }).click();
    await counted().getByText("19,801–20,000 of 20,000").waitFor();
    assert.equal(await page.locator(".grid-gutter.marked").textContent(), "20000");
  });

  it("is stopped on the server too", async () => {
    await open("books", `?q=${encodeURIComponent('{"where":"pg_sleep(0.001) is not null"}')}`);
    await page.getByRole("button", { name: "Count exactly" }).click();
    await page.getByRole("button", { name: "Stop counting" }).click();
    await page.getByRole("button", { name: "Count exactly" }).waitFor();
    for (let turn = 0; turn < 40; turn += 1) {
      const running = studio.query(
        "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' and query like '%pg_sleep(0.001)%' and pid <> pg_backend_pid()",
      );
      if (running === "0") return;
      await page.waitForTimeout(100);
    }
    assert.fail("the count still runs on the server");
  });
});

describe("foreign keys", () => {
  it("are followed to the row, and back to those that point at it", async () => {
    await open("books");
    await cell(page, 0, 1).click();
    await page.keyboard.press("Control+Enter");
    await page.locator('.toolbar h1:has-text("authors")').waitFor();
    await counted().getByText("1 row", { exact: true }).waitFor();
    assert.equal(await cell(page, 0, 1).textContent(), "author 2");
    await cell(page, 0, 0).click({ button: "right" });
    await page.getByRole("menuitem", { name: "books" }).click();
    await page.locator('.toolbar h1:has-text("books")').waitFor();
    await counted().getByText("filtered").waitFor();
  });

  it("of several columns are followed by all of them", async () => {
    await open("points");
    await cell(page, 0, 1).hover();
    await cell(page, 0, 1).locator(".follow").click();
    await page.locator('.toolbar h1:has-text("composite")').waitFor();
    await counted().getByText("1 row", { exact: true }).waitFor();
    assert.equal(await cell(page, 0, 2).textContent(), "second");
  });
});

describe("the grid", () => {
  it("moves by the keys and names its current cell", async () => {
    await open("books");
    await grid().focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
    const current = () =>
      page.evaluate(() => {
        const id = document.querySelector(".grid").getAttribute("aria-activedescendant");
        return document.getElementById(id)?.id.split("-").slice(1).join(",");
      });
    assert.equal(await current(), "2,1");
    await page.keyboard.press("End");
    assert.equal(await current(), "2,4");
    await page.keyboard.press("Home");
    assert.equal(await current(), "2,0");
    await page.keyboard.press("PageDown");
    assert.ok(Number((await current()).split(",")[0]) > 10);
    await page.keyboard.press("PageUp");
    assert.equal(await current(), "2,0");
  });

  it("has the roles and numbers of a grid", async () => {
    await open("authors");
    const roles = await page.evaluate(() => {
      const element = document.querySelector('[role="grid"]');
      return {
        rows: element.getAttribute("aria-rowcount"),
        columns: element.getAttribute("aria-colcount"),
        heads: element.querySelectorAll('[role="columnheader"]').length,
        first: element.querySelector('.grid-row[role="row"]').getAttribute("aria-rowindex"),
        name: element.getAttribute("aria-label"),
      };
    });
    assert.deepEqual(roles, { rows: "51", columns: "3", heads: 3, first: "2", name: "Rows of authors" });
  });

  it("copies a range as text, and as CSV, JSON and INSERT from the menu", async () => {
    await open("authors");
    await cell(page, 0, 0).click();
    await cell(page, 1, 1).click({ modifiers: ["Shift"] });
    await page.keyboard.press("Control+c");
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    assert.equal(await clipboard(), "1\tauthor 1\n2\tauthor 2");
    const copyAs = async (name) => {
      await cell(page, 0, 0).click({ button: "right" });
      await page.getByRole("menuitem", { name }).click();
      await page.getByRole("log").getByText(/copied as/).last().waitFor();
      return clipboard();
    };
    assert.equal(await copyAs("Copy as CSV"), "id,name\n1,author 1\n2,author 2");
    assert.deepEqual(JSON.parse(await copyAs("Copy as JSON")), [
      { id: 1, name: "author 1" },
      { id: 2, name: "author 2" },
    ]);
    assert.equal(
      (await copyAs("Copy as INSERT")).split("\n")[0],
      "INSERT INTO public.authors (id, name) VALUES ('1', 'author 1');",
    );
  });

  it("makes columns wider, and hides and shows them", async () => {
    await open("authors");
    const before = (await head("name").boundingBox()).width;
    const grip = await head("name").locator(".grid-grip").boundingBox();
    await page.mouse.move(grip.x + 3, grip.y + 10);
    await page.mouse.down();
    await page.mouse.move(grip.x + 83, grip.y + 10);
    await page.mouse.up();
    assert.ok(Math.abs((await head("name").boundingBox()).width - before - 80) < 3);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "born" }).click();
    await head("born").waitFor({ state: "detached" });
    await page.getByRole("menuitemcheckbox", { name: "born" }).click();
    await head("born").waitFor();
  });

  it("shows the row as a list", async () => {
    await open("books");
    await grid().focus();
    await page.keyboard.press("Space");
    const panel = page.getByRole("complementary", { name: "The row as a list" });
    await panel.getByText("isbn1", { exact: true }).waitFor();
    await page.keyboard.press("ArrowDown");
    await panel.getByText("isbn2", { exact: true }).waitFor();
    await panel.getByRole("link", { name: /authors/ }).click();
    await page.locator('.toolbar h1:has-text("authors")').waitFor();
    await page.getByRole("button", { name: "Close the row's panel" }).click();
    await panel.waitFor({ state: "detached" });
  });
});

describe("the structure", () => {
  it("has columns, keys, references, indexes, sizes", async () => {
    await open("books");
    await page.getByRole("tab", { name: "Structure" }).click();
    const section = (name) => page.getByRole("region", { name, exact: true });
    await section("Columns").getByText("numeric(8,2)").waitFor();
    await section("Keys").getByText(/PRIMARY KEY/).waitFor();
    await section("References").getByRole("link", { name: "public.authors" }).waitFor();
    await section("Indexes").getByText(/books_title_idx/).first().waitFor();
    await page.getByText("primary key (id)", { exact: true }).waitFor();
  });

  it("of a function, a type and a sequence is shown, too", async () => {
    page ??= await studio.page();
    for (const [oid, text] of [
      ["'twice(int)'::regprocedure", /create.*function.*twice/is],
      ["'mood'::regtype", /create type.*mood/is],
      ["'numbers'::regclass", /create sequence.*numbers/is],
    ]) {
      const hash = `#/data/${studio.query(`select (${oid})::oid::int`)}?tab=ddl`;
      await page.evaluate((next) => {
        location.hash = next;
      }, hash);
      await page.locator(".code").filter({ hasText: text }).waitFor();
    }
  });

  it("has the DDL, to be copied", async () => {
    await open("books");
    await page.getByRole("tab", { name: "DDL" }).click();
    await page.locator(".code").getByText(/CREATE TABLE.*books/i).waitFor();
    await page.getByRole("button", { name: "Copy" }).click();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /references/i);
  });
});
