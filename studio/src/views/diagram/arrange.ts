// The layout's Worker, seen from the page: started for one drawing and ended with its answer.

import { trustedScriptUrl } from "../../api/trusted";
import type { Oid } from "../../api/types";
import type { Card, DiagramEdge } from "./geometry";
import type { Point } from "./layout";

/** Top left corners of the cards. Rejects where the Worker fails or `gone` is aborted. */
export function arrange(
  cards: readonly Card[],
  edges: readonly DiagramEdge[],
  gone: AbortSignal,
): Promise<Map<Oid, Point>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(trustedScriptUrl("/layout-worker.js") as string, { type: "module" });
    const end = () => worker.terminate();
    gone.addEventListener("abort", () => {
      end();
      reject(new DOMException("the view was left", "AbortError"));
    });
    worker.onerror = (event) => {
      end();
      reject(new Error(event.message || "the layout could not be worked out"));
    };
    worker.onmessage = ({ data }: MessageEvent<[Oid, number, number][]>) => {
      end();
      resolve(new Map(data.map(([oid, x, y]) => [oid, { x, y }])));
    };
    worker.postMessage({
      boxes: cards.map(({ table, width, height }) => ({ id: table.oid, width, height })),
      links: edges.map(({ from, to }) => ({ from, to })),
    });
  });
}
