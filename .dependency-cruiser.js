// Which room of receivers/ may import which. `npm run rooms` checks it; receivers/README.md draws it.
const GROUND = ['contract', 'base'];
const EVENT_ROOMS = ['inbound', 'routes', 'ledger', 'delivery', 'destinations', 'zapier'];

const MAY_IMPORT = {
  contract: [],
  base: [],
  outgoing: GROUND,
  experience: GROUND,
  inbound: [...GROUND, 'experience'],
  routes: [...GROUND, 'experience'],
  ledger: [...GROUND, 'experience'],
  delivery: [...GROUND, 'experience'],
  destinations: [...GROUND, 'experience', 'outgoing'],
  zapier: [...GROUND, 'experience', 'outgoing'],
  reports: [...GROUND, 'experience', 'delivery'],
  monitoring: [...GROUND, 'experience', 'delivery', 'reports'],
  intelligems: [...GROUND, 'experience', 'outgoing', 'inbound', 'delivery', 'reports', 'monitoring'],
  lifecycle: [...GROUND, 'experience', 'delivery', 'intelligems'],
  config: [...GROUND, 'experience', 'outgoing', ...EVENT_ROOMS, 'intelligems', 'reports', 'monitoring'],
  operations: [
    ...GROUND,
    'experience',
    'outgoing',
    ...EVENT_ROOMS,
    'intelligems',
    'reports',
    'monitoring',
    'lifecycle',
    'config',
  ],
  console: [...GROUND, 'experience', 'operations'],
  cli: [...GROUND, 'config', 'operations', 'server'],
  deploy: ['base'],
  server: [
    ...GROUND,
    'experience',
    'outgoing',
    ...EVENT_ROOMS,
    'intelligems',
    'reports',
    'monitoring',
    'lifecycle',
    'config',
    'operations',
    'console',
  ],
};

const rooms = Object.entries(MAY_IMPORT).map(([room, others]) => ({
  name: `${room}-imports`,
  comment: `receivers/${room} may import only itself, shared${others.map((other) => `, ${other}`).join('')}.`,
  severity: 'error',
  from: { path: `^receivers/${room}/` },
  to: { path: '^(receivers|zapier-app|test)/', pathNot: `^receivers/(${[room, ...others].join('|')})/` },
}));

export default {
  forbidden: [
    { name: 'no-import-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-folder-cycles', scope: 'folder', severity: 'error', from: {}, to: { circular: true } },
    ...rooms,
    {
      name: 'shared-imports',
      comment: 'shared/ is copied and bundled by itself: it imports nothing of this project.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(receivers|zapier-app|test)/' },
    },
    {
      name: 'zapier-app-imports',
      comment: 'The Zapier app shares only shared/ with the receiver.',
      severity: 'error',
      from: { path: '^zapier-app/' },
      to: { path: '^(receivers|test)/' },
    },
    {
      name: 'no-unresolved-imports',
      severity: 'error',
      // What the browser loads is served under other names (receivers/console/browser/assets.ts), and the package's
      // own files import what the bundler puts next to them.
      from: { pathNot: '^receivers/(console/browser|deploy/package)/.*[.]js$' },
      to: { couldNotResolve: true },
    },
    {
      name: 'rooms-have-a-rule',
      comment: 'A new folder of receivers/ needs an entry in MAY_IMPORT.',
      severity: 'error',
      from: { path: '^receivers/', pathNot: `^receivers/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^zapier-app/(dist|build)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
  },
};
