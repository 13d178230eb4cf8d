import { Command, type Help, Option } from 'commander';

/** The text of `--help`, beside the options. */
export interface Words {
  /** Paragraphs, not wrapped. */
  about: readonly string[];
  /** Under a title, names with their meanings. */
  lists?: Readonly<Record<string, readonly Item[]>>;
  /** A task, and the command that does it. */
  examples: readonly Item[];
  exitCodes?: readonly Item[];
}

type Item = readonly [term: string, text: string];

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
const USUAL_WIDTH = 80;
/** Below this width the terminal does the wrapping. */
const NARROWEST = 20;

/** A command as `npm run <script> --` starts it. */
export function operatorCommand(script: string, words: Words): Command {
  const command = new Command(`npm run ${script} --`)
    .helpOption('-h, --help', 'show this text')
    .helpCommand(false)
    .configureHelp({ helpWidth: helpWidth(), minWidthToWrap: NARROWEST })
    .showHelpAfterError('Add --help to see the options and examples.');
  return withWords(command, words);
}

/** Adds the help text to a command or a subcommand. */
export function withWords(command: Command, words: Words): Command {
  return command.description(words.about.join('\n\n')).addHelpText('after', () => afterOptions(command, words));
}

export function brandOption(): Option {
  return new Option(
    '--brand <brand>',
    'the brand: the name of its file in brands/, without .json',
  ).makeOptionMandatory();
}

/** A pipe has no width, so `COLUMNS` gives it. */
function helpWidth(): number {
  const columns = process.stdout.columns ?? Number(process.env.COLUMNS);
  return Math.min(columns > 0 ? columns : USUAL_WIDTH, WIDEST);
}

function afterOptions(command: Command, { lists = {}, examples, exitCodes }: Words): string {
  const help = command.createHelp();
  const sections = Object.entries(lists).map(([title, items]) => listOf(title, items, help));
  // Operators copy these commands, so they are never wrapped.
  const shown = examples.flatMap(([what, line]) => [
    indented(help.boxWrap(`${what}:`, width(help) - 2)),
    `    ${line}`,
  ]);
  sections.push([examples.length === 1 ? 'Example:' : 'Examples:', ...shown].join('\n'));
  if (exitCodes) sections.push(listOf('Exit codes:', exitCodes, help));
  return `\n${sections.join('\n\n')}`;
}

function listOf(title: string, items: readonly Item[], help: Help): string {
  const termWidth = Math.max(...items.map(([term]) => term.length));
  return [title, ...items.map(([term, text]) => help.formatItem(term, termWidth, text, help))].join('\n');
}

function width({ helpWidth: columns = USUAL_WIDTH }: Help): number {
  return columns;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
