// SQL to be read: one text, or two side by side with what differs between them. CodeMirror in a
// shadow root, as the editor is.

import { MergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import { completion, loadCompletion, sqlLanguage } from "../sql/completion";
import { readOnlyExtensions } from "../sql/editor";

const mergeLooks = EditorView.theme({
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "light-dark(#fdeeec, #36201f)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "light-dark(#e8f6ec, #1a3122)" },
  "&.cm-merge-a .cm-changedText": { background: "light-dark(#f7cdc8, #6d2f2b)" },
  "&.cm-merge-b .cm-changedText": { background: "light-dark(#bfe6cb, #27573a)" },
  "& .cm-changeGutter": { width: "3px" },
  ".cm-collapsedLines": {
    background: "var(--bg-side)",
    color: "var(--ink-faint)",
    padding: "3px 8px",
    fontFamily: "var(--font)",
  },
});

const readOnly = (sql: boolean): Extension[] => [
  ...readOnlyExtensions(sql ? sqlLanguage(completion.peek()) : []),
  EditorView.lineWrapping,
];

/** The server's words, which colour the text; null until they are there. */
function useWords(): unknown {
  useEffect(() => {
    void loadCompletion();
  }, []);
  return completion.value;
}

export function Code({ text, label, plain }: { text: string; label: string; plain?: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  const words = useWords();
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const view = new EditorView({
      state: EditorState.create({
        doc: text,
        extensions: [
          ...readOnly(!plain),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true" }),
        ],
      }),
      root,
      parent: root,
    });
    return () => view.destroy();
  }, [text, label, plain, words]);
  return <div class="code-host" ref={host} />;
}

export function SideBySide({ from, to, label }: { from: string; to: string; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const words = useWords();
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const side = (name: string): Extension[] => [
      ...readOnly(true),
      mergeLooks,
      EditorView.contentAttributes.of({
        "aria-label": `${label}, ${name}`,
        "aria-readonly": "true",
      }),
    ];
    const view = new MergeView({
      a: { doc: from, extensions: side("from") },
      b: { doc: to, extensions: side("to") },
      root,
      parent: root,
      gutter: true,
      highlightChanges: true,
      collapseUnchanged: { margin: 4, minSize: 8 },
    });
    view.dom.style.height = "100%";
    view.dom.style.overflow = "auto";
    return () => view.destroy();
  }, [from, to, label, words]);
  return <div class="code-host" ref={host} />;
}
