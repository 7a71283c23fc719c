// The text editor: CodeMirror in a shadow root. There its styles are adopted style sheets, which
// the page's CSP allows; in the document they would be <style> elements, which it refuses. The
// theme is the page's: custom properties reach into a shadow root.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import {
  Compartment,
  EditorState,
  type Extension,
  Prec,
  StateEffect,
  StateField,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
  rectangularSelection,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/* ---------------------------------------------------------------- looks */

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--ink-faint)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--code-type)" },
  { tag: [tags.special(tags.name)], color: "var(--ink)" },
  { tag: [tags.operator, tags.punctuation], color: "var(--ink-soft)" },
]);

const looks = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--bg)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", scrollbarWidth: "thin" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 12px 0 6px" },
  ".cm-gutters": { backgroundColor: "var(--bg)", color: "var(--ink-faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 6px 0 14px", fontSize: "11.5px" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--bg-hover) 45%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "1.5px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { backgroundColor: "light-dark(#cfe2fb, #2a4468)" },
  ".cm-selectionMatch": { backgroundColor: "light-dark(#e9eef4, #2b323c)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "light-dark(#dfe7ef, #35404e)",
    outline: "none",
  },
  ".cm-placeholder": { color: "var(--ink-faint)" },
  ".cm-error-at": {
    textDecoration: "underline wavy var(--bad)",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--bad-soft)",
  },
  ".cm-panels": { backgroundColor: "var(--bg-side)", color: "var(--ink)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": { fontFamily: "var(--font)", padding: "6px 28px 6px 10px" },
  ".cm-panel.cm-search label": { fontSize: "12px" },
  ".cm-textfield": {
    backgroundColor: "var(--bg)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    color: "var(--ink)",
    padding: "2px 6px",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--bg-raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    color: "var(--ink)",
  },
  ".cm-searchMatch": { backgroundColor: "light-dark(#fde9a9, #5b4a12)" },
  ".cm-searchMatch-selected": { backgroundColor: "light-dark(#f8cf5a, #86701c)" },
  ".cm-tooltip": {
    backgroundColor: "var(--bg-raised)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--mono)",
    fontSize: "12.5px",
    maxHeight: "17em",
    minWidth: "260px",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    alignItems: "baseline",
    padding: "2px 8px",
    lineHeight: "1.5",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--bg-selected)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": {
    marginLeft: "auto",
    paddingLeft: "16px",
    color: "var(--ink-faint)",
    fontStyle: "normal",
    maxWidth: "26em",
    overflow: "hidden",
    textOverflow: "ellipsis",
  },
  ".cm-completionMatchedText": {
    textDecoration: "none",
    color: "var(--accent-ink)",
    fontWeight: "600",
  },
});

/* ---------------------------------------------------------------- where an error stands */

export interface Span {
  from: number;
  to: number;
}

const setError = StateEffect.define<Span | null>();
const errorMark = Decoration.mark({ class: "cm-error-at" });

/** Marks a span until the text changes there. */
const errorField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects)
      if (effect.is(setError))
        next = effect.value
          ? Decoration.set(errorMark.range(effect.value.from, effect.value.to))
          : Decoration.none;
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The word at an offset, or the one character there. */
function wordAt(state: EditorState, offset: number): Span | null {
  const at = Math.min(offset, state.doc.length);
  const word = state.wordAt(at);
  if (word && word.to > at) return { from: at, to: word.to };
  const line = state.doc.lineAt(at);
  if (at < line.to) return { from: at, to: at + 1 };
  return at > line.from ? { from: at - 1, to: at } : null;
}

/** Marks where an error stands and brings it into view; null takes the mark away. */
export function markError(view: EditorView, offset: number | null): void {
  const span = offset === null ? null : wordAt(view.state, offset);
  view.dispatch({
    effects: [
      setError.of(span),
      ...(span ? [EditorView.scrollIntoView(span.from, { y: "nearest" })] : []),
    ],
  });
}

/* ---------------------------------------------------------------- typing over a selection */

/**
 * Chromium keeps the looks of text that is typed over by writing a <span style>, which the CSP
 * refuses with an error in the console. So that is done here, by way of the same handlers that
 * would have seen it.
 */
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data } = event;
    const { ranges, main } = view.state.selection;
    if (event.inputType !== "insertText" || !data || event.isComposing) return false;
    if (ranges.every((range) => range.empty) || view.state.readOnly) return false;
    event.preventDefault();
    const insert = () =>
      view.state.update(view.state.replaceSelection(data), {
        userEvent: "input.type",
        scrollIntoView: true,
      });
    const handlers = ranges.length === 1 ? view.state.facet(EditorView.inputHandler) : [];
    if (!handlers.some((handle) => handle(view, main.from, main.to, data, insert)))
      view.dispatch(insert());
    return true;
  },
});

/* ---------------------------------------------------------------- the editor */

const language = new Compartment();

export interface EditorKeys {
  run(): void;
  runStatement(): void;
  explain(): void;
  save(): void;
}

const handled = (run: () => void) => () => {
  run();
  return true;
};

export function editorState(
  text: string,
  sql: Extension,
  keys: EditorKeys,
  label: string,
): EditorState {
  return EditorState.create({
    doc: text,
    extensions: [
      Prec.highest(
        keymap.of([
          { key: "Mod-Enter", run: handled(keys.run) },
          { key: "Shift-Mod-Enter", run: handled(keys.runStatement) },
          { key: "Mod-Shift-e", run: handled(keys.explain) },
          { key: "Mod-s", run: handled(keys.save) },
          { key: "Tab", run: acceptCompletion },
        ]),
      ),
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection(),
      dropCursor(),
      EditorState.allowMultipleSelections.of(true),
      indentOnInput(),
      indentUnit.of("    "),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ maxRenderedOptions: 60, icons: false }),
      rectangularSelection(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      search({ top: true }),
      keymap.of([
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...completionKeymap,
        indentWithTab,
      ]),
      placeholder("Write SQL"),
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      errorField,
      typeOver,
      syntaxHighlighting(colors),
      looks,
      language.of(sql),
    ],
  });
}

/** Gives the editor another dialect: what can be completed has changed. */
export function setLanguage(view: EditorView, sql: Extension): void {
  view.dispatch({ effects: language.reconfigure(sql) });
}

/** A read-only look at SQL, for a migration or a plan's statements. */
export function readOnlyExtensions(sql: Extension): Extension[] {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: "0" }),
    syntaxHighlighting(colors),
    looks,
    sql,
  ];
}

/** Puts an editor into `host`, in a shadow root of its own. */
export function mountEditor(host: HTMLElement, state: EditorState): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({ state, root, parent: root });
  return view;
}
