import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CannotSign } from '../../core/failures.ts';
import type { PassImages } from '../../core/ports.ts';
import { type DesignImages, imageProblems } from '../../core/wallet/design-images.ts';

/** Reads images from folders, which a deployment puts beside the code. Each folder is read once. */
export class FolderPassImages implements PassImages {
  readonly #root: string;
  readonly #read = new Map<string, Promise<DesignImages>>();

  /** @param root the folder that contains the designs' folders */
  constructor(root: string) {
    this.#root = root;
  }

  of(folder: string): Promise<DesignImages> {
    let images = this.#read.get(folder);
    if (!images) {
      images = readImages(this.#root, folder).then((found) => {
        const [problem] = imageProblems('wallet.designs', folder, found);
        if (!problem) return found;
        const { given, allowed, remedy } = problem;
        throw new CannotSign(`The images of a pass: given ${given}; allowed: ${allowed}. ${remedy} Then deploy again.`);
      });
      this.#read.set(folder, images);
      images.catch(() => this.#read.delete(folder));
    }
    return images;
  }
}

/** Returns the PNG files of a folder by name; an empty object if the folder does not exist. */
export async function readImages(root: string, folder: string): Promise<DesignImages> {
  const inFolder = path.join(root, folder);
  const names = await readdir(inFolder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const images = names.filter((name) => name.endsWith('.png')).sort();
  return Object.fromEntries(
    await Promise.all(images.map(async (name) => [name, await readFile(path.join(inFolder, name))] as const)),
  );
}
