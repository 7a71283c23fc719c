// The sidebar beside the editor: the objects, the project's saved queries, what was run before.

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Tree } from "../../shell/tree";
import { Button, SearchBox, Segmented } from "../../ui/controls";
import { confirm } from "../../ui/dialog";
import { Empty, Failed } from "../../ui/states";
import { duration } from "./duration";
import {
  changeQueries,
  currentId,
  loadQueries,
  newTab,
  type Past,
  past,
  queriesError,
  type Saved,
  savedQueries,
  tabs,
} from "./tabs";

type Shown = "objects" | "saved" | "history";
const shown = signal<Shown>("objects");

export function QueriesSide() {
  useEffect(() => {
    void loadQueries();
  }, []);
  return (
    <>
      <div class="sql-side-choice">
        <Segmented
          label="Sidebar"
          value={shown.value}
          choices={[
            { value: "objects", label: "Objects" },
            { value: "saved", label: "Saved" },
            { value: "history", label: "History" },
          ]}
          onChange={(value) => {
            shown.value = value;
          }}
        />
      </div>
      {shown.value === "objects" ? (
        <Tree />
      ) : shown.value === "saved" ? (
        <SavedList />
      ) : (
        <HistoryList />
      )}
    </>
  );
}

const matches = (text: string, wanted: string): boolean =>
  text.toLowerCase().includes(wanted.trim().toLowerCase());

/** One line of a query: its blanks together. */
const glance = (sql: string): string => sql.replace(/\s+/g, " ").trim().slice(0, 300);

function openSaved(query: Saved): void {
  const there = tabs.value.find((tab) => tab.saved.value === query.name);
  if (there) currentId.value = there.id;
  else newTab(query.sql, query.name, query.name);
}

function SavedList() {
  const wanted = useSignal("");
  if (queriesError.value) return <Failed error={queriesError.value} onRetry={loadQueries} />;
  const found = savedQueries.value.filter((query) =>
    matches(`${query.name} ${query.sql}`, wanted.value),
  );
  const remove = async (query: Saved) => {
    const sure = await confirm({
      title: `Delete "${query.name}"?`,
      body: <pre class="code">{query.sql.slice(0, 2000)}</pre>,
      action: "Delete",
      danger: true,
    });
    if (!sure) return;
    await changeQueries({ delete: query.name });
    for (const tab of tabs.value) if (tab.saved.value === query.name) tab.saved.value = null;
  };
  return (
    <>
      <SearchBox
        label="Search saved queries"
        value={wanted.value}
        onInput={(value) => {
          wanted.value = value;
        }}
      />
      {savedQueries.value.length === 0 && (
        <Empty icon="save" title="No saved queries">
          <p>Save keeps the query of a tab in the project.</p>
        </Empty>
      )}
      <ul class="sql-list" aria-label="Saved queries">
        {found.map((query) => (
          <li key={query.name}>
            <button type="button" onClick={() => openSaved(query)}>
              <span class="ellipsis">{query.name}</span>
              <code class="ellipsis faint">{glance(query.sql)}</code>
            </button>
            <Button
              kind="ghost"
              small
              icon="trash"
              aria-label={`Delete ${query.name}`}
              onClick={() => void remove(query)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function when(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const today = time.toDateString() === new Date().toDateString();
  return today
    ? time.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : time.toLocaleDateString([], { day: "numeric", month: "short" });
}

function HistoryList() {
  const wanted = useSignal("");
  if (queriesError.value) return <Failed error={queriesError.value} onRetry={loadQueries} />;
  const found = past.value.filter((query) => matches(query.sql, wanted.value)).slice(0, 300);
  const clear = async () => {
    const sure = await confirm({
      title: "Clear the history?",
      body: <p>The {past.value.length} queries that were run from here are forgotten.</p>,
      action: "Clear",
      danger: true,
    });
    if (sure) await changeQueries({ clear_history: true });
  };
  const what = (query: Past): string =>
    [
      when(query.at),
      query.ms === null ? "" : duration(query.ms),
      query.error ? query.error : query.rows === null ? "" : `${query.rows} rows`,
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <>
      <div class="row sql-history-head">
        <SearchBox
          label="Search the history"
          value={wanted.value}
          onInput={(value) => {
            wanted.value = value;
          }}
        />
        <Button
          kind="ghost"
          icon="trash"
          aria-label="Clear the history"
          disabled={past.value.length === 0}
          onClick={() => void clear()}
        />
      </div>
      {past.value.length === 0 && (
        <Empty icon="history" title="Nothing was run yet">
          <p>What runs here is kept in the project's .raymig folder.</p>
        </Empty>
      )}
      <ul class="sql-list" aria-label="History">
        {found.map((query) => (
          <li key={`${query.at} ${query.sql}`}>
            <button
              type="button"
              title={query.sql.slice(0, 2000)}
              onClick={() => newTab(query.sql)}
            >
              <code class="ellipsis">{glance(query.sql)}</code>
              <span class={`ellipsis ${query.error ? "bad-text" : "faint"}`}>{what(query)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
