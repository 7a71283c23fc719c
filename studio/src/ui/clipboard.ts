// The clipboard, also where the page is no secure context (a studio that serves another host).

import { toast } from "./toast";

export async function copy(text: string, what = "Copied"): Promise<void> {
  const done = navigator.clipboard
    ? await navigator.clipboard.writeText(text).then(
        () => true,
        () => byHand(text),
      )
    : byHand(text);
  toast(done ? what : "The browser does not let this page copy", done ? "good" : "bad");
}

function byHand(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
