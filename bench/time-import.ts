/** Says how many milliseconds the import of a module takes in a fresh process. It does nothing else, not to warm anything up. */
import { pathToFileURL } from 'node:url';

const { href } = pathToFileURL(process.argv[2]!);
const start = performance.now();
await import(href);
process.stdout.write(String(performance.now() - start));
