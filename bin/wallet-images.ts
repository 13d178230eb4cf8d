import { globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import sharp from 'sharp';
import { operatorCommand } from './operator/command.ts';
import { OperatorError, runCommand } from './operator/operator-error.ts';

const FOLDER = resolve('brands/demo/wallet');
/** An SVG has 72 pixels to the inch where its width and height count pixels. */
const DENSITY = 72;

operatorCommand('wallet:images', {
  about: ["Renders the pictures of the demo brand's passes from their SVG sources to the PNG files beside them."],
  examples: [['Render them after a change of an SVG', 'npm run wallet:images']],
}).parse();

await runCommand(async () => {
  const sources = globSync('**/*.svg', { cwd: FOLDER }).sort();
  if (sources.length === 0) throw new OperatorError(`There is no SVG file under ${FOLDER}.`);
  for (const source of sources) {
    // Apple takes a design's pictures for screens of one, two and three pixels to a point. Google takes one logo for all tiers.
    const scales = dirname(source) === '.' ? [1] : [1, 2, 3];
    for (const scale of scales) {
      const file = source.replace('.svg', `${scale === 1 ? '' : `@${scale}x`}.png`);
      const image = sharp(resolve(FOLDER, source), { density: DENSITY * scale });
      // 256 colours look the same on a phone and take a third of the bytes.
      const { size } = await image.png({ palette: true }).toFile(resolve(FOLDER, file));
      console.log(`${file}  ${(size / 1000).toFixed(1)} KB`);
    }
  }
});
