// The frame of every view: the rail of views, the sidebar, the view, the line of status.

import { signal } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { connection } from "../api/client";
import { href, navigate, route } from "../state/route";
import { loadSession, loadTree, session, sessionError } from "../state/session";
import { density, isDark, sidebarOpen, sidebarWidth, theme } from "../state/settings";
import { Dialogs } from "../ui/dialog";
import { Icon } from "../ui/icon";
import { Menus } from "../ui/menu";
import { Empty, Failed, Loading } from "../ui/states";
import { Toasts } from "../ui/toast";
import { type ViewModule, type ViewRow, views } from "../views";
import { keyCaps, useCommands } from "./commands";
import { openPalette, Palette } from "./palette";
import { openPreferences, Preferences } from "./preferences";
import { openShortcuts, Shortcuts } from "./shortcuts";
import { Splitter } from "./splitter";
import { Tree } from "./tree";

/** What the shown view says in the line of status: rows, time, a transaction that is open. */
export const statusText = signal<ComponentChildren>(null);

export function NoToken() {
  return (
    <Empty icon="lock" title="This address lacks its key">
      <p>
        Open the address that <code>raymig studio</code> printed when it started: the part after{" "}
        <code>#</code> is the key to this session. It works in one tab until that tab is closed.
      </p>
    </Empty>
  );
}

function useView(row: ViewRow): ViewModule | Error | null {
  const [loaded, setLoaded] = useState<{ id: string; module: ViewModule | Error } | null>(null);
  useEffect(() => {
    let current = true;
    const settle = (module: ViewModule | Error) => current && setLoaded({ id: row.id, module });
    row.load().then(settle, settle);
    return () => {
      current = false;
    };
  }, [row]);
  return loaded?.id === row.id ? loaded.module : null;
}

export function Shell() {
  const row = views.find((view) => view.id === route.value.view) ?? views[0];
  if (!row) return null;
  return <Frame row={row} />;
}

function Frame({ row }: { row: ViewRow }) {
  const loaded = useView(row);
  const module = loaded instanceof Error ? null : loaded;
  useShellCommands();
  return (
    <div class="shell">
      <Rail current={row.id} />
      {sidebarOpen.value && <Sidebar>{module?.Side ? <module.Side /> : <Tree />}</Sidebar>}
      <main class="main" aria-label={row.title}>
        <Boundary key={row.id}>
          {connection.value === "refused" ? (
            <Empty icon="lock" title="The server knows this tab no longer">
              <p>
                It was started anew. Open the address that <code>raymig studio</code> printed.
              </p>
            </Empty>
          ) : sessionError.value ? (
            <Failed error={sessionError.value} onRetry={reload} />
          ) : loaded instanceof Error ? (
            <Failed error={loaded} onRetry={() => location.reload()} />
          ) : module && session.value ? (
            <module.View />
          ) : (
            <Loading />
          )}
        </Boundary>
      </main>
      <Status />
      <Palette />
      <Shortcuts />
      <Preferences />
      <Dialogs />
      <Menus />
      <Toasts />
    </div>
  );
}

function reload(): void {
  loadSession();
  loadTree();
}

/** A view that throws shows its error; the rest of the page goes on. */
class Boundary extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };
  static override getDerivedStateFromError(thrown: unknown) {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }
  override render() {
    const { error } = this.state;
    if (error) return <Failed error={error} onRetry={() => this.setState({ error: null })} />;
    return this.props.children;
  }
}

function Rail({ current }: { current: string }) {
  return (
    <nav class="rail" aria-label="Views">
      {views.map((view) => (
        <a
          key={view.id}
          href={href(view.id)}
          aria-current={view.id === current ? "page" : undefined}
          aria-label={view.title}
          title={`${view.title}  (${keyCaps(view.keys).join(" ")})`}
        >
          <Icon name={view.icon} />
        </a>
      ))}
      <span class="grow" />
      <button
        type="button"
        aria-label="Commands"
        title={`Commands  (${keyCaps("Mod+K").join(" ")})`}
        onClick={openPalette}
      >
        <Icon name="command" />
      </button>
      <button
        type="button"
        aria-label={isDark() ? "Light theme" : "Dark theme"}
        title={isDark() ? "Light theme" : "Dark theme"}
        onClick={() => {
          theme.value = isDark() ? "light" : "dark";
        }}
      >
        <Icon name={isDark() ? "sun" : "moon"} />
      </button>
      <button
        type="button"
        aria-label="Settings"
        title={`Settings  (${keyCaps("Mod+,").join(" ")})`}
        onClick={openPreferences}
      >
        <Icon name="settings" />
      </button>
      <button
        type="button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts  (?)"
        onClick={openShortcuts}
      >
        <Icon name="help" />
      </button>
    </nav>
  );
}

function Sidebar({ children }: { children: ComponentChildren }) {
  return (
    <aside class="side" aria-label="Sidebar" style={{ width: `${sidebarWidth.value}px` }}>
      {children}
      <Splitter label="Width of the sidebar" size={sidebarWidth} low={160} high={560} />
    </aside>
  );
}

function Status() {
  const now = session.value;
  return (
    <footer class="status">
      {connection.value === "unreachable" && (
        <span class="badge bad" role="alert">
          the server does not answer
        </span>
      )}
      {now && (
        <>
          <span>
            <Icon name="database" /> {now.database.user}@{now.database.host}/{now.database.name}
          </span>
          <span>PostgreSQL {now.database.server_version.split(" ")[0]}</span>
          <span>
            <Icon name="clock" /> {now.database.timezone}
          </span>
          {now.read_only && (
            <span
              class="badge warn"
              title={
                now.beyond_read_only.length > 0
                  ? `A read-only transaction does not hold back ${now.beyond_read_only.join(", ")}, which this role may call`
                  : undefined
              }
            >
              <Icon name="lock" /> read-only
              {now.beyond_read_only.length > 0 && `, but for ${now.beyond_read_only.join(", ")}`}
            </span>
          )}
        </>
      )}
      <span class="grow" />
      {statusText.value}
      {now && <span class="faint">raymig {now.version}</span>}
    </footer>
  );
}

function useShellCommands(): void {
  useCommands(() => [
    ...views.map((view) => ({
      id: `view.${view.id}`,
      title: `Go to ${view.title}`,
      group: "Views",
      keys: [view.keys],
      run: () => navigate(href(view.id)),
    })),
    {
      id: "palette",
      title: "Commands and objects",
      group: "Studio",
      keys: ["Mod+K", "Mod+P"],
      inFields: true,
      hidden: true,
      run: openPalette,
    },
    {
      id: "shortcuts",
      title: "Keyboard shortcuts",
      group: "Studio",
      keys: ["?"],
      run: openShortcuts,
    },
    {
      id: "settings",
      title: "Settings…",
      group: "Studio",
      keys: ["Mod+,"],
      run: openPreferences,
    },
    {
      id: "sidebar",
      title: "Show or hide the sidebar",
      group: "Studio",
      keys: ["Mod+B"],
      run: () => {
        sidebarOpen.value = !sidebarOpen.value;
      },
    },
    ...(["system", "light", "dark"] as const).map((name) => ({
      id: `theme.${name}`,
      title: `Theme: ${name}`,
      group: "Studio",
      run: () => {
        theme.value = name;
      },
    })),
    {
      id: "density",
      title: "Rows: compact or cosy",
      group: "Studio",
      run: () => {
        density.value = density.value === "compact" ? "cosy" : "compact";
      },
    },
    {
      id: "refresh.tree",
      title: "Read the catalog again",
      group: "Studio",
      run: () => {
        loadTree();
      },
    },
  ]);
}
