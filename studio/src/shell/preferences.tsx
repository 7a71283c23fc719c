// What a person likes: theme, how close the rows stand, what an export guards against.

import { signal } from "@preact/signals";
import { density, formulaGuard, type Theme, theme } from "../state/settings";
import { Check, Segmented } from "../ui/controls";
import { Dialog } from "../ui/dialog";

const shown = signal(false);

export function openPreferences(): void {
  shown.value = true;
}

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function Preferences() {
  if (!shown.value) return null;
  return (
    <Dialog
      title="Settings"
      onClose={() => {
        shown.value = false;
      }}
    >
      <div class="form">
        <div class="field">
          <span class="label">Theme</span>
          <Segmented
            label="Theme"
            value={theme.value}
            choices={THEMES}
            onChange={(value) => {
              theme.value = value;
            }}
          />
        </div>
        <div class="field">
          <span class="label">Rows</span>
          <Segmented
            label="Rows"
            value={density.value}
            choices={[
              { value: "compact", label: "Compact" },
              { value: "cosy", label: "Cosy" },
            ]}
            onChange={(value) => {
              density.value = value;
            }}
          />
        </div>
        <Check
          checked={formulaGuard.value}
          onChange={(value) => {
            formulaGuard.value = value;
          }}
        >
          Guard CSV against formulas: a <code>'</code> before values that a spreadsheet would
          compute
        </Check>
        <p class="soft">Kept in this browser.</p>
      </div>
    </Dialog>
  );
}
