// What the front end weighs, as it goes over the wire: gzip, as it is embedded.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { root } from "../support/studio.mjs";

const bundle = join(root, "build/studio/bundle");
const KB = 1024;

function weights(folder, prefix = "") {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) return weights(folder, `${path}/`);
    return [{ path, size: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length }];
  });
}

const sum = (files) => files.reduce((total, file) => total + file.size, 0);

/** What index.html needs before it shows anything, and what those files import. */
function firstLoad(files) {
  const wanted = ["index.html", "app.js", "style.css"];
  for (const path of wanted) {
    const text = readFileSync(join(bundle, path), "utf8");
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/((?:chunk\/)?[^"]+\.js)"/g)) {
      const found = files.find((file) => file.path.endsWith(name));
      if (found && !wanted.includes(found.path)) wanted.push(found.path);
    }
  }
  return files.filter((file) => wanted.includes(file.path));
}

describe("the studio's bundle", () => {
  it("is at most 250 KB in all", () => {
    const total = sum(weights(bundle));
    assert.ok(total > 20 * KB, `${total} bytes: is it there?`);
    assert.ok(total <= 250 * KB, `${total} bytes`);
  });

  it("shows its frame after at most 40 KB", () => {
    const first = firstLoad(weights(bundle));
    assert.ok(first.length >= 3, "index.html, app.js and style.css");
    assert.ok(sum(first) <= 40 * KB, `${sum(first)} bytes: ${first.map((file) => file.path)}`);
  });

  it("asks no other host for anything", () => {
    for (const { path } of weights(bundle)) {
      const text = readFileSync(join(bundle, path), "utf8");
      const hosts = [...text.matchAll(/(?:https?:)?\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)]
        .map((found) => found[1])
        .filter((host) => host !== "www.w3.org");
      assert.deepEqual(hosts, [], path);
    }
  });
});
