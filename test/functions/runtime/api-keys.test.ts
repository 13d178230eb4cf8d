import { describe, expect, test } from 'vitest';
import {
  type ApiKey,
  findApiKey,
  mayCall,
  newApiKey,
  parseApiKeys,
  ROLES,
  sha256,
} from '../../../functions/runtime/api-keys.ts';
import { makeWorld, type World } from '../../support/world.ts';

const MADE = '2026-05-02T10:00:00Z';

describe('a key', () => {
  test('is 256 random bits with its role in front, and only its hash is kept', () => {
    const made = Array.from({ length: 50 }, () => newApiKey('intake', MADE));
    expect(new Set(made.map(({ text }) => text)).size).toBe(50);
    for (const { text, kept } of made) {
      expect(text).toMatch(/^laurel_intake_[A-Za-z0-9_-]{43}$/);
      expect(kept).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}$/),
        role: 'intake',
        sha256: sha256(text),
        createdAt: MADE,
      });
      expect(JSON.stringify(kept)).not.toContain(text.slice(14));
    }
  });

  test('is found wherever it stands among others, by its whole text and nothing less', () => {
    const made = Array.from({ length: 5 }, () => newApiKey('read', MADE));
    const keys = made.map(({ kept }) => kept);
    for (const [place, { text }] of made.entries()) {
      expect(findApiKey(keys, text)).toBe(keys[place]);
      for (const wrong of [
        text.slice(0, -1),
        `${text} `,
        text.toUpperCase(),
        sha256(text),
        '',
        '\u0000',
        'ключ'.repeat(1000),
      ]) {
        expect(findApiKey(keys, wrong)).toBeUndefined();
      }
    }
    expect(findApiKey([], made[0]!.text)).toBeUndefined();
  });

  test('costs the same to look for, right or wrong: every key is compared, the first match included', () => {
    const { text, kept } = newApiKey('read', MADE);
    let compared = 0;
    const watched = Array.from(
      { length: 4 },
      (): ApiKey => ({
        ...kept,
        get sha256() {
          compared++;
          return kept.sha256;
        },
      }),
    );
    expect(findApiKey(watched, text)).toBeDefined();
    expect(compared).toBe(4);
    findApiKey(watched, 'wrong');
    expect(compared).toBe(8);
  });

  test('admin may call everything, the others what is theirs', () => {
    const allowed = ROLES.flatMap((role) =>
      ROLES.filter((needed) => mayCall(role, needed)).map((needed) => `${role}→${needed}`),
    );
    expect(allowed).toEqual(['intake→intake', 'read→read', 'admin→intake', 'admin→read', 'admin→admin']);
  });
});

describe('the secret’s document', () => {
  const { kept } = newApiKey('admin', MADE);

  test('with keys that are not whole has only those that are', () => {
    const broken: unknown[] = [
      null,
      7,
      'key',
      [],
      {},
      { ...kept, role: 'root' },
      { ...kept, role: undefined },
      { ...kept, sha256: undefined },
      { ...kept, sha256: kept.sha256.toUpperCase() },
      { ...kept, sha256: kept.sha256.slice(1) },
      { ...kept, sha256: `${kept.sha256}\n` },
      { ...kept, sha256: [kept.sha256] },
    ];
    expect(parseApiKeys({ keys: [...broken, kept] })).toEqual([kept]);
    expect(parseApiKeys({ keys: [] })).toEqual([]);
  });

  test.each([[null], [undefined], ['{}'], [{}], [[]], [{ keys: {} }], [{ keys: 'x' }]])(
    'of another shape (%j) is refused, and says what writes it',
    (document) => {
      expect(() => parseApiKeys(document)).toThrow('npm run keys');
    },
  );
});

describe('rotation', () => {
  const status = async (world: World, text: string) =>
    (await world.call('GET program', { key: `Bearer ${text}` })).status;

  test('two keys of a role are alive at once, and a revoked one is dead', async () => {
    const world = makeWorld();
    const next = newApiKey('read', MADE);
    world.apiKeys.push(next.kept);
    expect([await status(world, world.keyTexts.read), await status(world, next.text)]).toEqual([200, 200]);
    world.apiKeys.splice(
      world.apiKeys.findIndex(({ role }) => role === 'read'),
      1,
    );
    expect([await status(world, world.keyTexts.read), await status(world, next.text)]).toEqual([401, 200]);
  });

  test('a key made a moment ago is known: the secret is read again, but not for every wrong key', async () => {
    const world = makeWorld();
    const asked: (number | undefined)[] = [];
    const next = newApiKey('read', MADE);
    world.ports.keys.read = async (...[, freshness]: unknown[]) => {
      asked.push(freshness as number | undefined);
      return freshness === undefined ? [] : [next.kept];
    };
    expect(await status(world, next.text)).toBe(200);
    expect(await status(world, 'wrong')).toBe(401);
    // What is at most five seconds old is fresh enough: guessing at keys reads the secret no more often.
    expect(asked).toEqual([undefined, world.now() - 5000, undefined, world.now() - 5000]);
  });

  test('while the secret cannot be read, nobody gets in', async () => {
    const world = makeWorld();
    world.ports.keys.read = async () => Promise.reject(new Error('The secret is away.'));
    expect(await status(world, world.keyTexts.admin)).toBe(500);
  });
});
