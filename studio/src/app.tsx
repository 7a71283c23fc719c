import { render } from "preact";
import { takeToken } from "./api/client";
import { startKeys } from "./shell/commands";
import { NoToken, Shell } from "./shell/shell";
import { startRouting } from "./state/route";
import { loadSession, loadTree } from "./state/session";
import { applySettings } from "./state/settings";

const root = document.getElementById("app");
if (!root) throw new Error("index.html has no #app");

applySettings();
if (takeToken()) {
  startRouting();
  startKeys();
  render(<Shell />, root);
  loadSession();
  loadTree();
} else {
  render(<NoToken />, root);
}
