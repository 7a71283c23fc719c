import { Empty } from "../../ui/states";

export function View() {
  return <Empty title="migrations" />;
}
