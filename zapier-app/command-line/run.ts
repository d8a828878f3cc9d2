import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// `npm run zapier -- …`: Zapier's command line. It has more packages than the rest of the repository together, and only
// publishers need it, so it is no dependency of the app: the first use installs it. It must not be in the app's folder,
// because a build packs each package.json that it finds there.
const NAME = 'zapier-platform-cli';
const folder = join(import.meta.dirname, '../../node_modules/.cache', NAME);
const wantedVersion: string = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
  .dependencies[NAME];

/**
 * Installs Zapier's command line, unless the version that package.json names is installed.
 *
 * @returns the folder of its package
 * @throws Error if npm cannot install it
 */
export function installZapierPlatform(): string {
  if (installedVersion() !== wantedVersion) {
    process.stderr.write(
      `Installing ${NAME} ${wantedVersion}. This takes about a minute, the first time only.\n`,
    );
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) {
      cpSync(join(import.meta.dirname, name), join(folder, name));
    }
    const { status } = spawnSync('npm', ['ci', '--silent'], {
      cwd: folder,
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      throw new Error(`npm could not install ${NAME}. Run \`npm ci\` in ${folder} to see why.`);
    }
  }
  return join(folder, 'node_modules', NAME);
}

/** npm writes this file last, so an install that was interrupted has none. */
function installedVersion(): string | null {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) {
    return null;
  }
  const { packages } = JSON.parse(readFileSync(installed, 'utf8'));
  return packages[`node_modules/${NAME}`]?.version ?? null;
}

if (import.meta.main) {
  const command = join(installZapierPlatform(), 'src/bin/run');
  const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
