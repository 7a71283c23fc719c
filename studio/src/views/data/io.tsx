// Export of what is shown, and import of a file with a look at it first.

import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, asApiError, downloadExport, Job, postRaw, send } from "../../api/client";
import type { Attnum, Column, Detail, Value } from "../../api/types";
import { session } from "../../state/session";
import { formulaGuard } from "../../state/settings";
import { Button, Check, Field, Segmented } from "../../ui/controls";
import { Dialog, openDialog } from "../../ui/dialog";
import { Problem } from "../../ui/states";
import { toast } from "../../ui/toast";
import { bytes, count } from "./format";
import type { Query } from "./place";

export function openExport(detail: Detail, query: Query, columns: readonly Column[]): void {
  openDialog((close) => <Export detail={detail} query={query} columns={columns} onClose={close} />);
}

const FORMATS = [
  { value: "csv", label: "CSV" },
  { value: "json", label: "JSON" },
  { value: "ndjson", label: "NDJSON" },
  { value: "sql", label: "SQL" },
] as const;
type Format = (typeof FORMATS)[number]["value"];

interface FilePicker {
  showSaveFilePicker?: (options: { suggestedName: string }) => Promise<{
    createWritable: () => Promise<WritableStream>;
  }>;
}

/** To a file that somebody chose, where the browser asks for one; else among its downloads. In either case as it comes. */
async function saveStream(body: object, name: string, abort: AbortSignal): Promise<boolean> {
  const picker = (window as FilePicker).showSaveFilePicker;
  // A browser that a program drives has nobody to ask.
  if (!picker || navigator.webdriver) {
    await downloadExport(body, abort);
    return true;
  }
  let file: WritableStream;
  try {
    file = await (await picker.call(window, { suggestedName: name })).createWritable();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") return false;
    throw thrown;
  }
  const response = await postRaw("export", body, abort);
  await response.body?.pipeTo(file, { signal: abort });
  return true;
}

function Export({
  detail,
  query,
  columns,
  onClose,
}: {
  detail: Detail;
  query: Query;
  columns: readonly Column[];
  onClose: () => void;
}) {
  const filtered = query.filters.length > 0 || query.where !== "";
  const [format, setFormat] = useState<Format>("csv");
  const [header, setHeader] = useState(true);
  const [all, setAll] = useState(!filtered);
  const [job, setJob] = useState<Job | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const run = async () => {
    const next = new Job();
    setJob(next);
    setError(null);
    const body = {
      oid: detail.oid,
      columns: columns.map((column) => column.attnum),
      sort: query.sort,
      filters: all ? [] : query.filters,
      ...(query.where && !all ? { where: query.where } : {}),
      format,
      ...(format === "csv" ? { header, formula_guard: formulaGuard.value } : {}),
      request: next.request,
    };
    try {
      const done = await saveStream(body, `${detail.name}.${format}`, next.abort);
      if (done) {
        toast(`${detail.name} exported`, "good");
        onClose();
      }
    } catch (thrown) {
      const failure = asApiError(thrown);
      if (!failure.cancelled) setError(failure);
    } finally {
      setJob(null);
    }
  };
  return (
    <Dialog
      title={`Export ${detail.name}`}
      onClose={() => {
        job?.cancel();
        onClose();
      }}
      footer={
        job ? (
          <>
            <span class="spinner" />
            <span class="grow soft">Exporting…</span>
            <Button onClick={() => job.cancel()}>Cancel</Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Close</Button>
            <Button kind="primary" icon="download" onClick={run}>
              Export
            </Button>
          </>
        )
      }
    >
      <div class="form">
        {error && <Problem error={error} />}
        <div class="field">
          <span class="label">Format</span>
          <Segmented label="Format" value={format} choices={FORMATS} onChange={setFormat} />
        </div>
        {filtered && (
          <div class="field">
            <span class="label">Rows</span>
            <Segmented
              label="Rows"
              value={all ? "all" : "filtered"}
              choices={[
                { value: "filtered", label: "That fit the filters" },
                { value: "all", label: "All" },
              ]}
              onChange={(value) => setAll(value === "all")}
            />
          </div>
        )}
        {format === "csv" && (
          <>
            <Check checked={header} onChange={setHeader}>
              Names of the columns in the first line
            </Check>
            <Check
              checked={formulaGuard.value}
              onChange={(value) => {
                formulaGuard.value = value;
              }}
            >
              Guard against formulas: a <code>'</code> before values that a spreadsheet would
              compute
            </Check>
          </>
        )}
        <p class="soft">
          {columns.length} of {detail.columns.length} columns
          {query.sort.length > 0 && ", sorted as shown"}.
        </p>
      </div>
    </Dialog>
  );
}

export function openImport(detail: Detail, onDone: () => void): void {
  openDialog((close) => <Import detail={detail} onDone={onDone} onClose={close} />);
}

interface Preview {
  columns: string[];
  rows: Value[][];
  suggested: (Attnum | 0)[];
}

const PREVIEW = 64 << 10;

function Import({
  detail,
  onDone,
  onClose,
}: {
  detail: Detail;
  onDone: () => void;
  onClose: () => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<"csv" | "json">("csv");
  const [header, setHeader] = useState(true);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [mapping, setMapping] = useState<(Attnum | 0)[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [job, setJob] = useState<Job | null>(null);

  const path = (mode: "preview" | "run", request: string) => {
    const words = new URLSearchParams({
      oid: String(detail.oid),
      format,
      mode,
      header: header ? "1" : "0",
      request,
    });
    if (mode === "run") words.set("columns", mapping.join(","));
    return `import?${words}`;
  };
  const call = async <T,>(mode: "preview" | "run", body: Blob, next: Job): Promise<T> => {
    const response = await send(path(mode, next.request), {
      method: "POST",
      headers: { "Content-Type": format === "csv" ? "text/csv" : "application/json" },
      body,
      signal: next.abort,
    });
    return (await response.json()) as T;
  };
  useEffect(() => {
    if (!file) return;
    const next = new Job();
    setError(null);
    setPreview(null);
    call<Preview>("preview", file.slice(0, PREVIEW), next).then(
      (answer) => {
        setPreview(answer);
        setMapping(answer.suggested);
      },
      (thrown) => next.abort.aborted || setError(asApiError(thrown)),
    );
    return () => next.cancel();
  }, [file, format, header]);

  const take = (chosen: File | undefined) => {
    if (!chosen) return;
    setFormat(/\.json$/i.test(chosen.name) ? "json" : "csv");
    setFile(chosen);
  };
  const run = async () => {
    if (!file) return;
    const next = new Job();
    setJob(next);
    setError(null);
    try {
      const { rows } = await call<{ rows: number }>("run", file, next);
      toast(`${count(rows)} ${rows === 1 ? "row" : "rows"} imported into ${detail.name}`, "good");
      onClose();
      onDone();
    } catch (thrown) {
      const failure = asApiError(thrown);
      if (!failure.cancelled) setError(failure);
    } finally {
      setJob(null);
    }
  };
  const takes = detail.columns.filter((column) => !column.generated);
  const used = mapping.filter((attnum) => attnum !== 0);
  const twice = used.length !== new Set(used).size;
  const limit = session.value?.limits.body_bytes ?? 0;
  return (
    <Dialog
      title={`Import into ${detail.name}`}
      wide
      onClose={() => {
        job?.cancel();
        onClose();
      }}
      footer={
        <>
          <span class="soft grow">
            {twice
              ? "Two columns of the file go to the same one of the table."
              : "All rows go in, or none."}
          </span>
          {job ? (
            <>
              <span class="spinner" />
              <Button onClick={() => job.cancel()}>Cancel</Button>
            </>
          ) : (
            <>
              <Button onClick={onClose}>Close</Button>
              <Button
                kind="primary"
                icon="upload"
                disabled={!preview || used.length === 0 || twice}
                onClick={run}
              >
                Import
              </Button>
            </>
          )}
        </>
      }
    >
      <div class="form">
        <input
          ref={input}
          type="file"
          class="sr-only"
          tabIndex={-1}
          accept=".csv,.tsv,.txt,.json,text/csv,application/json"
          aria-label="File to import"
          onChange={(event) => take(event.currentTarget.files?.[0])}
        />
        <fieldset
          class="drop"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            take(event.dataTransfer?.files[0]);
          }}
        >
          <Button icon="upload" onClick={() => input.current?.click()}>
            Choose a file
          </Button>
          <span class="soft">
            {file ? `${file.name}, ${bytes(file.size)}` : "or drop a CSV or JSON file here"}
          </span>
          {file && limit > 0 && file.size > limit && format === "json" && (
            <span class="badge warn">larger than {bytes(limit)}</span>
          )}
          <span class="grow" />
          <Segmented
            label="Format"
            value={format}
            choices={[
              { value: "csv", label: "CSV" },
              { value: "json", label: "JSON" },
            ]}
            onChange={setFormat}
          />
          {format === "csv" && (
            <Check checked={header} onChange={setHeader}>
              Names in the first line
            </Check>
          )}
        </fieldset>
        {error && <Problem error={error} />}
        {preview && (
          <div class="preview">
            <table class="table">
              <thead>
                <tr>
                  {preview.columns.map((name, at) => (
                    <th key={at} scope="col">
                      <Field label={name || `column ${at + 1}`}>
                        <select
                          class="select"
                          aria-label={`Goes to (${name || at + 1})`}
                          value={mapping[at] ?? 0}
                          onChange={(event) => {
                            const next = [...mapping];
                            next[at] = Number(event.currentTarget.value);
                            setMapping(next);
                          }}
                        >
                          <option value={0}>— leave out —</option>
                          {takes.map((column) => (
                            <option key={column.attnum} value={column.attnum}>
                              {column.name}
                            </option>
                          ))}
                        </select>
                      </Field>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {preview.rows.map((row, index) => (
                  <tr key={index}>
                    {row.map((value, at) => (
                      <td key={at} class={mapping[at] ? "" : "faint"}>
                        {value === null ? <span class="null">NULL</span> : value.slice(0, 120)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Dialog>
  );
}
