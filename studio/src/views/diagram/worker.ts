/* The Worker that lays a diagram out: {boxes, links} in, [id, x, y] triples out. */
import { type Box, type Link, layout } from "./layout";

interface Question {
  boxes: Box[];
  links: Link[];
}

const self_ = self as unknown as {
  onmessage: ((event: MessageEvent<Question>) => void) | null;
  postMessage(answer: [number, number, number][]): void;
};

self_.onmessage = ({ data }) => {
  const places = layout(data.boxes, data.links);

  self_.postMessage([...places].map(([id, { x, y }]) => [id, x, y]));
};
