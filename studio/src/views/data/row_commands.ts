// The commands of the rows: what the palette lists while they are shown, and their keys.

import type { Command } from "../../shell/commands";
import type { Actions } from "./actions";
import { openExport, openImport } from "./io";

/** `actions` gives those of the latest render. */
export function rowCommands(
  actions: () => Actions,
  load: (edge?: "first" | "last") => void,
  togglePanel: () => void,
): Command[] {
  const group = "Rows";
  const insertable = () => actions().context.insertable;
  const writable = () => actions().context.writable;
  return [
    {
      id: "rows.reload",
      title: "Read the rows again",
      group,
      keys: ["F5", "Mod+Shift+R"],
      run: () => load(),
    },
    { id: "rows.first", title: "First rows", group, keys: ["Mod+Home"], run: () => load("first") },
    { id: "rows.last", title: "Last rows", group, keys: ["Mod+End"], run: () => load("last") },
    {
      id: "rows.insert",
      title: "New row",
      group,
      keys: ["Alt+N"],
      enabled: insertable,
      run: () => actions().insert(),
    },
    {
      id: "rows.duplicate",
      title: "Duplicate the selected rows",
      group,
      keys: ["Mod+D"],
      enabled: insertable,
      run: () => actions().duplicate(),
    },
    {
      id: "rows.delete",
      title: "Delete the selected rows",
      group,
      keys: ["Mod+Delete"],
      enabled: writable,
      run: () => actions().remove(),
    },
    {
      id: "rows.filter",
      title: "Add a filter",
      group,
      keys: ["Alt+F"],
      run: () => {
        const { model, grid, detail, onFilter } = actions().context;
        const current = model.shown[grid?.current.column ?? 0] ?? detail.columns[0];
        if (current) onFilter(current.attnum);
      },
    },
    {
      id: "rows.panel",
      title: "Show the row as a list",
      group,
      keys: ["Alt+R"],
      run: togglePanel,
    },
    {
      id: "rows.export",
      title: "Export…",
      group,
      keys: ["Alt+E"],
      run: () => {
        const { detail, place, model } = actions().context;
        openExport(detail, place, model.shown);
      },
    },
    {
      id: "rows.import",
      title: "Import…",
      group,
      keys: ["Alt+I"],
      enabled: insertable,
      run: () => openImport(actions().context.detail, () => load()),
    },
    ...(["tsv", "csv", "json", "sql"] as const).map((format) => ({
      id: `rows.copy.${format}`,
      title: `Copy the selection as ${format === "sql" ? "INSERT" : format.toUpperCase()}`,
      group,
      run: () => actions().copyAs(format),
    })),
    ...KEYS.map(([keys, title]) => ({
      id: `grid.${keys}`,
      title,
      group: "Grid",
      keys: [keys],
      // The grid hears these itself; here they are for the list of keys.
      hidden: true,
      run: () => actions().context.grid?.focus(),
    })),
  ];
}

const KEYS = [
  ["Enter", "Edit the cell"],
  ["Space", "Show the row as a list"],
  ["Delete", "Set to NULL"],
  ["Mod+Enter", "Follow the foreign key"],
  ["Mod+A", "Select all that is loaded"],
  ["Alt+ArrowDown", "Menu of the column"],
  ["Shift+F10", "Menu of the cell"],
] as const;
