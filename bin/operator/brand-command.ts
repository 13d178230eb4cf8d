import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { brandJsonSchema } from '../../core/program/brand-json-schema.ts';
import { checkBrandFile, locateBrandFile, shortPath } from './brand-file.ts';
import { operatorCommand, withWords } from './command.ts';
import { type NewBrandOptions, writeNewBrand } from './new-brand.ts';
import { runCommand } from './operator-error.ts';

/** `npm run brand`: works in the folder `brands` of the current directory, without AWS. */
export function brandCommand(): Command {
  const command = operatorCommand('brand', {
    about: ['Begins and checks the files of brands. It needs no AWS account.'],
    examples: [
      ['Write brands/acme.json', 'npm run brand -- new acme'],
      ['List every problem of the file', 'npm run brand -- check acme'],
      ['The same by its path', 'npm run brand -- check brands/acme.json'],
    ],
    exitCodes: [
      ['0', 'all is well; warnings do not fail'],
      ['1', 'the file has problems, or the command failed'],
    ],
  });

  withWords(command.command('new').summary('write brands/<name>.json: a small file to start from'), {
    about: ['Writes brands/<name>.json: a small file to start from. It never overwrites a file.'],
    examples: [
      ['With placeholders', 'npm run brand -- new acme'],
      ['With your own account and region', 'npm run brand -- new acme --account 111122223333 --region eu-central-1'],
      [
        'For a program that counts spend',
        'npm run brand -- new acme --currency GBP --time-zone Europe/London --basis spend',
      ],
    ],
  })
    .argument('<name>', 'the brand’s id: lower-case letters, digits and hyphens')
    .option('--account <digits>', 'the AWS account; without it, a placeholder')
    .option('--region <region>', 'the AWS region; without it, eu-west-1')
    .option('--time-zone <zone>', "the IANA time zone; without it, this machine's")
    .option('--currency <code>', 'the ISO 4217 currency; without it, EUR')
    .option('--basis <basis>', 'what a tier counts, points or spend; without it, points')
    .action((name: string, options: NewBrandOptions) =>
      runCommand(async () => {
        const file = writeNewBrand(name, options);
        console.log(
          [
            `${shortPath(file)} is written. Change in it:`,
            ...(options.account === undefined ? ['  account                    your AWS account, 12 digits'] : []),
            ...(options.region === undefined ? ['  region                     the AWS region for the stack'] : []),
            '  notifications.email.from   an address that Amazon SES may send from',
            '  program                    your tiers and their thresholds',
            `Then check it: npm run brand -- check ${name}`,
          ].join('\n'),
        );
      }),
    );

  withWords(command.command('check').summary('list every problem of a brand’s file'), {
    about: ['Lists every problem of a brand’s file, as a deployment would. It takes about a second.'],
    examples: [['Check brands/acme.json', 'npm run brand -- check acme']],
  })
    .argument('<brand>', 'its name, or the path of its file')
    .action((brand: string) =>
      runCommand(async () => {
        const { settings, file } = await checkBrandFile(locateBrandFile(brand));
        const isInPlace = file === resolve('brands', basename(file));
        const next = isInPlace ? `npx cdk deploy -c brand=${settings.brand}` : 'put it into the folder brands first';
        console.log(`${shortPath(file)} can be deployed: ${next}`);
      }),
    );

  withWords(command.command('schema').summary('write brands/brand.schema.json again'), {
    about: ['Writes brands/brand.schema.json again, with which editors complete and check a brand’s file.'],
    examples: [['After a change of the settings', 'npm run brand -- schema']],
  }).action(() =>
    runCommand(async () => {
      const file = resolve('brands/brand.schema.json');
      writeFileSync(file, `${JSON.stringify(brandJsonSchema(), undefined, 2)}\n`);
      console.log(`${shortPath(file)} is written.`);
    }),
  );

  return command;
}
