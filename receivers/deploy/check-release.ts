import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a release is made of. */
export interface Release {
  /** The Git tag, such as `v1.2.3`. */
  tag: string;
  /** The version of package.json. */
  version: string;
  /** The text of CHANGELOG.md. */
  changelog: string;
}

/**
 * What is wrong with a release, a sentence each; empty if it can be published. Pre-releases such as v1.2.3-rc.1 are
 * refused: the workflow publishes what everyone installs by default, and npm refuses a pre-release without a tag.
 */
export function releaseFaults({ tag, version, changelog }: Release): string[] {
  const faults: string[] = [];
  if (!/^v\d+\.\d+\.\d+$/.test(tag)) {
    faults.push(`“${tag}” is not a tag of a release. Write v and a version, such as v1.2.3.`);
  } else if (tag !== `v${version}`) {
    faults.push(`The tag is ${tag} and package.json says ${version}. Set the version, or tag v${version}.`);
  }
  const notes = notesOf(version, changelog);
  if (notes === null) {
    faults.push(
      `CHANGELOG.md has no section “## ${version} (date)”. Rename “Unreleased”, with the date as in 2026-11-27.`,
    );
  } else if (notes === '') {
    faults.push(`The section ${version} of CHANGELOG.md is empty. Say what changed.`);
  }
  return faults;
}

/** The section of a version in the changelog, without its heading; null if there is none. */
export function notesOf(version: string, changelog: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => /^(\S+) \(\d{4}-\d{2}-\d{2}\)\n/.exec(text)?.[1] === version);
  return section === undefined ? null : section.slice(section.indexOf('\n')).trim();
}

// `npm run release:check -- v1.2.3` prints the notes of the release, or what is wrong with it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(import.meta.dirname, '../..');
  const changelog = readFileSync(join(root, '.github/CHANGELOG.md'), 'utf8');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const faults = releaseFaults({ tag: process.argv[2] ?? '', version, changelog });
  process.stdout.write(faults.length > 0 ? '' : `${notesOf(version, changelog)}\n`);
  process.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
  process.exitCode = faults.length > 0 ? 1 : 0;
}
