/**
 * Who may import whom (ARCHITECTURE.md). A rule is named after what it protects.
 */
const src = '^packages/gateway/src'
const domain =
  'requests|payments|three-d-secure|bindings|agreements|screening|routing|settlement|vault|merchants|access-tokens|notifications|events'

/** What each domain module may use besides itself, platform and primitives. */
const uses = {
  payments: 'requests|three-d-secure|bindings|agreements|screening|routing|vault|merchants|events',
  'three-d-secure': 'requests|vault|merchants|routing|events',
  notifications: 'merchants|access-tokens|events',
  settlement: 'payments|merchants|events',
  routing: 'merchants',
  screening: 'merchants',
  agreements: 'merchants',
  bindings: 'requests|vault|merchants|routing|events',
  vault: 'nothing',
  merchants: 'nothing',
  requests: 'nothing',
  'access-tokens': 'nothing',
  events: 'nothing',
}
const mayAskNetworks = ['payments', 'three-d-secure', 'bindings', 'settlement']
const maySpeakWire = ['notifications', 'access-tokens']
const notTests = { pathNot: '\\.test\\.ts$' }

const moduleRules = Object.entries(uses).flatMap(([module, used]) => [
  {
    name: `${module}-uses-only-its-modules`,
    severity: 'error',
    from: { path: `${src}/${module}/`, ...notTests },
    to: { path: `${src}/(${domain}|api|networks)/`, pathNot: allowedOf(module, used) },
  },
  ...(maySpeakWire.includes(module)
    ? []
    : [
        {
          name: `${module}-does-not-speak-wire`,
          severity: 'error',
          from: { path: `${src}/${module}/`, ...notTests },
          to: { path: '^packages/wire/' },
        },
      ]),
])

function allowedOf(module, used) {
  const own = [`${src}/(${module}|${used})/`]
  return mayAskNetworks.includes(module)
    ? [...own, `${src}/networks/[^/]+/(contract|electronic-commerce-indicator)\\.ts$`]
    : own
}

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^packages/.*/src', pathNot: '\\.test\\.ts$' },
      to: {},
    },
    {
      name: 'across-modules-only-through-index',
      severity: 'error',
      from: { path: `${src}/([^/]+)/`, ...notTests },
      to: { path: `${src}/(${domain})/`, pathNot: [`${src}/$1/`, `${src}/[^/]+/index\\.ts$`] },
    },
    {
      name: 'nobody-imports-the-doors',
      severity: 'error',
      from: {
        path: `${src}/(?!api/|app\\.ts|announcements\\.ts|start\\.ts|rotate-keys\\.ts)`,
        ...notTests,
      },
      to: { path: `${src}/api/` },
    },
    {
      name: 'simulators-only-in-composition-and-sandbox',
      severity: 'error',
      from: {
        path: `${src}/`,
        pathNot: [
          `${src}/(app|start)\\.ts$`,
          `${src}/api/sandbox/`,
          '/simulator/',
          '\\.test\\.ts$',
        ],
      },
      to: { path: `${src}/networks/[^/]+/simulator/` },
    },
    {
      name: 'connectors-stand-alone',
      severity: 'error',
      from: { path: `${src}/networks/([^/]+)/`, ...notTests },
      to: {
        path: '^packages/',
        pathNot: [`${src}/networks/$1/`, `${src}/primitives/`, `${src}/platform/`],
      },
    },
    {
      name: 'platform-knows-no-payments',
      severity: 'error',
      from: { path: `${src}/platform/` },
      to: { path: '^packages/', pathNot: `${src}/(platform|primitives)/` },
    },
    {
      name: 'primitives-know-nothing',
      severity: 'error',
      from: { path: `${src}/primitives/` },
      to: { path: '^packages/', pathNot: `${src}/primitives/` },
    },
    {
      name: 'wire-knows-nothing',
      severity: 'error',
      from: { path: '^packages/wire/src/' },
      to: { path: '^(packages|examples|test)/', pathNot: '^packages/wire/' },
    },
    {
      name: 'client-knows-wire-only',
      severity: 'error',
      from: { path: '^packages/client/src/' },
      to: { path: '^(packages|examples|test)/', pathNot: '^packages/(client|wire)/' },
    },
    {
      name: 'client-has-no-runtime-dependency',
      severity: 'error',
      from: { path: '^packages/client/src/', ...notTests },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'],
        pathNot: '^packages/',
      },
    },
    {
      name: 'fastify-only-at-the-edge',
      severity: 'error',
      from: {
        path: `${src}/`,
        pathNot: [`${src}/api/`, `${src}/platform/http/`, `${src}/app\\.ts$`, '\\.test\\.ts$'],
      },
      to: { path: 'node_modules/(@fastify|fastify)/' },
    },
    {
      name: 'sql-only-in-stores',
      severity: 'error',
      from: {
        path: `${src}/`,
        pathNot: [`\\.store\\.ts$`, `${src}/platform/database/`, '\\.test\\.ts$'],
      },
      to: { path: 'node_modules/postgres/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-uses-no-tests-or-examples',
      severity: 'error',
      from: { path: '^packages/.*/src/', ...notTests },
      to: { path: '^(test|examples|bench|scripts)/' },
    },
    ...moduleRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(docs|bench)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
}
