// The one Trusted Types policy that the page's CSP allows: a Worker may be started from the
// studio's own files and from nowhere else. No policy makes HTML: nothing here writes any.

interface Policy {
  createScriptURL(url: string): unknown;
}
interface Factory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
}

function own(url: string): string {
  const { origin } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError(`"${url}" is not one of the studio's files`);
  return url;
}

const factory = (window as unknown as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("raymig", { createScriptURL: own });

/** The address of one of the studio's scripts, as `new Worker` takes it. */
export function trustedScriptUrl(url: string): unknown {
  return policy ? policy.createScriptURL(url) : own(url);
}
