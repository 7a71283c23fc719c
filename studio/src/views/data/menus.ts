// The menus of a cell, of a column's head, and of the columns that are shown.

import type { Place } from "../../grid/model";
import { navigate } from "../../state/route";
import { copy } from "../../ui/clipboard";
import type { MenuItem } from "../../ui/menu";
import { type Actions, backHref } from "./actions";

const MOST_BACK = 12;

export function cellMenu(actions: Actions, at: Place): MenuItem[] {
  const { model, detail, writable, insertable } = actions.context;
  const key = model.linkOf(at.column);
  const value = model.value(at.row, at.column).value;
  const column = model.shown[at.column];
  const { row, staged: change } = model.at(at.row);
  const items: MenuItem[] = [
    {
      label: writable ? "Edit" : "Show the value",
      icon: "edit",
      keys: "Enter",
      run: () => actions.edit(at),
    },
  ];
  if (key && typeof value === "string") {
    items.push({
      label: `Go to ${key.table}`,
      icon: "jump",
      keys: "Mod+Enter",
      run: () => actions.follow(at),
    });
  }
  if (column && (typeof value === "string" || value === null)) {
    items.push({
      label: "Only rows with this value",
      icon: "filter",
      run: () => actions.filterBy(column.attnum, value),
    });
  }
  items.push(
    "line",
    { label: "Copy", icon: "copy", keys: "Mod+C", run: () => actions.copy() },
    { label: "Copy as TSV with names", icon: "copy", run: () => actions.copyAs("tsv") },
    { label: "Copy as CSV", icon: "copy", run: () => actions.copyAs("csv") },
    { label: "Copy as JSON", icon: "copy", run: () => actions.copyAs("json") },
    { label: "Copy as INSERT", icon: "copy", run: () => actions.copyAs("sql") },
  );
  if (detail.referenced_by.length > 0 && row) {
    items.push("line", { head: "Rows that point here" });
    for (const foreign of detail.referenced_by.slice(0, MOST_BACK)) {
      const schema = foreign.schema === detail.schema ? "" : `${foreign.schema}.`;
      items.push({
        label: `${schema}${foreign.table}`,
        icon: "link",
        run: () => navigate(backHref(model, at.row, foreign)),
      });
    }
  }
  if (!writable && change?.op !== "insert") return items;
  items.push("line");
  if (column && !column.not_null) {
    items.push({
      label: "Set to NULL",
      icon: "empty",
      keys: "Delete",
      run: () => actions.setNull(),
    });
  }
  if (insertable) {
    items.push({
      label: "Duplicate",
      icon: "duplicate",
      keys: "Mod+D",
      run: () => actions.duplicate(),
    });
  }
  if (change) {
    items.push({ label: "Take the change back", icon: "undo", run: () => actions.revert() });
  }
  const deleted = change?.op === "delete";
  items.push({
    label: deleted ? "Keep the row" : "Delete the row",
    icon: "trash",
    keys: "Mod+Delete",
    danger: !deleted,
    run: () => actions.remove(),
  });
  return items;
}

export function headMenu(actions: Actions, index: number): MenuItem[] {
  const { model, place, grid } = actions.context;
  const column = model.shown[index];
  if (!column) return [];
  const { attnum } = column;
  const current = place.sort.find((entry) => entry.column === attnum);
  const items: MenuItem[] = [
    { label: "Sort ascending", icon: "up", run: () => actions.sort(attnum, false, false) },
    { label: "Sort descending", icon: "arrowdown", run: () => actions.sort(attnum, true, false) },
  ];
  if (current) {
    items.push(
      { label: "NULL first", icon: "first", run: () => actions.nulls(attnum, "first") },
      { label: "NULL last", icon: "last", run: () => actions.nulls(attnum, "last") },
      { label: "Do not sort by this", icon: "close", run: () => actions.sort(attnum, null, true) },
    );
  } else if (place.sort.length > 0) {
    items.push({
      label: "Then sort by this",
      icon: "sort",
      run: () => actions.sort(attnum, false, true),
    });
  }
  items.push(
    "line",
    // After the menu has given the focus back.
    {
      label: "Filter…",
      icon: "filter",
      run: () => setTimeout(() => actions.context.onFilter(attnum)),
    },
    "line",
    { label: "Fit the width", icon: "columns", run: () => grid?.fit(index) },
    { label: "Hide the column", icon: "minus", run: () => actions.context.onHide(attnum, true) },
    { label: "Copy the name", icon: "copy", run: () => copy(column.name) },
  );
  return items;
}

export function columnsMenu(actions: Actions): MenuItem[] {
  const { detail, isHidden, onHide } = actions.context;
  return [
    { head: "Columns that are shown" },
    ...detail.columns.map(({ attnum, name }) => ({
      label: name,
      checked: !isHidden(attnum),
      run: () => onHide(attnum, !isHidden(attnum)),
    })),
  ];
}
