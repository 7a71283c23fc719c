// A reporter for node's test runner: what failed, then the last line that tools/test.lua sums,
// `N passed, N failed, N skipped`.

// What FILTER left out is no test that was skipped.
const NOT_ASKED = "test name does not match pattern";

function reason(error) {
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause?.message ?? cause);
}

export default async function* totals(source) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const isSuite = data.details?.type === "suite";
    if (type === "test:fail") {
      // A suite that failed only says that a test in it did, unless it broke by itself.
      if (isSuite && data.details?.error?.failureType === "subtestsFailed") continue;
      count.failed += 1;
      yield `  FAILED: ${data.name}\n${reason(data.details?.error).replace(/^/gm, "    ")}\n`;
    } else if (isSuite || data.skip === NOT_ASKED) continue;
    else if (data.skip !== undefined) {
      count.skipped += 1;
      yield `  skipped: ${data.name}: ${data.skip}\n`;
    } else count.passed += 1;
  }
  yield `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`;
}
