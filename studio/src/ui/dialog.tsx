// Dialogs on <dialog>, which keeps the focus inside and gives it back. `dialogs` is the stack of
// those that code opens without a place of its own in a view: confirm() and open().

import { signal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./controls";

const FOCUS = [
  ".body input:not(.sr-only), .body select, .body textarea",
  "footer .primary",
  "footer .button",
];

export function Dialog({
  title,
  wide,
  onClose,
  children,
  footer,
}: {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
  footer?: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    // What one came for: the first field, else what Enter would do, else the way back.
    for (const wanted of FOCUS) {
      const found = dialog?.querySelector<HTMLElement>(wanted);
      found?.focus();
      if (found && document.activeElement === found) break;
    }
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the dialog's own
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <header>
        <h2 class="grow">{title}</h2>
        <Button kind="ghost" icon="close" aria-label="Close" onClick={onClose} />
      </header>
      <div class="body">{children}</div>
      {footer && <footer>{footer}</footer>}
    </dialog>
  );
}

const stack = signal<readonly { id: number; render: (close: () => void) => VNode }[]>([]);
let last = 0;

/** Opens what `render` makes until it calls `close`; resolves then. */
export function openDialog(render: (close: () => void) => VNode): Promise<void> {
  return new Promise((resolve) => {
    last += 1;
    const id = last;
    const close = () => {
      stack.value = stack.value.filter((entry) => entry.id !== id);
      resolve();
    };
    stack.value = [...stack.value, { id, render: () => render(close) }];
  });
}

export interface Question {
  title: string;
  body: ComponentChildren;
  /** What the button that does it says. */
  action: string;
  danger?: boolean;
  /** A word that has to be typed before the button works. */
  typed?: string | null;
}

/** Asks; false when the person closes it. */
export function confirm(question: Question): Promise<boolean> {
  let answer = false;
  return openDialog((close) => (
    <Confirm
      question={question}
      onAnswer={(given) => {
        answer = given;
        close();
      }}
    />
  )).then(() => answer);
}

function Confirm({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
  const [typed, setTyped] = useState("");
  const ready = !question.typed || typed === question.typed;
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready) onAnswer(true);
  };
  return (
    <Dialog
      title={question.title}
      onClose={() => onAnswer(false)}
      footer={
        <>
          <Button onClick={() => onAnswer(false)}>Cancel</Button>
          <Button kind={question.danger ? "danger" : "primary"} disabled={!ready} onClick={submit}>
            {question.action}
          </Button>
        </>
      }
    >
      <form class="stack" onSubmit={submit}>
        {question.body}
        {question.typed && (
          <label class="field">
            <span class="label">
              Type <code>{question.typed}</code> to go on
            </span>
            <input
              class="input"
              spellcheck={false}
              autocomplete="off"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        )}
      </form>
    </Dialog>
  );
}

/** Where the stack is drawn: once, in the shell. */
export function Dialogs() {
  return (
    <>
      {stack.value.map((entry) => (
        <Held key={entry.id} render={entry.render} />
      ))}
    </>
  );
}

function Held({ render }: { render: (close: () => void) => VNode }) {
  return render(() => {});
}
