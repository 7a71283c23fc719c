// Names and values of a database are text, wherever they show, and never markup or script.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { cell, openStudio } from "../support/studio.mjs";

const IMG = "<img src=x onerror=alert(1)>";
const BOLD = "<b>bold</b>";
const SQL = `
create type "${BOLD}" as enum ('${IMG}', '</script><script>alert(1)</script>');
create table "${IMG}" (
  "${BOLD}" int primary key, kind "${BOLD}", "a""; drop table x; --" text default '${IMG}',
  constraint "<i>check</i>" check ("${BOLD}" < 100));
comment on table "${IMG}" is '<script>alert(1)</script>';
comment on column "${IMG}".kind is '<svg onload=alert(1)>';
insert into "${IMG}" values (1, '${IMG}', E'\\u202Etxt.exe\\u0007'), (2, null, '{{7*7}} \${7*7}');
`;

let studio;
let page;
let asked = 0;
before(async () => {
  studio = await openStudio({ sql: SQL });
  page = await studio.page();
  page.on("dialog", (dialog) => {
    asked += 1;
    dialog.dismiss();
  });
  const oid = studio.query(`select '"${IMG}"'::regclass::oid::int`);
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/data/${oid}`);
  await cell(page, 1, 0).waitFor();
});
afterEach(async () => {
  assert.equal(asked, 0, "a script ran");
  assert.equal(await page.locator("img, b, i, script:not([src='/app.js']), svg[onload]").count(), 0);
  page.calm();
});
after(() => studio?.close());

describe("hostile names and values are text", () => {
  it("in the rows and their heads", async () => {
    assert.equal(await cell(page, 0, 1).textContent(), IMG);
    await page.getByRole("columnheader").getByText(BOLD, { exact: true }).first().waitFor();
    await page.locator(".toolbar h1").getByText(IMG).waitFor();
  });

  it("where they would turn the writing around or ring a bell", async () => {
    assert.equal(await cell(page, 0, 2).textContent(), "␣txt.exe␣");
  });

  it("in the list of an editor", async () => {
    await cell(page, 0, 1).click();
    await page.keyboard.press("Enter");
    await page.locator(".editor").getByRole("option", { name: IMG }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("in a filter and its chip", async () => {
    await cell(page, 0, 1).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Only rows with this value" }).click();
    await page.locator(".chip").getByText(IMG).waitFor();
    await page.locator('.gridbar [aria-label="Rows"]').getByText("1 row", { exact: true }).waitFor();
    await page.goBack();
  });

  it("in an error of the server", async () => {
    page.expectErrors(/422/);
    const where = page.getByLabel("Raw WHERE condition");
    await where.fill(`'${IMG}'::int = 1`);
    await where.press("Enter");
    await page.getByRole("alert").getByText(IMG).first().waitFor();
    await page.goBack();
    await cell(page, 1, 0).waitFor();
  });

  it("in the structure and the DDL", async () => {
    await page.getByRole("tab", { name: "Structure" }).click();
    await page.getByText("<i>check</i>").first().waitFor();
    await page.getByText("<svg onload=alert(1)>").first().waitFor();
    await page.getByRole("tab", { name: "DDL" }).click();
    await page.locator(".code").getByText("</script><script>alert(1)</script>").or(
      page.locator(".code").getByText(IMG).first(),
    ).first().waitFor();
  });

  it("in the palette and the tree", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("img");
    await page.getByRole("option").getByText(IMG).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tree").getByText(IMG).waitFor();
  });
});
