// The SQL view: running, results, errors, transactions, plans, history and saved queries.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { cell, openStudio } from "../support/studio.mjs";

const SQL = `
create table film (film_id int primary key, title text not null, note text);
insert into film select n, 'Film ' || n, case when n % 2 = 0 then 'even' end
  from generate_series(1, 2500) n;
create table "odd ""Name" (id int primary key, "<b>x</b>" text);
create type mood as enum ('calm', '<script>alert(1)</script>');
insert into "odd ""Name" values (1, '<img src=x onerror=alert(1)>');
create function noisy() returns int language plpgsql as $$
  begin raise notice 'hello <i>there</i>' using hint = 'a hint'; return 1; end $$;
analyze;
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

/** A tab at the SQL view, its editor empty and with the focus. */
async function open(options) {
  page = await studio.page(options);
  await page.getByRole("link", { name: "SQL" }).click();
  await page.locator(".cm-content").waitFor();
  await page.locator(".cm-content").click();
}

/** Takes what is offered: the editor takes no Enter right after the list came up, in case it was meant for the text. */
async function accept() {
  await page.waitForTimeout(250);
  await page.keyboard.press("Enter");
}

/** Writes into the editor as a paste would: nothing is completed, no bracket is closed. */
async function write(sql) {
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(sql);
}

const results = () => page.getByRole("tablist", { name: "Results" });
const result = (name) => results().getByRole("tab", { name });
const foot = () => page.locator(".results-foot");
const text = () => page.locator(".cm-content").innerText();

async function runSql(sql) {
  await write(sql);
  await page.keyboard.press("Control+Enter");
}

for (const theme of ["light", "dark"]) {
  describe(`running in the ${theme} theme`, () => {
    it("shows rows, how many, and how long they took", async () => {
      await open({ theme });
      await runSql("select film_id, title, note from film order by 1 limit 3");
      await cell(page, 0, 1).filter({ hasText: "Film 1" }).waitFor();
      assert.equal(await cell(page, 0, 2).innerText(), "NULL");
      assert.equal(await cell(page, 1, 2).innerText(), "even");
      assert.match(await foot().innerText(), /^3 rows\s+[\d.]+ m?s/);
    });
  });
}

describe("running", () => {
  it("runs everything, a result a statement, and goes between them", async () => {
    await open();
    await runSql("select 1 as one;\nupdate film set note = note where film_id = 1;\nselect 2 as two;");
    await result("3 SELECT 1").waitFor();
    assert.equal(await results().getByRole("tab").count(), 3);
    assert.equal(await cell(page, 0, 0).innerText(), "1");
    await result("2 UPDATE 1").click();
    await page.getByRole("heading", { name: "UPDATE 1" }).waitFor();
    await result("3 SELECT 1").click();
    await cell(page, 0, 0).filter({ hasText: "2" }).waitFor();
  });

  it("runs what is selected, and nothing else", async () => {
    await open();
    await write("select 1 as a;\nselect 2 as b");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Shift+End");
    await page.keyboard.press("Control+Enter");
    await result("SELECT 1").waitFor();
    assert.equal(await results().getByRole("tab").count(), 1);
    assert.equal(await cell(page, 0, 0).innerText(), "1");
  });

  it("runs the statement at the cursor", async () => {
    await open();
    await write("select 1 as a;\nselect $$ ; $$ as b;\nselect 3 as c");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Control+Shift+Enter");
    await result("SELECT 1").waitFor();
    assert.equal(await cell(page, 0, 0).innerText(), " ; ");
  });

  it("shows as many rows as the limit lets, and says that there are more", async () => {
    await open();
    await page.getByLabel("Rows shown at most").selectOption("100");
    await runSql("select * from film");
    await foot().getByText("100 rows").waitFor();
    await foot().getByText("only the first 100: there are more").waitFor();
    await page.getByLabel("Rows shown at most").selectOption("1000");
  });

  it("tells notices, as text", async () => {
    await open();
    await runSql("select noisy()");
    const notices = page.getByRole("list", { name: "Notices of the server" });
    await notices.getByText("hello <i>there</i>").waitFor();
    await notices.getByText("a hint").waitFor();
  });

  it("cancels on the server", async () => {
    await open();
    await runSql("select pg_sleep(60)");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alert").getByText(/cancel/).waitFor();
    const left = studio.query(
      "select count(*) from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'",
    );
    assert.equal(left, "0");
  });

  it("ends what takes longer than the time limit", async () => {
    await open();
    await page.getByLabel("Timeout").selectOption("5000");
    await runSql("select pg_sleep(20)");
    await page.getByRole("alert").getByText(/statement timeout/).waitFor();
    await page.getByLabel("Timeout").selectOption("0");
  });

  it("reads the catalog again after what changed it", async () => {
    await open();
    await runSql("create table made_here (id int)");
    await page.getByRole("treeitem", { name: /^made_here/ }).waitFor();
  });
});

describe("errors", () => {
  it("are marked where they stand, behind characters of every width", async () => {
    await open();
    await runSql("select '😀ü', 1;\nselect title, nothing_so from film");
    await page.getByRole("alert").getByText('column "nothing_so" does not exist').waitFor();
    await page.getByText("SQLSTATE 42703").waitFor();
    assert.equal(await page.locator(".cm-error-at").innerText(), "nothing_so");
    assert.equal(await result("1 SELECT 1").count(), 1);
    await page.keyboard.press("Control+Home");
    await page.getByRole("button", { name: "Show where" }).click();
    await page.keyboard.type("X");
    assert.match(await text(), /Xnothing_so/);
  });

  it("show hostile names and values as text", async () => {
    await open();
    await runSql('select * from "odd ""Name"');
    assert.equal(await cell(page, 0, 1).innerText(), "<img src=x onerror=alert(1)>");
    await page.locator(".grid-head").getByText("<b>x</b>").waitFor();
    await runSql("select '<script>x</script>'::mood");
    await page.getByRole("alert").getByText(/<script>x<\/script>/).waitFor();
  });
});

describe("a result", () => {
  it("is copied, exported, and shown value by value", async () => {
    await open();
    await runSql(`select 1 as n, '=1+1' as sum, '{"a": [1, 2]}'::jsonb as doc, null as nothing`);
    await cell(page, 0, 2).dblclick();
    const dialog = page.getByRole("dialog", { name: "doc" });
    assert.equal(
      await dialog.locator("pre").innerText(),
      '{\n  "a": [\n    1,\n    2\n  ]\n}',
    );
    await page.keyboard.press("Escape");
    const saved = async (item) => {
      await page.getByRole("button", { name: "Export" }).click();
      const [file] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: item, exact: true }).click(),
      ]);
      return readFileSync(await file.path(), "utf8");
    };
    assert.equal(await saved("CSV"), `n,sum,doc,nothing\r\n1,'=1+1,"{""a"": [1, 2]}",\r\n`);
    assert.deepEqual(JSON.parse(await saved("JSON")), [
      { n: "1", sum: "=1+1", doc: '{"a": [1, 2]}', nothing: null },
    ]);
  });
});

describe("a result that was cut", () => {
  it("is exported whole, by running it again", async () => {
    await open();
    await page.getByLabel("Rows shown at most").selectOption("100");
    await runSql("select film_id from film order by 1");
    await foot().getByText("100 rows").waitFor();
    await page.getByRole("button", { name: "Export" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "All rows as CSV" }).click(),
    ]);
    const lines = readFileSync(await file.path(), "utf8").trimEnd().split(/\r?\n/);
    assert.equal(lines.length, 1 + Number(studio.query("select count(*) from film")));
    assert.equal(lines[0], "film_id");
  });
});

describe("a transaction", () => {
  it("stays open until it is committed or rolled back, and is seen", async () => {
    await open();
    await page.getByRole("radio", { name: "Transaction" }).click();
    await runSql("insert into film values (9001, 'In a transaction')");
    await page.getByText("transaction open").waitFor();
    assert.equal(studio.query("select count(*) from film where film_id = 9001"), "0");
    await page.getByRole("button", { name: "Roll back" }).click();
    await page.getByText("no transaction").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("transaction open").waitFor();
    await page.getByRole("button", { name: "Commit" }).click();
    await page.getByText("no transaction").waitFor();
    assert.equal(studio.query("select count(*) from film where film_id = 9001"), "1");
  });

  it("that failed says so, and can only be rolled back", async () => {
    await open();
    await page.getByRole("radio", { name: "Transaction" }).click();
    await runSql("select 1/0");
    await page.getByText("transaction failed").waitFor();
    assert.ok(await page.getByRole("button", { name: "Commit" }).isDisabled());
    await page.getByRole("button", { name: "Roll back" }).click();
    await page.getByText("no transaction").waitFor();
  });
});

describe("the editor", () => {
  it("completes tables, columns of the statement's tables, and quotes what needs it", async () => {
    await open();
    await page.keyboard.type("select  from film f where f.ti");
    const options = page.locator(".cm-tooltip-autocomplete li");
    await options.filter({ hasText: "title" }).first().waitFor();
    await accept();
    assert.match(await text(), /f\.title/);
    await page.keyboard.press("Home");
    for (let at = 0; at < 7; at += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.type("no");
    await options.filter({ hasText: "note" }).first().waitFor();
    await write("select * from ");
    await page.keyboard.type("odd");
    await options.filter({ hasText: 'odd "Name' }).first().waitFor();
    await accept();
    assert.match(await text(), /from (public\.)?"odd ""Name"/);
  });

  it("keeps a tab's text, through other views and a reload", async () => {
    await open();
    await write("select 'first tab'");
    await page.getByRole("button", { name: "New query tab" }).click();
    await write("select 'second tab'");
    await page.getByRole("link", { name: "Data" }).click();
    await page.getByRole("link", { name: "SQL" }).click();
    await page.locator(".cm-content").waitFor();
    assert.equal((await text()).trim(), "select 'second tab'");
    await page.reload();
    await page.locator(".cm-content").waitFor();
    assert.equal((await text()).trim(), "select 'second tab'");
    await page.getByRole("tab", { name: "Query 1" }).click();
    assert.equal((await text()).trim(), "select 'first tab'");
  });

  it("types over a selection without breaking the page's policy", async () => {
    await open();
    await write("select 'something' from film");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("x");
    assert.equal((await text()).trim(), "x");
  });
});

describe("a plan", () => {
  it("is a tree with the costly nodes marked, and what they did", async () => {
    await open();
    await write("select count(*) from film a join film b using (title) where a.note is not null");
    await page.keyboard.press("Control+Shift+e");
    const tree = page.getByRole("tree", { name: "The plan" });
    await tree.getByText("Hash Join").waitFor();
    await page.getByText("Execution Time").waitFor();
    assert.ok((await tree.locator(".heat-2, .heat-3").count()) > 0);
    await tree.getByRole("treeitem").filter({ hasText: "film a" }).click();
    await tree.getByText("Filter", { exact: true }).waitFor();
    await tree.getByText(/note IS NOT NULL/).waitFor();
    await tree.getByText(/hit/).first().waitFor();
  });

  it("of a write takes back what it did", async () => {
    await open();
    await write("delete from film where film_id < 10");
    await page.keyboard.press("Control+Shift+e");
    await page.getByRole("tree", { name: "The plan" }).getByText("Delete").waitFor();
    assert.equal(studio.query("select count(*) from film where film_id < 10"), "9");
  });
});

describe("queries of the project", () => {
  it("are saved, found again, and deleted", async () => {
    await open();
    await write("select 'kept' as saved");
    await page.keyboard.press("Control+s");
    await page.getByLabel("Name", { exact: true }).fill("My <b>query</b>");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "My <b>query</b>" }).waitFor();
    await page.getByRole("radio", { name: "Saved" }).click();
    const list = page.getByRole("list", { name: "Saved queries" });
    await list.getByText("My <b>query</b>").waitFor();
    await list.getByRole("button", { name: "Delete My <b>query</b>" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No saved queries").waitFor();
  });

  it("that were run are in the history, with their errors", async () => {
    await open();
    await runSql("select 'in the history'");
    await result("SELECT 1").waitFor();
    await runSql("select 'broken' from nowhere_at_all");
    await page.getByRole("alert").first().waitFor();
    await page.getByRole("radio", { name: "History" }).click();
    const list = page.getByRole("list", { name: "History" });
    await list.getByText(/relation "nowhere_at_all" does not exist/).waitFor();
    await list.getByRole("button", { name: /in the history/ }).click();
    await page.locator(".cm-content").filter({ hasText: "select 'in the history'" }).waitFor();
    await page.getByRole("button", { name: "Clear the history" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
    await page.getByText("Nothing was run yet").first().waitFor();
  });
});

describe("a read-only studio", () => {
  it("runs reads, refuses writes in the server's words, and offers no transaction", async () => {
    const reading = await openStudio({ sql: `${SQL}create extension dblink;`, args: ["--read-only"] });
    try {
      const own = studio;
      studio = reading;
      await open();
      await runSql("select count(*) from film");
      await cell(page, 0, 0).filter({ hasText: "2500" }).waitFor();
      await runSql("delete from film");
      await page.getByRole("alert").waitFor();
      assert.equal(reading.query("select count(*) from film"), "2500");
      assert.equal(await page.getByRole("radio", { name: "Transaction" }).count(), 0);
      await page.getByText("read-only").first().waitFor();
      await page.getByText(/read-only, but for dblink, dblink_exec/).waitFor();
      page.calm();
      await page.context().close();
      page = undefined;
      studio = own;
    } finally {
      await reading.close();
    }
  });
});
