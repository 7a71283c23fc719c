// Reads lines of {name, document} and answers each with one line, "valid" or what is wrong: the
// document held against docs/json/NAME.schema.json. spec/support/json_schema.lua talks to it.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../studio/package.json", import.meta.url));
const { Ajv2020 } = require("ajv/dist/2020");

const FOLDER = new URL("../../docs/json/", import.meta.url);

// allErrors: a page of schemas is mended in one go. strict: a keyword that ajv does not know is a slip.
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
for (const name of readdirSync(FOLDER)) {
  ajv.addSchema(JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));
}

const told = ({ instancePath, message, params }) => {
  const more = params.additionalProperty ?? params.allowedValues ?? "";
  return `${instancePath || "/"} ${message} ${JSON.stringify(more)}`;
};

for await (const line of createInterface({ input: process.stdin })) {
  const { name, document } = JSON.parse(line);
  const validate = ajv.getSchema(`${name}.schema.json`);
  if (!validate) console.log(`there is no docs/json/${name}.schema.json`);
  else console.log(validate(document) ? "valid" : validate.errors.map(told).join("; "));
}
