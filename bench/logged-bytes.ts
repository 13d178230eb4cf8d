/** What CloudWatch takes for an event besides its text. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const EVENT_OVERHEAD_BYTES = 26;

/**
 * Runs something with the lines caught that functions log: each is JSON, and Lambda hands it to CloudWatch. What else is written,
 * such as the progress of the bench, passes.
 */
export async function captureLog<T>(act: () => Promise<T>): Promise<{ result: T; bytes: number; lines: number }> {
  const caught: string[] = [];
  const streams = [process.stdout, process.stderr];
  const writes = streams.map((stream) => stream.write);
  for (const [place, stream] of streams.entries()) {
    stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
      if (typeof chunk !== 'string' || !chunk.startsWith('{')) return writes[place]!.call(stream, chunk, ...rest);
      caught.push(chunk);
      return true;
    }) as typeof stream.write;
  }
  try {
    const result = await act();
    const bytes = caught.reduce((sum, line) => sum + Buffer.byteLength(line.trimEnd()) + EVENT_OVERHEAD_BYTES, 0);
    return { result, bytes, lines: caught.length };
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\nIt had logged:\n${caught.join('')}`, { cause });
  } finally {
    for (const [place, stream] of streams.entries()) stream.write = writes[place]!;
  }
}
