import { isIP } from 'node:net';
import { LocalCloudFailure } from './local-cloud-failure.ts';

/** Where a local AWS listens. */
export interface Emulator {
  endpoint: string;
  /** The log of the emulator, when it is ours. */
  logPath?: string;
}

const HEALTH_PATH = '/_ministack/health';
const HEALTH_TIMEOUT_MS = 3_000;

export async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL(HEALTH_PATH, endpoint), { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The emulator that `AWS_ENDPOINT_URL` names. Only this machine is accepted: the start deploys with test credentials, and writes API keys. */
export async function useRunningEmulator(endpointUrl: string): Promise<Emulator> {
  const url = URL.parse(endpointUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new LocalCloudFailure(
      `AWS_ENDPOINT_URL is "${endpointUrl}", which is not a URL. Give one like http://127.0.0.1:4566, or unset it to start a local cloud.`,
    );
  }
  if (!isLoopback(url.hostname)) {
    throw new LocalCloudFailure(
      `AWS_ENDPOINT_URL names ${url.hostname}, which is not this machine. The demo writes test keys and made-up members, so it goes only to 127.0.0.1, ::1 or localhost. Unset it to start a local cloud.`,
    );
  }
  if (!(await isHealthy(url.origin))) {
    throw new LocalCloudFailure(
      `Nothing that is known answers at ${url.origin} (asked for ${HEALTH_PATH}). Start MiniStack there, or unset AWS_ENDPOINT_URL to start a local cloud.`,
    );
  }
  return { endpoint: url.origin };
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}
