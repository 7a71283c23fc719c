// What a view shows while it has nothing else to show: loading, nothing there, an error.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ErrorBody } from "../api/client";
import { ApiError } from "../api/client";
import { Button } from "./controls";
import { Icon, type IconName } from "./icon";

/** Says that it loads after a moment: what is quick does not flicker. */
export function Loading({ what = "Loading", onCancel }: { what?: string; onCancel?: () => void }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="state" role="status" aria-busy="true">
      {late && (
        <>
          <span class="spinner" />
          <p>{what}…</p>
          {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        </>
      )}
    </div>
  );
}

export function Empty({
  icon = "empty",
  title,
  children,
}: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** An error with its detail, hint and SQLSTATE, as text. */
export function Problem({
  error,
  children,
}: {
  error: ErrorBody | Error;
  children?: ComponentChildren;
}) {
  const body: ErrorBody =
    error instanceof ApiError ? error.body : { ...error, message: error.message };
  const lines = [body.detail, body.hint].filter(
    (line): line is string => typeof line === "string" && line !== "",
  );
  return (
    <div class="problem" role="alert">
      <span class="message">{body.message}</span>
      {lines.map((line) => (
        <span key={line}>{line}</span>
      ))}
      {body.sqlstate && <span class="extra">SQLSTATE {body.sqlstate}</span>}
      {children}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: ErrorBody | Error; onRetry?: () => void }) {
  return (
    <div class="state">
      <Icon name="warning" />
      <Problem error={error} />
      {onRetry && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
