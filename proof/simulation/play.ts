import { nextMoment } from '../../core/member/advance-member.ts';
import type { Member } from '../../core/member/member.ts';
import { cycleAt } from '../../core/rules/cycle.ts';
import { DAY_MS, END_OF_TIME, formatInstant, MINUTE_MS } from '../../core/time.ts';
import { rebuildStoredMember } from '../../core/use-cases/rebuild-member.ts';
import { itemOfNews } from '../../functions/adapters/dynamo-member-store.ts';
import type { Answer, Request } from './functions.ts';
import type { Happening, History, Posted, Step, Taken } from './history.ts';
import { Turns } from './process.ts';
import { Execution, type Tasks } from './simulated-engine.ts';
import { demand, lookAt, verdictOn } from './verdict.ts';
import { enrolmentOf, GROUP, type World } from './world.ts';

/** Plays a history to its end, lets everything arrive, and judges what came of it. @throws Refuted */
export async function play(world: World, history: History): Promise<void> {
  for (const { memberId: whose, pass } of history.members) {
    if (pass) await world.registrations.register(whose, { deviceId: `phone of ${whose}`, pushToken: whose }, world.now);
  }
  for (const step of history.steps) {
    world.note(() => `${world.stamp()} ${described(step)}`);
    await take(world, step, 0);
  }
  await verdictOn(world, () => letEverythingArrive(world));
}

async function take(world: World, step: Step, process: 0 | 1): Promise<void> {
  if (step.does === 'together') {
    const turns = new Turns(step.order);
    for (const one of world.processes) one.turns = turns;
    const both = ([0, 1] as const).map((place) => take(world, step.steps[place], place));
    await turns.untilDone(both);
    for (const one of world.processes) one.turns = undefined;
    await Promise.all(both);
    return;
  }
  world.processes[process].begin(step.trouble, step.skewMs);
  await happen(world, step, process);
  world.rest(process);
}

async function happen(world: World, step: Exclude<Happening, { does: 'together' }>, process: 0 | 1): Promise<void> {
  switch (step.does) {
    case 'enrol':
      return enrol(world, process, step);
    case 'post':
      return post(world, process, memberId(world, step.member), step.transaction);
    case 'post again':
      return postAgain(world, process, step);
    case 'insist': {
      const request = world.unanswered.shift();
      if (request) await send(world, process, request);
      return;
    }
    case 'ledger stream':
      return world.deliverLedger(process, step.picks, step.again);
    case 'members stream':
      return world.deliverNews(process, step.picks, step.again);
    case 'rewind':
      return (step.stream === 'ledger' ? world.ledgerStream : world.membersStream).rewind(step.records);
    case 'poison':
      return (step.stream === 'ledger' ? world.ledgerStream : world.membersStream).addPoison({} as never, world.now);
    case 'queue':
      return world.deliverMessages(process, step.channel, step.picks, step.again);
    case 'wait':
      world.happened++;
      world.now += step.ms;
      return;
    case 'wait for':
      return waitFor(world, step);
    case 'act': {
      const request = actionRequest(world, memberId(world, step.member), step.action);
      return send(world, process, request);
    }
    case 'act again':
      return actAgain(world, process, step);
    case 'join':
    case 'leave':
      return joinOrLeave(world, process, step);
    case 'act on group':
      return actOnGroup(world, process, step.action);
    case 'recalculate':
      await world.call(process, {
        route: 'POST recalculations',
        body: { dryRun: step.dryRun, ...(!step.dryRun && { notify: step.notify }) },
      });
      return;
    case 'night':
      return night(world, process);
    case 'run':
      return run(world, process, step);
    case 'run twice': {
      const execution = pick(world.engine.executions, step.place);
      if (execution) world.engine.executions.push(new Execution(execution.run));
      return;
    }
    case 'timer':
      return timer(world, process, step);
    case 'sweep':
      return wake(world, process, { sweep: true });
    case 'edit':
      return edit(world, step.edition);
    case 'rebuild':
      return rebuild(world, process, memberId(world, step.member));
    case 'replay':
      return replay(world, process);
    case 'look':
      return lookAt(world, memberId(world, step.member));
  }
}

function memberId(world: World, member: number): string {
  return world.setups[member]!.memberId;
}

function pick<T>(all: readonly T[], place: number): T | undefined {
  return all.length === 0 ? undefined : all[place % all.length];
}

/** Sends a request; one that is not answered is sent again later. */
async function send(world: World, process: 0 | 1, request: Request): Promise<void> {
  const answer = await world.call(process, request);
  if (!answer || answer.status >= 500) {
    world.unanswered.push(request);
    world.note(() => '    no answer');
    return;
  }
  world.note(() => `    ${answer.status}`);
  remember(world, request, answer);
}

function remember(world: World, request: Request, answer: Answer): void {
  const { params = {}, body } = request;
  const id = (body as { id?: string } | undefined)?.id ?? '';
  const whose = params.memberId ?? '';
  if (request.route === 'POST transactions') {
    demand(answer.status !== 409, () => `R2: a transaction was refused as a conflict: ${JSON.stringify(body)}`);
    world.posted.push({ request, status: answer.status, memberId: whose, id });
  }
  if (request.route === 'POST tier-actions') {
    demand(answer.status === 200 || answer.status === 422, () => `R20: an action was answered with ${answer.status}`);
    if (answer.status === 200) world.acted.push({ request, answer: answer.body(), memberId: whose, id });
  }
}

async function enrol(world: World, process: 0 | 1, step: Extract<Happening, { does: 'enrol' }>): Promise<void> {
  const { daysAgo, blocked } = step;
  const request = enrolmentOf(world.setups[step.member]!, {
    ...(daysAgo !== undefined && { enrolledAt: formatInstant(world.now - daysAgo * DAY_MS) }),
    ...(blocked !== undefined && { blocked }),
  });
  await send(world, process, request);
}

async function post(world: World, process: 0 | 1, whose: string, { agoMs, ...posted }: Posted): Promise<void> {
  const body = { ...posted, occurredAt: formatInstant(world.now - agoMs) };
  await send(world, process, { route: 'POST transactions', params: { memberId: whose }, body });
}

async function postAgain(
  world: World,
  process: 0 | 1,
  { place, changed }: Extract<Happening, { does: 'post again' }>,
): Promise<void> {
  const before = pick(world.posted, place);
  if (!before) return;
  const body = { ...(before.request.body as object), ...(changed && { reason: 'tampered with' }) };
  const answer = await world.call(process, { ...before.request, body });
  if (!answer || answer.status >= 500 || before.status === 422) return;
  const expected = changed ? 409 : 200;
  demand(answer.status === expected, () => `R2: ${before.id} posted again was answered with ${answer.status}`);
}

function actionRequest(world: World, whose: string, { expiry, msBack, ...taken }: Taken): Request {
  const body: Record<string, unknown> = { ...taken };
  if (msBack !== undefined) body.effectiveAt = formatInstant(world.now - msBack);
  if (expiry?.type === 'instant') body.expiry = { type: 'instant', at: formatInstant(world.now + expiry.inMs) };
  else if (expiry?.type === 'date') {
    body.expiry = { type: 'date', date: formatInstant(world.now + expiry.inDays * DAY_MS).slice(0, 10) };
  } else if (expiry) body.expiry = expiry;
  return { route: 'POST tier-actions', params: { memberId: whose }, body };
}

async function actAgain(
  world: World,
  process: 0 | 1,
  { place, changed }: Extract<Happening, { does: 'act again' }>,
): Promise<void> {
  const before = pick(world.acted, place);
  if (!before) return;
  const body = { ...(before.request.body as object), ...(changed && { reason: 'tampered with' }) };
  const answer = await world.call(process, { ...before.request, body });
  if (!answer || answer.status >= 500) return;
  demand(answer.status === (changed ? 409 : 200), () => `R20: ${before.id} again was answered with ${answer.status}`);
  if (changed) return;
  const [first, second] = [JSON.stringify(before.answer), JSON.stringify(answer.body())];
  demand(first === second, () => `R20: ${before.id} was answered with ${first}, and then with ${second}`);
}

async function joinOrLeave(
  world: World,
  process: 0 | 1,
  { does, member }: Extract<Happening, { does: 'join' | 'leave' }>,
): Promise<void> {
  const whose = memberId(world, member);
  // Who is in the group has to be known, so nothing goes wrong here; the clock is the true one, and nothing else happens on that millisecond.
  world.processes[process].begin(undefined);
  world.now += 1;
  const route = does === 'join' ? 'PUT group member' : 'DELETE group member';
  await world.call(process, { route, params: { groupId: GROUP, memberId: whose } });
  if (does === 'join') world.inGroup.add(whose);
  else world.inGroup.delete(whose);
}

async function actOnGroup(world: World, process: 0 | 1, action: Taken): Promise<void> {
  world.processes[process].begin(undefined);
  world.now += 1;
  const { body } = actionRequest(world, '', action);
  const answer = await world.call(process, { route: 'POST group tier-actions', params: { groupId: GROUP }, body });
  if (answer?.status === 202) world.groupActions.push({ id: action.id, members: [...world.inGroup] });
}

async function night(world: World, process: 0 | 1): Promise<void> {
  await world.functions(process)('endCycle')({ Records: [{ messageId: 'night', body: '{"night":true}' }] } as never);
}

async function run(world: World, process: 0 | 1, { place, tasks }: Extract<Happening, { does: 'run' }>): Promise<void> {
  const open = world.engine.executions.filter(({ state }) => state === 'running');
  const execution = pick(open, place);
  for (let task = 0; task < tasks && execution?.state === 'running'; task++) {
    if (!(await execution.doTask(tasksOf(world, process), () => world.processes[process].isDead))) return;
  }
}

function tasksOf(world: World, process: 0 | 1): Tasks {
  const functions = world.functions(process);
  return {
    changeGroupTiers: (state) => functions('changeGroupTiers')(state),
    recalculateCycle: (state) => functions('recalculateCycle')(state),
    weighPreview: (state) => functions('weighPreview')(state),
    finishRecalculation: (state) => functions('finishRecalculation')(state),
  };
}

async function waitFor(world: World, { what, member, ms }: Extract<Happening, { does: 'wait for' }>): Promise<void> {
  const stored = await world.members.load(memberId(world, member));
  if (!stored) return;
  const { cycle, timeZone } = world.rulebook.program;
  const until = what === 'due' ? stored.nextDueAt : cycleAt(cycle, timeZone, stored.enrolledAt, world.now).end;
  // Ends that lie too far ahead would make a history of decades.
  if (until === undefined || until === END_OF_TIME || until > world.now + 500 * DAY_MS) return;
  world.now = Math.max(world.now, until + ms);
}

async function timer(
  world: World,
  process: 0 | 1,
  { place, how }: Extract<Happening, { does: 'timer' }>,
): Promise<void> {
  // EventBridge promises the minute: some fire early.
  const ringing = world.timers.moments.filter((moment) => moment <= world.now + MINUTE_MS);
  const moment = pick(ringing, place);
  if (moment === undefined) return;
  world.timers.moments.splice(world.timers.moments.indexOf(moment), 1);
  if (how === 'fires') await wake(world, process, { dueAt: formatInstant(moment) });
}

async function wake(world: World, process: 0 | 1, message: object): Promise<void> {
  const event = { Records: [{ messageId: 'wake', body: JSON.stringify(message) }] } as never;
  await world.functions(process)('expireTiers')(event);
}

/** R10: an edit of thresholds by itself lowers nobody. */
async function edit(world: World, edition: number): Promise<void> {
  const ranks = async () => {
    const ids = await Promise.all(world.setups.map(({ memberId: whose }) => shownTier(world, whose)));
    return ids.map((id) => world.rulebook.file.tiers.findIndex((tier) => tier.id === id));
  };
  const before = await ranks();
  world.deploy(edition);
  const after = await ranks();
  for (const [place, rank] of after.entries()) {
    const member = await world.members.load(memberId(world, place));
    if (!member || isJudgedByTodaysRules(world, member)) continue;
    demand(rank >= before[place]!, () => `R10: an edit moved ${memberId(world, place)} down to rank ${rank}`);
  }
}

/**
 * What was not written yet is judged by the rules of today: an end, an enrolment that failed half way. So is the end of a cycle in the week that
 * follows it (decision 10).
 */
function isJudgedByTodaysRules({ now, rulebook }: World, member: Member): boolean {
  const { cycle, timeZone } = rulebook.program;
  const { enrolledAt } = member;
  if (member.rebuildDue || nextMoment(member) <= now) return true;
  return now - cycleAt(cycle, timeZone, enrolledAt, now).start < 8 * DAY_MS;
}

async function shownTier(world: World, whose: string): Promise<string | undefined> {
  world.processes[0].begin(undefined);
  const answer = await world.call(0, { route: 'GET member', params: { memberId: whose } });
  return answer?.status === 200 ? (answer.body() as { tier: { id: string } }).tier.id : undefined;
}

/** What `npm run rebuild` does, beside live traffic. */
async function rebuild(world: World, process: 0 | 1, whose: string): Promise<void> {
  // By an operator's hand thresholds take effect downwards as well: that is an edit of its own.
  if (world.hasEdits) return;
  const { rules } = world.rulebook;
  const options = { write: true, cause: 'rebuild' } as const;
  const now = world.now + world.processes[process].skewMs;
  await rebuildStoredMember(world, rules, whose, options, now);
}

/** What `npm run replay` does with what was parked and is a transaction: the member is made what the ledger says. */
async function replay(world: World, process: 0 | 1): Promise<void> {
  const { rules } = world.rulebook;
  for (const { memberId: whose, key } of world.parked.splice(0)) {
    if (key === 'TX#poison') continue;
    if (!key.startsWith('TX#')) {
      const lost = world.news.find((news) => news.memberId === whose && itemOfNews(news).sk === key);
      if (lost) world.membersStream.add(lost, lost.recordedAt);
      continue;
    }
    const options = { write: true, cause: 'transaction' } as const;
    const now = world.now + world.processes[process].skewMs;
    await rebuildStoredMember(world, rules, whose, options, now);
  }
}

/** Calm weather: whatever is under way arrives, whoever waits is answered, and whatever failed is brought back. */
export async function letEverythingArrive(world: World): Promise<void> {
  const MOST_ROUNDS = 50;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let isQuiet = true;
    const isBusy = () => {
      isQuiet = false;
    };
    for (const request of world.unanswered.splice(0)) {
      isBusy();
      await send(world, 0, request);
    }
    for (const execution of world.engine.executions) {
      if (execution.state === 'failed') execution.redrive();
      while (execution.state === 'running') {
        isBusy();
        await execution.doTask(tasksOf(world, 0), () => false);
      }
    }
    if (world.ledgerStream.waiting.length > 0) {
      isBusy();
      await world.deliverLedger(0, 'all');
    }
    if (world.membersStream.waiting.length > 0) {
      isBusy();
      await world.deliverNews(0, 'all');
    }
    for (const channel of ['email', 'sms', 'push'] as const) {
      if (world.queues[channel].waiting.length === 0) continue;
      isBusy();
      await world.deliverMessages(0, channel, 'all');
    }
    if (world.parked.some(({ key }) => key !== 'TX#poison')) {
      isBusy();
      await replay(world, 0);
    }
    if (round === 0) {
      isBusy();
      await wake(world, 0, { sweep: true });
      // What failed for good is brought back once: whoever may have been told already is not told again.
      for (const { channel, news } of world.deadLetters.splice(0)) world.queues[channel].add(news, world.now);
    }
    if (isQuiet) return;
  }
  demand(false, () => `Nothing came to rest within ${MOST_ROUNDS} rounds.`);
}

/** A step on one line. */
export function described(step: Step): string {
  const { does, trouble, skewMs, ...rest } = step;
  const weather = [
    trouble === undefined ? '' : ` in trouble ${trouble}`,
    skewMs === undefined ? '' : ` by a clock of ${skewMs} ms`,
  ].join('');
  return `${does}${weather} ${JSON.stringify(rest)}`;
}
