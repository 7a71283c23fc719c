// The views, one row each. A view's code is loaded when it is first opened; the module exports
// `View` (what fills the main area) and may export `Side` (the sidebar; else the objects' tree).

import type { ComponentType } from "preact";
import type { IconName } from "../ui/icon";

export interface ViewModule {
  View: ComponentType;
  Side?: ComponentType;
}

export interface ViewRow {
  id: string;
  title: string;
  icon: IconName;
  keys: string;
  load: () => Promise<ViewModule>;
}

export const views: readonly ViewRow[] = [
  { id: "data", title: "Data", icon: "table", keys: "Alt+1", load: () => import("./data") },
  { id: "sql", title: "SQL", icon: "sql", keys: "Alt+2", load: () => import("./sql") },
  {
    id: "diagram",
    title: "Diagram",
    icon: "diagram",
    keys: "Alt+3",
    load: () => import("./diagram"),
  },
  {
    id: "migrations",
    title: "Migrations",
    icon: "migrations",
    keys: "Alt+4",
    load: () => import("./migrations"),
  },
];
