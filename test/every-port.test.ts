import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/**
 * Every port must have a suite that runs over its fake and its real adapter. This test reads the sources, because no
 * test run can report a missing suite.
 */

type Sources = ReadonlyMap<string, string>;

const PORTS = 'core/ports.ts';
/** These ports need only a secret, and are the same in tests as deployed. */
const WITHOUT_FAKE = ['PassPackager', 'PassSigner', 'PassImages', 'PassTokens'];

function readSources(): Sources {
  const paths = globSync([PORTS, 'fakes/*.ts', 'functions/adapters/*.ts', 'test/contracts/*.test.ts']);
  return new Map(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(path, 'utf8')]));
}

const sources = readSources();

/** Returns a sentence for each port without a complete suite. */
function problemsOf(sources: Sources): string[] {
  const files = [...sources].map(([path, text]) => ({
    path,
    file: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  }));
  const inRoom = (room: string) => files.filter(({ path }) => path.startsWith(room)).map(({ file }) => file);
  const [fakes, adapters] = [implementors(inRoom('fakes/')), implementors(inRoom('functions/adapters/'))];
  const suites = inRoom('test/contracts/').flatMap(suitesIn);
  return inRoom(PORTS)
    .flatMap(portsIn)
    .flatMap((port) => {
      const ofPort = suites.filter((suite) => suite.port === port);
      const runsOver = (made: ReadonlySet<string> | undefined, classes: ReadonlyMap<string, string>) =>
        [...(made ?? [])].some((name) => classes.get(name) === port);
      const isWhole = ofPort.some(
        ({ fake, real }) => (fake === undefined || runsOver(fake, fakes)) && runsOver(real, adapters),
      );
      if (!isWhole) return [`No suite runs over the fake and the real adapter of ${port}.`];
      const hasFake = ofPort.some(({ fake }) => runsOver(fake, fakes));
      return hasFake || WITHOUT_FAKE.includes(port) ? [] : [`No suite runs over a fake of ${port}.`];
    });
}

/** Ports are the interfaces with methods; the others describe data. */
function portsIn(file: ts.SourceFile): string[] {
  return file.statements
    .filter(ts.isInterfaceDeclaration)
    .filter(({ members }) => members.some(ts.isMethodSignature))
    .map(({ name }) => name.text);
}

/** Maps the name of a class to the port that the class implements. */
function implementors(files: ts.SourceFile[]): Map<string, string> {
  const classes = files.flatMap(({ statements }) => [...statements]).filter(ts.isClassDeclaration);
  return new Map(
    classes.flatMap(({ name, heritageClauses = [] }) =>
      heritageClauses.flatMap(({ types }) => types.map((type) => [name?.text ?? '', type.getText()] as const)),
    ),
  );
}

interface Suite {
  port: string;
  /** The classes that the suite constructs; without a fake if only the real adapter is given. */
  fake?: ReadonlySet<string>;
  real: ReadonlySet<string>;
}

/** Finds the calls of `fakeAndReal` and `realOnly` whose result goes to a `describe.each`. */
function suitesIn(file: ts.SourceFile): Suite[] {
  const calls = descendantsOf(file).filter(ts.isCallExpression);
  const isRunOver = (what: (argument: ts.Node) => boolean) =>
    calls.some(({ expression, arguments: [first] }) => {
      return expression.getText() === 'describe.each' && first !== undefined && what(first);
    });
  return calls.flatMap((call) => {
    const called = call.expression.getText();
    const port = call.typeArguments?.[0]?.getText();
    if (port === undefined || !['fakeAndReal', 'realOnly'].includes(called)) return [];
    const declared = ts.isVariableDeclaration(call.parent) ? call.parent.name.getText() : undefined;
    if (!isRunOver((argument) => argument === call || argument.getText() === declared)) return [];
    const made = call.arguments.map((argument) => madeFor(argument, file));
    const [fake, real] = called === 'fakeAndReal' ? made : [undefined, made[0]];
    return [{ port, ...(fake && { fake }), real: real ?? new Set<string>() }];
  });
}

/** Returns the classes that an expression constructs, itself or by names of its own file. */
function madeFor(expression: ts.Node, file: ts.SourceFile): Set<string> {
  const declarations = new Map<string, ts.Node>();
  for (const statement of file.statements) {
    if (ts.isFunctionDeclaration(statement) && statement.name) declarations.set(statement.name.text, statement);
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      if (declaration.initializer) declarations.set(declaration.name.getText(), declaration.initializer);
    }
  }
  const made = new Set<string>();
  const seen = new Set<ts.Node>();
  const look = (node: ts.Node) => {
    if (seen.has(node)) return;
    seen.add(node);
    for (const one of descendantsOf(node)) {
      if (ts.isNewExpression(one)) made.add(one.expression.getText());
      if (!ts.isIdentifier(one)) continue;
      const declaration = declarations.get(one.text);
      if (declaration) look(declaration);
    }
  };
  look(expression);
  return made;
}

function descendantsOf(node: ts.Node): ts.Node[] {
  const found = [node];
  ts.forEachChild(node, (child) => {
    found.push(...descendantsOf(child));
  });
  return found;
}

test('every port has a suite that runs over its fake and over its real adapter', () => {
  expect(problemsOf(sources)).toEqual([]);
});

test('the search finds the ports, and no interface without methods', () => {
  const ports = portsIn(ts.createSourceFile(PORTS, sources.get(PORTS)!, ts.ScriptTarget.Latest, true));
  expect(ports).toEqual(expect.arrayContaining(['Ledger', 'RunEngine', 'ApplePush', ...WITHOUT_FAKE]));
  expect(ports).not.toContain('Profile');
  expect(ports.length).toBeGreaterThan(20);
});

describe('the check reports', () => {
  const changed = (path: string, change: (text: string) => string): Sources => {
    const text = sources.get(path)!;
    expect(change(text)).not.toBe(text);
    return new Map([...sources, [path, change(text)]]);
  };

  test('a new port without a suite', () => {
    const more = changed(PORTS, (text) => `${text}\nexport interface Oracle { ask(): Promise<string>; }`);
    expect(problemsOf(more)).toEqual(['No suite runs over the fake and the real adapter of Oracle.']);
  });

  test.each([...sources.keys()].filter((path) => /fakeAndReal<|realOnly</.test(sources.get(path)!)))(
    'a missing file %s',
    (path) => {
      expect(problemsOf(new Map([...sources].filter(([other]) => other !== path)))).not.toEqual([]);
    },
  );

  test.each<[string, string, (text: string) => string]>([
    ['a skipped suite', 'Texter', (text) => text.replace('describe.each(', 'describe.skip.each(')],
    ['a fake given twice', 'Texter', (text) => text.replace("['of SNS', inSns()]", "['of SNS', inMemory()]")],
    ['an adapter given twice', 'Texter', (text) => text.replace("['in memory', inMemory()]", "['x', inSns()]")],
    ['a suite for another port', 'Texter', (text) => text.replace('fakeAndReal<Texter,', 'fakeAndReal<Mailer,')],
  ])('%s', (_, port, change) => {
    expect(problemsOf(changed('test/contracts/texter.test.ts', change))).toEqual([
      `No suite runs over the fake and the real adapter of ${port}.`,
    ]);
  });

  test('a port with only its real adapter', () => {
    const alone = changed('test/contracts/texter.test.ts', (text) =>
      text.replace(/fakeAndReal<Texter, ReadTexter>\(.*\);/, "realOnly<Texter>(['of SNS', inSns()]);"),
    );
    expect(problemsOf(alone)).toEqual(['No suite runs over a fake of Texter.']);
  });
});
