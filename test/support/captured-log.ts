import { log } from '../../functions/runtime/log.ts';

/** Captures all log lines of functions, at the most detailed level. */
export async function captureLog<T>(during: () => Promise<T>): Promise<{ result: T; text: string }> {
  const streams = [process.stdout, process.stderr];
  const written: string[] = [];
  const level = log.getLevelName();
  const writes = streams.map((stream) => stream.write);
  log.setLogLevel('DEBUG');
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      written.push(chunk.toString());
      return true;
    };
  }
  try {
    return { result: await during(), text: written.join('') };
  } finally {
    streams.forEach((stream, place) => {
      stream.write = writes[place]!;
    });
    log.setLogLevel(level);
  }
}
