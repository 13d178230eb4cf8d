import type { ApplePush } from '../../core/ports.ts';
import type { AppleSettings, DrawingPorts } from '../../core/use-cases/draw-pass.ts';
import { makePass } from '../../core/use-cases/make-pass.ts';
import { registerDevice } from '../../core/use-cases/register-device.ts';
import { updatedPasses } from '../../core/use-cases/updated-passes.ts';
import { DEVICE_ID } from '../../core/wallet/device-bounds.ts';
import { ifPossible, passAnswer } from '../contract/pass-answer.ts';
import { count } from '../metrics.ts';
import { type Answer, type Call, httpHandler, jsonBody } from '../runtime/http.ts';
import { log } from '../runtime/log.ts';
import { Problem } from '../runtime/problem.ts';
import { readComplaints, readPushToken } from './request.ts';

const DEVICE = '/v1/wallet/apple/v1/devices/{deviceId}/registrations/{passTypeId}';

/** Phones' calls, by the routes that the API has for them. */
export const CALLS = {
  register: `POST ${DEVICE}/{serialNumber}`,
  unregister: `DELETE ${DEVICE}/{serialNumber}`,
  list: `GET ${DEVICE}`,
  read: 'GET /v1/wallet/apple/v1/passes/{passTypeId}/{serialNumber}',
  complain: 'POST /v1/wallet/apple/v1/log',
} as const;

/** What phones write to us is short. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * What Apple Wallet asks of whoever issues passes, with the status codes that it knows.
 * https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes
 *
 * A call about a pass has to prove that it comes from who holds it. The proof is computed, not looked up: whoever cannot give it learns
 * nothing, not even whether there is such a pass.
 */
export function makeHandler(ports: DrawingPorts & { push: ApplePush }, settings: AppleSettings, clock?: () => number) {
  const answers: Record<string, (call: Call) => Promise<Answer>> = {
    [CALLS.register]: async (call) => {
      const memberId = await holderOf(call);
      const deviceId = deviceOf(call);
      const pushToken = readPushToken(jsonBody(call));
      const registration = await registerDevice(ports, settings, memberId, { deviceId, pushToken }, call.now);
      if (registration.status === 'noPass') throw gone();
      if (registration.status === 'wasRegistered') return { status: 200 };
      count('DeviceRegistered');
      if (registration.pushed > 0) count('PassPushed', registration.pushed);
      if (registration.gone > 0) count('DeviceForgotten', registration.gone);
      if (registration.notTold !== undefined) {
        log.warn('A phone holds an old pass and could not be told', { memberId, reason: registration.notTold });
      }
      return { status: 201 };
    },

    [CALLS.unregister]: async (call) => {
      const memberId = await holderOf(call);
      await ports.registrations.unregister(memberId, deviceOf(call));
      return { status: 200 };
    },

    // Apple gives this call no token: who knows the device's id may ask. An unknown device has nothing new, like any other.
    [CALLS.list]: async ({ params, query, now }) => {
      const isOurs = params.passTypeId === settings.apple.passTypeId && DEVICE_ID.test(params.deviceId ?? '');
      const updated = isOurs && (await updatedPasses(ports, params.deviceId!, query.passesUpdatedSince, now));
      return updated ? { status: 200, body: updated } : { status: 204 };
    },

    [CALLS.read]: async (call) => {
      const memberId = await holderOf(call);
      const since = Date.parse(call.headers['if-modified-since'] ?? '');
      const unlessSince = Number.isNaN(since) ? undefined : since;
      const made = await ifPossible(makePass(ports, settings, memberId, call.now, unlessSince), 'phone');
      if (!made) throw gone();
      if (made !== 'notModified') return passAnswer(made);
      count('PassNotModified');
      return { status: 304 };
    },

    // Anybody may call this one, so no more is made of it than a count, and of known words.
    [CALLS.complain]: async (call) => {
      const complaints = readComplaints(jsonBody(call));
      if (complaints.length > 0) {
        count('PhoneComplained', complaints.length);
        log.warn('A phone could not update a pass', { complaints });
      }
      return { status: 200 };
    },
  };

  /** @throws Problem 401 for a wrong token, another pass type, and a pass that there is not, all alike */
  async function holderOf({ params, headers }: Call): Promise<string> {
    const [scheme, token] = (headers.authorization ?? '').split(' ');
    const serialNumber = params.serialNumber ?? '';
    const proven = scheme === 'ApplePass' && (await ports.tokens.fits(serialNumber, token ?? ''));
    if (!proven || params.passTypeId !== settings.apple.passTypeId) {
      throw new Problem(401, 'The token does not open that pass.');
    }
    return serialNumber;
  }

  return httpHandler(
    'public',
    async (call) => {
      const answer = answers[call.route];
      if (!answer)
        throw new Error(`There is no answer to ${call.route}: the stack routes calls here that nobody serves.`);
      return answer(call);
    },
    clock,
    { maxBodyBytes: MAX_BODY_BYTES, scheme: 'ApplePass' },
  );
}

function deviceOf({ params }: Call): string {
  const deviceId = params.deviceId ?? '';
  if (!DEVICE_ID.test(deviceId)) throw new Problem(400, 'The device’s id must be 1 to 128 letters, digits and . _ -');
  return deviceId;
}

/** Only who holds the pass hears that. */
function gone(): Problem {
  return new Problem(404, 'The member of that pass is no member any more.');
}
