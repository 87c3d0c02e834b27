// Says in one sentence which Node the gateway needs, before an older one trips over TypeScript. Written so that any Node can read it.

const needed = 24

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    'The gateway needs Node ' +
      needed +
      ' or newer and this is Node ' +
      process.versions.node +
      ': `npm ci` brings the right one on Linux (x64, arm64) and Windows (x64) for the npm scripts to use; elsewhere install Node ' +
      needed +
      ' or newer.\n',
  )
  process.exit(1)
}
