// "?": the keys of what is shown now, by group.

import { signal } from "@preact/signals";
import { Kbd } from "../ui/controls";
import { Dialog } from "../ui/dialog";
import { activeCommands, type Command } from "./commands";

const shown = signal<Command[] | null>(null);

export function openShortcuts(): void {
  shown.value = activeCommands().filter((command) => command.keys?.length);
}

export function Shortcuts() {
  const commands = shown.value;
  if (!commands) return null;
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  }
  const close = () => {
    shown.value = null;
  };
  return (
    <Dialog title="Keyboard shortcuts" wide onClose={close}>
      <div class="shortcuts">
        {[...groups].map(([group, members]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {members.map((command) => (
                <div key={command.id} class="row">
                  <dt class="grow">{command.title}</dt>
                  <dd class="row">
                    {command.keys?.map((keys) => (
                      <Kbd key={keys} keys={keys} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
