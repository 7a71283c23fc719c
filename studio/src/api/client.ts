// The only place that talks to the server.
//
// The token comes once in the URL's fragment, moves to sessionStorage (this tab, until it is
// closed) and leaves the address bar and the history at once. Every request carries it as a
// header. An answer that is no success is thrown as ApiError, whatever made it: the server, the
// network, or a caller's abort (status 0, cancelled).

import { signal } from "@preact/signals";

const KEY = "raymig.token";
const TOKEN = /^#(?:token=)?([0-9a-f]{64})(.*)$/;

/** How the page stands with its server: a lost token needs the address printed anew. */
export const connection = signal<"ok" | "unreachable" | "refused">("ok");

let token = "";

/** Reads the token from the fragment, or from where an earlier load put it. */
export function takeToken(): boolean {
  const found = TOKEN.exec(location.hash);
  if (found?.[1]) {
    token = found[1];
    sessionStorage.setItem(KEY, token);
    const rest = found[2]?.replace(/^&/, "") ?? "";
    history.replaceState(null, "", location.pathname + (rest.startsWith("/") ? `#${rest}` : ""));
  } else {
    token = sessionStorage.getItem(KEY) ?? "";
  }
  return token !== "";
}

/** What the server says about a failure; `message` is always there. */
export interface ErrorBody {
  message: string;
  detail?: string;
  hint?: string;
  sqlstate?: string;
  position?: number;
  line?: number;
  column?: string | number;
  constraint?: string;
  [more: string]: unknown;
}

export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    readonly body: ErrorBody,
    /** The whole answer, for what stands beside `error` in it (conflicts, index). */
    readonly answer: Record<string, unknown> = {},
  ) {
    super(body.message);
  }
  get cancelled(): boolean {
    return this.status === 0 && this.body.sqlstate === "57014";
  }
}

function aborted(): ApiError {
  return new ApiError(0, { message: "cancelled", sqlstate: "57014" });
}

/** Any thrown thing as the error that a view can show. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof DOMException && thrown.name === "AbortError") return aborted();
  return new ApiError(0, { message: thrown instanceof Error ? thrown.message : String(thrown) });
}

async function failure(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => "");
  try {
    const answer = JSON.parse(text) as Record<string, unknown>;
    const body = answer.error as ErrorBody | undefined;
    if (body?.message) return new ApiError(response.status, body, answer);
  } catch {
    // Not JSON: the status line says what there is to say.
  }
  return new ApiError(response.status, {
    message: `the server answered ${response.status} ${response.statusText}`.trim(),
  });
}

/** One request; resolves only with a success. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), "X-Raymig-Token": token },
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch (thrown) {
    if (init.signal?.aborted) throw aborted();
    connection.value = "unreachable";
    throw new ApiError(0, {
      message: "the studio's server does not answer",
      hint: "Look whether `raymig studio` still runs in its terminal.",
      detail: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
  if (response.status === 401) connection.value = "refused";
  else if (connection.value !== "ok") connection.value = "ok";
  if (!response.ok) throw await failure(response);
  return response;
}

export async function get<T>(path: string, abort?: AbortSignal): Promise<T> {
  const response = await send(path, abort ? { signal: abort } : {});
  return (await response.json().catch((thrown: unknown) => {
    throw asApiError(thrown);
  })) as T;
}

function jsonBody(body: unknown, abort?: AbortSignal): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(abort ? { signal: abort } : {}),
  };
}

export async function post<T>(path: string, body: unknown, abort?: AbortSignal): Promise<T> {
  const response = await send(path, jsonBody(body, abort));
  return (await response.json().catch((thrown: unknown) => {
    throw asApiError(thrown);
  })) as T;
}

/** A POST whose answer is not JSON: a whole cell, an export. */
export function postRaw(path: string, body: unknown, abort?: AbortSignal): Promise<Response> {
  return send(path, jsonBody(body, abort));
}

/**
 * A POST that answers NDJSON: yields each message but the beats, also `{error}` and the last one,
 * `{end: ...}`. A stream that breaks off before either is thrown as an error.
 */
export async function* stream<T extends object>(
  path: string,
  body: unknown,
  abort?: AbortSignal,
): AsyncGenerator<T> {
  const response = await send(path, jsonBody(body, abort));
  if (!response.body) throw new ApiError(0, { message: "the server sent no answer" });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") continue;
        const message = JSON.parse(line) as Record<string, unknown>;
        if (message.beat) continue;
        ended = "end" in message || "error" in message;
        yield message as T;
      }
    }
  } catch (thrown) {
    throw abort?.aborted ? aborted() : asApiError(thrown);
  } finally {
    reader.cancel().catch(() => {});
  }
  if (!ended) throw new ApiError(0, { message: "the answer broke off before its end" });
}

/** Work that a button can stop: `abort` ends the request, `cancel` the query on the server too. */
export class Job {
  readonly request = crypto.randomUUID();
  readonly #controller = new AbortController();
  get abort(): AbortSignal {
    return this.#controller.signal;
  }
  cancel(): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort();
    post("cancel", { request: this.request }).catch(() => {});
  }
}

/**
 * Lets the browser itself fetch an export and write it to disk as it comes, by a path that is good
 * once. What goes wrong behind it is seen among the browser's downloads.
 */
export async function downloadExport(body: unknown, abort?: AbortSignal): Promise<void> {
  const { path } = await post<{ path: string }>("export/ticket", body, abort);
  const link = document.createElement("a");
  link.href = path;
  link.download = "";
  link.click();
}

/** Hands a streamed answer to the browser's downloads under the name that the server gave it. */
export async function download(response: Response, fallback: string): Promise<void> {
  const header = response.headers.get("Content-Disposition") ?? "";
  const name = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
  const plain = /filename="([^"]*)"/.exec(header)?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name ? decodeURIComponent(name) : (plain ?? fallback);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
