import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import { brandJsonSchema } from '../core/program/brand-json-schema.ts';
import { checkBrandFile, locateBrandFile, shortPath } from './operator/brand-file.ts';
import { type NewBrandOptions, writeNewBrand } from './operator/new-brand.ts';
import { runCommand } from './operator/operator-error.ts';

const command = new Command('npm run brand --')
  .description('Begins and checks the files of brands. It needs no AWS account.')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run brand -- new acme                 writes brands/acme.json',
      '  npm run brand -- check acme               lists all that is wrong with it',
      '  npm run brand -- check brands/acme.json   the same by its path',
      '',
      'Exit code: 0 when all is well, 1 when a file has problems or on failure.',
      'Warnings do not fail.',
    ].join('\n'),
  );

command
  .command('new')
  .description('write brands/<name>.json: a small file to start from')
  .argument('<name>', 'the brand’s id: lower-case letters, digits and hyphens')
  .option('--account <digits>', 'the AWS account; left out: a placeholder')
  .option('--region <region>', 'the AWS region; left out: eu-west-1')
  .option('--time-zone <zone>', 'the IANA time zone; left out: that of this machine')
  .option('--currency <code>', 'the ISO 4217 currency; left out: EUR')
  .option('--basis <basis>', 'what a tier counts, points or spend; left out: points')
  .addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  npm run brand -- new acme',
      '  npm run brand -- new acme --account 111122223333 --region eu-central-1 \\',
      '    --time-zone Europe/Berlin --currency EUR --basis spend',
      '',
      'A file that is there is never overwritten.',
    ].join('\n'),
  )
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

command
  .command('check')
  .description('list all that is wrong with a brand’s file, as "npx cdk deploy" would')
  .argument('<brand>', 'its name, or the path of its file')
  .action((brand: string) =>
    runCommand(async () => {
      const { settings, file } = await checkBrandFile(locateBrandFile(brand));
      const isInPlace = file === resolve('brands', basename(file));
      const next = isInPlace ? `npx cdk deploy -c brand=${settings.brand}` : 'put it into the folder brands first';
      console.log(`${shortPath(file)} can be deployed: ${next}`);
    }),
  );

command
  .command('schema')
  .description('write brands/brand.schema.json anew, by which editors know a brand’s file')
  .action(() =>
    runCommand(async () => {
      const file = resolve('brands/brand.schema.json');
      writeFileSync(file, `${JSON.stringify(brandJsonSchema(), undefined, 2)}\n`);
      console.log(`${shortPath(file)} is written.`);
    }),
  );

await command.parseAsync();
