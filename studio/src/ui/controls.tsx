// Buttons, fields and the small marks of every view.

import type { ComponentChildren, JSX, Ref } from "preact";
import { useRef } from "preact/hooks";
import { keyCaps } from "../shell/commands";
import { Icon, type IconName } from "./icon";

type NativeButton = Omit<JSX.IntrinsicElements["button"], "icon" | "class" | "ref">;

export interface ButtonProps extends NativeButton {
  kind?: "primary" | "danger" | "ghost";
  icon?: IconName;
  small?: boolean;
  class?: string;
  /** The key that does the same, told in the tooltip. */
  keys?: string;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

/** A button. One without children shows its icon alone and needs `aria-label`. */
export function Button({
  kind,
  icon,
  small,
  keys,
  buttonRef,
  children,
  class: extra,
  ...rest
}: ButtonProps) {
  const label = rest["aria-label"] as string | undefined;
  const alone = children === undefined || children === null;
  const names = ["button", kind, small && "small", alone && "icon-only", extra];
  const hint = rest.title ?? (alone ? label : undefined);
  const caps = keys ? `  (${keyCaps(keys).join(" ")})` : "";
  return (
    <button
      type="button"
      {...rest}
      ref={buttonRef ?? null}
      class={names.filter(Boolean).join(" ")}
      title={hint ? `${hint}${caps}` : caps.trim() || undefined}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function Kbd({ keys }: { keys: string }) {
  return (
    <span class="kbd">
      {keyCaps(keys).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}

export function SearchBox({
  value,
  onInput,
  label,
  inputRef,
  onKeyDown,
}: {
  value: string;
  onInput: (value: string) => void;
  label: string;
  inputRef?: Ref<HTMLInputElement>;
  onKeyDown?: (event: KeyboardEvent) => void;
}) {
  return (
    <div class="searchbox">
      <Icon name="search" />
      <input
        ref={inputRef ?? null}
        class="input"
        type="search"
        spellcheck={false}
        autocomplete="off"
        placeholder={label}
        aria-label={label}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

export function Check({
  checked,
  onChange,
  children,
  disabled,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ComponentChildren;
  disabled?: boolean;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}

/** A label above a control. */
export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field">
      <span class="label">{label}</span>
      {children}
    </label>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

/** A few choices side by side, one of them chosen: a radio group to the keyboard. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  const group = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const by = arrowStep(event.key);
    if (!by) return;
    event.preventDefault();
    const at = choices.findIndex((choice) => choice.value === value);
    const next = (at + by + choices.length) % choices.length;
    const chosen = choices[next];
    if (!chosen) return;
    onChange(chosen.value);
    group.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div class="segmented" role="radiogroup" aria-label={label} ref={group} onKeyDown={move}>
      {choices.map((choice) => (
        // biome-ignore lint/a11y/useSemanticElements: a segment is drawn as a button
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          tabIndex={choice.value === value ? 0 : -1}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

function arrowStep(key: string): number {
  if (key === "ArrowRight" || key === "ArrowDown") return 1;
  return key === "ArrowLeft" || key === "ArrowUp" ? -1 : 0;
}

/** The row of tabs; the panel is the caller's, with role="tabpanel" and id `${id}-panel`. */
export function Tabs<T extends string>({
  id,
  label,
  value,
  tabs,
  onChange,
}: {
  id: string;
  label: string;
  value: T;
  tabs: readonly (Choice<T> & { badge?: string | number | undefined })[];
  onChange: (value: T) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const by = event.key.startsWith("Arrow") ? arrowStep(event.key) : 0;
    if (!by) return;
    event.preventDefault();
    const at = tabs.findIndex((tab) => tab.value === value);
    const next = (at + by + tabs.length) % tabs.length;
    const chosen = tabs[next];
    if (!chosen) return;
    onChange(chosen.value);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          aria-controls={`${id}-panel`}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          {tab.label}
          {tab.badge !== undefined && <span class="faint nums"> {tab.badge}</span>}
        </button>
      ))}
    </div>
  );
}
