/**
 * Reads which module imports which, for the test of the architecture.
 *
 * It knows the forms that `deno fmt` leaves behind: a statement begins its line. What stands in
 * comments (the examples in docstrings) does not count.
 *
 * @module
 */

/** One import or re-export. */
export interface Import {
  specifier: string;
  /** Only types come over it, so that it is gone at run time. */
  typeOnly: boolean;
}

/** The source without its comments; line breaks stay, so that line numbers hold. */
export function withoutComments(source: string): string {
  return source
    .replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, (text) => text.replace(/[^\n]/g, ""))
    .replace(/(^|\s)\/\/.*$/gm, "$1");
}

/** All imports of a module: static, re-exporting and dynamic ones. */
export function parseImports(source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  const statement =
    /^(?:import|export)\s+(type\s+)?(?:([^;"']*?)\s+from\s+)?["']([^"']+)["'](?=\s*(?:;|with|$))/gm;
  for (const [, type, clause, specifier] of code.matchAll(statement)) {
    const names = /^\{([\s\S]*)\}$/.exec(clause ?? "")?.[1].split(",").map((name) => name.trim());
    const inline = names?.filter((name) => name !== "").every((name) => name.startsWith("type "));
    found.push({ specifier, typeOnly: type !== undefined || inline === true });
  }
  for (const [, specifier] of code.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)) {
    found.push({ specifier, typeOnly: false });
  }
  return found;
}

/** A cycle in a graph as the names along it, or undefined. O(nodes + edges). */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of graph.get(name) ?? []) {
      const cycle = visit(next);
      if (cycle !== undefined) return cycle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const cycle = visit(name);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
