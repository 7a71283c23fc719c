// The diagram: tables and their references, found, moved, kept, walked by keys, and exported.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { openStudio } from "../support/studio.mjs";

const HOSTILE = "<script>alert(1)</script>";
const SQL = `
create table country (id int primary key, name text not null);
create table city (id int primary key, country_id int not null references country, name text);
create table address (id int primary key, city_id int references city, line text);
create table customer (id int primary key, address_id int unique not null references address);
create table employee (id int primary key, boss_id int references employee);
create table "${HOSTILE}" (id int primary key, "<b>x</b>" int references country);
create table alone (id int primary key);
create schema around;
create table around.hub (id int primary key);
do $$ begin for n in 1..5 loop
  execute format('create table around.mid%s (id int primary key, hub_id int references around.hub)', n);
end loop; end $$;
create table around.leaf (id int primary key, hub_id int references around.hub, mid1_id int references around.mid1,
  mid2_id int references around.mid2, mid3_id int references around.mid3, mid4_id int references around.mid4,
  mid5_id int references around.mid5);
create schema many;
do $$ begin for n in 1..310 loop
  execute format('create table many.t%s (id int primary key, t1_id int%s)', n,
    case when n between 2 and 6 then ' references many.t1' else '' end);
end loop; insert into many.t1 values (1); end $$;
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

async function open(options) {
  page = await studio.page(options);
  await page.getByRole("link", { name: "Diagram" }).click();
  await card("country").waitFor();
}

const drawing = () => page.getByRole("application", { name: /^Diagram of/ });
const card = (name) => drawing().getByRole("button", { name: new RegExp(`^\\S+ ${name},`) });

// So many cards and no more: what was drawn before goes first, and what comes is placed by a worker.
const cards = (count) =>
  page.waitForFunction(
    (wanted) => document.querySelectorAll("[role=application] .card").length === wanted,
    count,
  );
const place = async (name) => /translate\(.*\)/.exec(await card(name).getAttribute("transform"))[0];

async function saved(item) {
  await page.getByRole("button", { name: "Export" }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: item }).click(),
  ]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

for (const theme of ["light", "dark"]) {
  describe(`the drawing in the ${theme} theme`, () => {
    it("has a card for each table and a line for each reference, and says whom each knows", async () => {
      await open({ theme });
      await cards(7);
      assert.equal(await drawing().locator(".edge").count(), 5);
      const said = await card("city").getAttribute("aria-label");
      assert.equal(said, "table city, 3 columns; refers to country; referred to by address");
      assert.equal(await drawing().locator(".edge.optional").count(), 3);
    });
  });
}

describe("the drawing", () => {
  it("writes hostile names as text", async () => {
    await open();
    const hostile = drawing().locator(".card").filter({ hasText: HOSTILE });
    await hostile.locator("text", { hasText: "<b>x</b>" }).waitFor();
    assert.equal(await page.locator("#app script, #app b").count(), 0);
  });

  it("opens a table by its name, and by Enter", async () => {
    await open();
    await card("city").locator("a.open").click();
    await page.waitForURL(/#\/data\/\d+/);
    await page.goBack();
    await card("city").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/data\/\d+/);
  });

  it("is walked with the arrow keys", async () => {
    await open();
    await card("city").focus();
    await page.keyboard.press("ArrowLeft");
    const now = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    assert.match(now, /^table country,/);
  });

  it("finds a table by its name or a column's, and jumps there", async () => {
    await open();
    const find = page.getByRole("searchbox", { name: "Find a table or column" });
    await find.fill("boss");
    await page.getByRole("option", { name: /employee/ }).getByText("column boss_id").waitFor();
    await find.press("Enter");
    const group = page.getByRole("region", { name: "The selected table" });
    await group.getByText("employee").waitFor();
    await group.getByText("refers to 1 · referred to by 1").waitFor();
  });

  it("shows columns, keys, or names alone", async () => {
    await open();
    await card("address").getByText("line", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "Keys" }).click();
    await card("address").waitFor();
    assert.equal(await card("address").locator(".column").count(), 2);
    await page.getByRole("radio", { name: "Names" }).click();
    await card("address").waitFor();
    assert.equal(await card("address").locator(".column").count(), 0);
  });

  it("zooms by keys and fits again", async () => {
    await open();
    const percent = async () =>
      Number.parseInt(await page.getByRole("button", { name: "Zoom to 100 %" }).innerText(), 10);
    const before = await percent();
    await page.keyboard.press("-");
    assert.ok((await percent()) < before);
    await page.keyboard.press("0");
    assert.equal(await percent(), 100);
    await page.keyboard.press("f");
    assert.equal(await percent(), before);
  });
});

describe("an edge", () => {
  /** How many points of edges lie behind a card, but for those of its own ends. */
  const behind = () =>
    drawing().evaluate((svg) => {
      const boxes = [...svg.querySelectorAll(".card")].map((card) => {
        const [x, y] = card.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
        const { width, height } = card.querySelector(".box").getBBox();
        return { left: x + 1, top: y + 1, right: x + width - 1, bottom: y + height - 1 };
      });
      return [...svg.querySelectorAll(".edge .line")].flatMap((line) =>
        Array.from({ length: 201 }, (_, i) => line.getPointAtLength((line.getTotalLength() * i) / 200)),
      ).filter(({ x, y }) =>
        boxes.some((box) => x > box.left && x < box.right && y > box.top && y < box.bottom),
      ).length;
    });

  it("goes around the cards between its ends, also where one was dragged", async () => {
    await open();
    await page.getByRole("combobox", { name: "Schema" }).selectOption({ label: "around" });
    await card("leaf").waitFor();
    assert.equal(await behind(), 0);
    // From far to the left, over what is between, to the far right.
    await card("mid3").press("Shift+ArrowDown");
    await card("mid3").press("Shift+ArrowDown");
    assert.equal(await behind(), 0);
  });
});

describe("where tables stand", () => {
  it("is kept in the project when one is dragged, until it is arranged anew", async () => {
    await open();
    const before = await place("country");
    const box = await card("country").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 4);
    await page.mouse.down();
    await page.mouse.move(box.x + 90, box.y + 120, { steps: 5 });
    await Promise.all([page.waitForResponse(/\/api\/layout/), page.mouse.up()]);
    const moved = await place("country");
    assert.notEqual(moved, before);
    await page.reload();
    await card("country").waitFor();
    assert.equal(await place("country"), moved);
    await Promise.all([
      page.waitForResponse(/\/api\/layout/),
      page.getByRole("button", { name: "Arrange" }).click(),
    ]);
    await card("country").waitFor();
    assert.equal(await place("country"), before);
  });

  it("is changed with Shift and an arrow, too", async () => {
    await open();
    const before = await place("alone");
    await card("alone").focus();
    await Promise.all([
      page.waitForResponse(/\/api\/layout/),
      page.keyboard.press("Shift+ArrowDown"),
    ]);
    assert.notEqual(await place("alone"), before);
    await Promise.all([
      page.waitForResponse(/\/api\/layout/),
      page.getByRole("button", { name: "Arrange" }).click(),
    ]);
  });
});

describe("the neighbourhood of a table", () => {
  it("is what is so many references away", async () => {
    await open();
    await card("city").focus();
    await page.keyboard.press("n");
    await page.waitForURL(/#\/diagram\/table\/\d+\?hops=1/);
    await card("address").waitFor();
    await cards(3);
    await page.getByLabel("How far from the table").selectOption("2");
    await card("customer").waitFor();
    await cards(5);
    await page.getByRole("button", { name: "Whole schema" }).click();
    await card("alone").waitFor();
  });

  it("is where a schema of more than 300 tables opens", async () => {
    await open();
    await page.getByRole("combobox", { name: "Schema" }).selectOption({ label: "many" });
    await card("t1").waitFor();
    await cards(6);
    assert.match(page.url(), /#\/diagram\/table\/\d+\?hops=1/);
  });
});

describe("the exported drawing", () => {
  it("is an SVG that stands alone, with every name as text", async () => {
    await open();
    const { name, bytes } = await saved("As SVG");
    const text = bytes.toString("utf8");
    assert.equal(name, "public.svg");
    assert.match(text, /^<svg[^>]*viewBox=/);
    assert.match(text, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.ok(!/<script|<a |class=|var\(|light-dark/.test(text));
    assert.match(text, />country_id</);
    assert.match(text, /fill="rgb/);
  });

  it("is a PNG", async () => {
    await open({ theme: "dark" });
    const { name, bytes } = await saved("As PNG");
    assert.equal(name, "public.png");
    assert.equal(bytes.subarray(1, 4).toString(), "PNG");
    assert.ok(bytes.readUInt32BE(16) > 300);
  });
});
