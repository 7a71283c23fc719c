// Both themes can be read: every ink on every ground that it stands on, by WCAG's contrast.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openStudio } from "../support/studio.mjs";

const GROUNDS = ["--bg", "--bg-side", "--bg-raised", "--bg-sunken", "--bg-hover", "--bg-selected"];
const PAIRS = [
  ...["--ink", "--ink-soft"].flatMap((ink) => GROUNDS.map((ground) => [ink, ground, 4.5])),
  ...["--accent-ink", "--v-number", "--v-boolean", "--v-json", "--bad"].flatMap((ink) =>
    ["--bg", "--bg-side"].map((ground) => [ink, ground, 4.5]),
  ),
  ...["--ink-faint", "--v-null"].flatMap((ink) => ["--bg", "--bg-side"].map((ground) => [ink, ground, 4.5])),
  ["--good", "--good-soft", 4.5],
  ["--warn", "--warn-soft", 4.5],
  ["--bad", "--bad-soft", 4.5],
  ["--accent-ink", "--accent-soft", 4.5],
  ["--ink-on-accent", "--accent", 4.5],
  ["--ring", "--bg", 3],
];

let studio;
before(async () => {
  studio = await openStudio({ sql: "create table t (id int primary key)" });
});
after(() => studio?.close());

function luminance([red, green, blue]) {
  const linear = [red, green, blue]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

describe("the colours", () => {
  for (const theme of ["light", "dark"]) {
    it(`can be told apart in the ${theme} theme`, async () => {
      const page = await studio.page({ theme });
      await page.getByRole("tree").waitFor();
      const names = [...new Set(PAIRS.flatMap(([ink, ground]) => [ink, ground]))];
      const colours = await page.evaluate((all) => {
        const probe = document.body.appendChild(document.createElement("span"));
        const found = all.map((name) => {
          probe.style.color = `var(${name})`;
          return [name, getComputedStyle(probe).color.match(/[\d.]+/g).map(Number)];
        });
        probe.remove();
        return Object.fromEntries(found);
      }, names);
      const weak = [];
      for (const [ink, ground, least] of PAIRS) {
        const [high, low] = [luminance(colours[ink]), luminance(colours[ground])].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < least) weak.push(`${ink} on ${ground}: ${ratio.toFixed(2)}`);
      }
      assert.deepEqual(weak, []);
      page.calm();
      await page.context().close();
    });
  }

  for (const width of [1280, 1920]) {
    it(`fit ${width} pixels: nothing sticks out`, async () => {
      const page = await studio.page({ width });
      await studio.go(page, "t");
      const out = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.equal(out, 0);
      page.calm();
      await page.context().close();
    });
  }
});

describe("where the focus is", () => {
  /** What the focused element looks like, and without the focus; null where there is none. */
  const looks = (page) =>
    page.evaluate(() => {
      const at = document.activeElement;
      // The editor's own caret shows where it is.
      if (!at || at === document.body || at.shadowRoot) return null;
      const parts = [at, ...at.querySelectorAll("*"), at.parentElement];
      const look = () =>
        JSON.stringify(
          parts.map((part) => {
            const { outline, boxShadow, borderColor, backgroundColor, stroke, color } = getComputedStyle(part);
            return [outline, boxShadow, borderColor, backgroundColor, stroke, color];
          }),
        );
      const name = `${at.tagName} ${at.getAttribute("class") ?? ""} ${at.getAttribute("aria-label") ?? at.textContent.slice(0, 20)}`;
      const focused = look();
      at.blur();
      const plain = look();
      at.focus({ focusVisible: true });
      return { name, seen: focused !== plain };
    });

  for (const [view, hash] of Object.entries({ data: "", SQL: "#/sql", diagram: "#/diagram", migrations: "#/migrations" })) {
    it(`can be seen, wherever Tab leads in the ${view} view`, async () => {
      const page = await studio.page();
      if (hash === "") await studio.go(page, "t");
      else
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
      await page.locator(".toolbar, .card, .state").first().waitFor();
      const unseen = new Set();
      let count = 0;
      for (let i = 0; i < 40; i += 1) {
        await page.keyboard.press("Tab");
        const at = await looks(page);
        if (at === null) {
          // In the editor Tab indents; behind Escape it leads on.
          await page.keyboard.press("Escape");
          continue;
        }
        count += 1;
        if (!at.seen) unseen.add(at.name);
      }
      assert.ok(count >= 10, `${count} stops`);
      assert.deepEqual([...unseen], []);
      await page.context().close();
    });
  }
});
