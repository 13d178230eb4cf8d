import { describe, expect, test } from 'vitest';
import { type ActionOrigin, actionIdOf, actionKey, promotionActionId } from '../../../core/actions/tier-action.ts';

describe('R20: the key of an action', () => {
  test.each<[string, ActionOrigin, string]>([
    ['prize-7', { type: 'staff' }, 'prize-7'],
    ['prize-7', { type: 'group', groupId: 'vips' }, 'group#vips#prize-7'],
    ['welcome', { type: 'promotion', promotion: 'welcome' }, 'promotion#welcome'],
    ['stay#api#order-1', { type: 'promotion', promotion: 'stay' }, 'promotion#stay#api#order-1'],
    ['group', { type: 'staff' }, 'group'],
    ['promotion', { type: 'group', groupId: 'promotion' }, 'group#promotion#promotion'],
  ])('of %s by %j is %s, and says the id again', (id, origin, key) => {
    expect(actionKey(id, origin)).toBe(key);
    expect(actionIdOf(key)).toBe(id);
  });
});

test('a promotion’s action is named after it, and after the transaction that fired it', () => {
  expect(promotionActionId('welcome')).toBe('welcome');
  expect(promotionActionId('stay', 'api#order-1')).toBe('stay#api#order-1');
});
