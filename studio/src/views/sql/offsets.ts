/*
 * PostgreSQL counts characters (code points), the browser counts UTF-16 units: they part at the first emoji.
 */

/** The UTF-16 offset of the character number `characters` (0-based) in `text`; the text's end where it is shorter. */
export function offsetOf(text: string, characters: number): number {
  let offset = 0;

  for (let left = characters; left > 0 && offset < text.length; left--)
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

/** How many characters stand before the UTF-16 offset. */
export function charactersTo(text: string, offset: number): number {
  let characters = 0;

  for (let at = 0; at < offset && at < text.length; characters++)
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return characters;
}
