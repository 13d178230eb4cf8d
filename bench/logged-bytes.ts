/** What CloudWatch takes for an event besides its text. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const EVENT_OVERHEAD_BYTES = 26;

/** Runs `act` and catches the JSON lines that functions log for CloudWatch. Other output, such as the bench's progress, passes. */
export async function captureLog<T>(act: () => Promise<T>): Promise<{ result: T; bytes: number }> {
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
    return { result, bytes };
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\nIt had logged:\n${caught.join('')}`, { cause });
  } finally {
    for (const [place, stream] of streams.entries()) stream.write = writes[place]!;
  }
}
