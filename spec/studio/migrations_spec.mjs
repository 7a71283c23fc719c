// The migrations view: where they stand, one of them, what differs, drift, and running with the plan first.

import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { openStudio } from "../support/studio.mjs";

const entry = (idx, tag) => ({ idx, version: "7", when: idx, tag, breakpoints: true });
const FILES = {
  "raymig.lua": 'return { schema = "schema.lua" }\n',
  "schema.lua": `local pg = require "raymig.schema"
pg.table "users" {
  pg.integer "id" :primary_key(),
  pg.text "email",
  pg.text "nick",
}
`,
  "migrations/0001_users.sql": "CREATE TABLE users (id int PRIMARY KEY, email text);\n",
  "migrations/0001_users.down.sql": "DROP TABLE users;\n",
  "migrations/0002_stars.sql":
    "ALTER TABLE users ADD COLUMN stars int DEFAULT 3;\nCOMMENT ON TABLE users IS '<b>who</b>';\n",
  "migrations/0002_stars.down.sql": "ALTER TABLE users DROP COLUMN stars;\nCOMMENT ON TABLE users IS NULL;\n",
  "migrations/meta/_journal.json": JSON.stringify({
    version: "7",
    dialect: "postgresql",
    raymig: 1,
    entries: [entry(1, "0001_users"), entry(2, "0002_stars")],
  }),
};

let studio;
let page;
before(async () => {
  studio = await openStudio({ files: FILES });
});
afterEach(async () => {
  page?.calm();
  await page?.context().close();
  page = undefined;
});
after(() => studio?.close());

// Plans are proved in a shadow: a server is started for the first of them.
const SLOW = { timeout: 60_000 };

async function open(options, to = "#/migrations") {
  page = await studio.page(options);
  await page.getByRole("link", { name: "Migrations", exact: true }).first().waitFor();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, to);
}

// The lock of the history table, as any runner takes it, held for a while.
const LOCK = `begin; select pg_advisory_xact_lock(('x' ||
  encode(substr(sha256('raymig "public"."__raymig_migrations"'), 1, 8), 'hex'))::bit(64)::bigint); select pg_sleep(60)`;

async function until(found) {
  for (let i = 0; i < 100; i += 1) {
    if (found()) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail("it did not come");
}

const row = (tag) => page.getByRole("row").filter({ hasText: tag });
const region = (name) => page.getByRole("region", { name });

// The tests go on from each other: a project is walked through.
describe("the migrations", () => {
  it("stand in a list by name and state", async () => {
    await open({ theme: "dark" });
    await row("0001_users").getByText("pending").waitFor();
    assert.equal(await row("0002_stars").getByText("pending").count(), 1);
    await page.getByRole("link", { name: "Up 2" }).waitFor();
    await page.getByRole("list", { name: "Migrations, the newest first" }).getByText("0002_stars").waitFor();
  });

  it("are run with their plan shown first, and what happens told", async () => {
    await open();
    await page.getByRole("link", { name: "Up 2" }).click();
    const up = region("Apply migrations");
    await up.getByText("CREATE TABLE users (id int PRIMARY KEY, email text);").waitFor(SLOW);
    await up.getByText("2 migrations").waitFor();
    assert.equal(studio.query("select to_regclass('users') is null"), "t");
    await up.getByLabel("How many").selectOption("1");
    await up.getByText("1 migration", { exact: true }).waitFor(SLOW);
    await up.getByRole("button", { name: "Apply" }).click();
    await up.getByRole("status").filter({ hasText: "Applied" }).waitFor(SLOW);
    await up.getByText(/0001_users is done/).waitFor();
    await up.getByRole("button", { name: "Close" }).last().click();
    await row("0001_users").getByText("applied").waitFor();
    assert.equal(await row("0001_users").getByText("postgres").count(), 1);
    assert.equal(studio.query("select count(*) from users"), "0");
  });

  it("that are no longer what was shown are not run", async () => {
    await open({}, "#/migrations/run/up");
    const up = region("Apply migrations");
    await up.getByRole("button", { name: "Apply" }).waitFor(SLOW);
    const file = join(studio.folder, "migrations/0002_stars.sql");
    writeFileSync(file, `${FILES["migrations/0002_stars.sql"]}SELECT 1;\n`);
    page.expectErrors(/409/);
    await up.getByRole("button", { name: "Apply" }).click();
    await up.getByText(/no longer what was shown/).first().waitFor();
    writeFileSync(file, FILES["migrations/0002_stars.sql"]);
    await up.getByRole("button", { name: "Plan again" }).click();
    await up.getByRole("button", { name: "Apply" }).click(SLOW);
    await up.getByRole("status").filter({ hasText: "Applied" }).waitFor(SLOW);
  });

  it("show their two ways and their log", async () => {
    await open();
    await row("0002_stars").getByRole("link").click();
    await page.locator(".cm-content").getByText("'<b>who</b>'").waitFor();
    await page.getByRole("tab", { name: "Down" }).click();
    await page.locator(".cm-content").getByText("DROP").waitFor();
    await page.getByRole("tab", { name: /^Log/ }).click();
    await page.getByRole("cell", { name: "up", exact: true }).waitFor();
    await page.getByText("Applied, and the file is what was applied.").waitFor();
  });

  it("that were edited or are missing say so, and what to do", async () => {
    await open();
    const file = join(studio.folder, "migrations/0001_users.sql");
    writeFileSync(file, "CREATE TABLE other (id int);\n");
    await page.getByRole("button", { name: "Read the migrations again" }).click();
    await row("0001_users").getByText("edited").waitFor();
    await page.getByText(/The file is not what was applied/).first().waitFor();
    writeFileSync(file, FILES["migrations/0001_users.sql"]);
    await page.getByRole("button", { name: "Read the migrations again" }).click();
    await row("0001_users").getByText("applied").waitFor();
  });
});

describe("what differs", () => {
  it("between database and schema stands side by side, and as SQL", async () => {
    await open({}, "#/migrations/diff?from=db&to=schema");
    await page.locator(".diff-list").getByRole("option", { name: /users/ }).first().waitFor(SLOW);
    await page.locator(".cm-merge-b").getByText("nick").first().waitFor();
    await page.locator(".cm-merge-a").getByText("stars").first().waitFor();
    await page.getByRole("tab", { name: "SQL there" }).click();
    await page.locator(".cm-content").getByText(/nick/).first().waitFor();
    await page.getByRole("tab", { name: "Unified" }).click();
    await page.locator(".unified .plus").getByText(/nick/).first().waitFor();
    await page.getByRole("button", { name: "Swap what is compared" }).click();
    await page.waitForURL(/from=schema&to=db/);
  });

  it("from what the migrations make is drift", async () => {
    await open({ theme: "dark" }, "#/migrations/drift");
    await page.getByRole("button", { name: "Look for drift" }).click();
    await page.getByRole("heading", { name: "No drift" }).waitFor(SLOW);
    studio.query("alter table users add column by_hand text");
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("row").filter({ hasText: "users.by_hand" }).waitFor(SLOW);
    await page.getByText(/raymig diff --from db --to migrations@0002_stars/).waitFor();
    studio.query("alter table users drop column by_hand");
  });
});

describe("what loses data", () => {
  it("is run only with the database's name typed", async () => {
    await open({}, "#/migrations/run/down");
    const down = region("Take migrations back");
    const name = studio.query("select current_database()");
    const button = down.getByRole("button", { name: "Take back" });
    await button.waitFor(SLOW);
    assert.ok(await button.isDisabled());
    const word = down.getByRole("textbox");
    await word.fill("yes");
    assert.ok(await button.isDisabled());
    await word.fill(name);
    await button.click();
    await down.getByRole("status").filter({ hasText: "Taken back" }).waitFor(SLOW);
    assert.equal(
      studio.query("select count(*) from pg_attribute where attrelid = 'users'::regclass and attname = 'stars'"),
      "0",
    );
  });
});

describe("what was renamed", () => {
  const write = (text) => writeFileSync(join(studio.folder, "schema.lua"), text);
  const mail = FILES["schema.lua"].replace('"email"', '"mail"');

  it("is asked, and goes into the plan as it was answered", async () => {
    write(mail);
    await open({}, "#/migrations/run/push");
    const push = region("Push the schema");
    const question = push.getByRole("region", { name: "What was renamed" });
    page.expectErrors(/422/);
    await question.getByText("What became of column users.email?").waitFor(SLOW);
    await question.getByRole("button", { name: "It is gone, with its data" }).waitFor();
    await question.getByRole("button", { name: "It was renamed to users.mail" }).click();
    await push.getByText("RENAME COLUMN email TO mail").first().waitFor(SLOW);
    assert.equal(await question.count(), 0);
    write(FILES["schema.lua"]);
  });
});

describe("while another runner is at work", () => {
  it("nothing is run, and who holds the lock is told", async () => {
    await open({}, "#/migrations/run/up");
    const up = region("Apply migrations");
    const button = up.getByRole("button", { name: "Apply" });
    await button.waitFor(SLOW);
    const other = studio.start(LOCK);
    try {
      await until(() => studio.query("select count(*) from pg_locks where locktype = 'advisory'") !== "0");
      page.expectErrors(/409/);
      await button.click();
      await up.getByText(/another runner holds the lock/).waitFor(SLOW);
      await up.getByText(/held by pid \d+, user postgres, psql/).waitFor();
    } finally {
      studio.query("select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)'");
      other.kill();
    }
  });
});

describe("from the schema", () => {
  it("a migration is generated", async () => {
    await open({}, "#/migrations/run/generate");
    const generate = region("Generate a migration");
    const button = generate.getByRole("button", { name: "Write the migration" });
    const gone = generate.getByRole("button", { name: "It is gone, with its data" });
    page.expectErrors(/422|409|400/);
    await button.or(gone).first().waitFor(SLOW);
    if (await gone.isVisible()) await gone.click();
    await button.waitFor(SLOW);
    const word = generate.getByRole("textbox").last();
    if (await generate.getByText(/to go on/).isVisible())
      await word.fill(studio.query("select current_database()"));
    await button.click();
    await generate.getByRole("status").filter({ hasText: "Written" }).waitFor(SLOW);
    const made = readdirSync(join(studio.folder, "migrations")).filter((file) => /^0003/.test(file));
    assert.ok(made.length > 0);
    assert.ok(existsSync(join(studio.folder, "migrations/meta/0003_snapshot.json")));
  });

  it("the database is pushed to what it says", async () => {
    await open({}, "#/migrations/run/push");
    const push = region("Push the schema");
    await push.getByRole("button", { name: "Push" }).waitFor(SLOW);
    await push.getByText("public.users.nick").waitFor();
    if (await push.getByText(/to go on/).isVisible())
      await push.getByRole("textbox").fill(studio.query("select current_database()"));
    await push.getByRole("button", { name: "Push" }).click();
    await push.getByRole("status").filter({ hasText: "Pushed" }).waitFor(SLOW);
    assert.equal(
      studio.query("select count(*) from pg_attribute where attrelid = 'users'::regclass and attname = 'nick'"),
      "1",
    );
  });
});
