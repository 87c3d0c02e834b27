// Merchant projects: the settings under which a shop takes payments.
import { readConnection } from './connections.ts'
import { localId } from './ids.ts'
import type { GatewayContext } from '../context.ts'
import type { Project } from '../upstream/projects.ts'
import type { Connection, PageArguments } from './connections.ts'

export function projects(
  args: PageArguments,
  { upstream, scope }: GatewayContext,
): Promise<Connection<Project> | null> {
  return readConnection(args, {
    read: (page, size) => upstream.projects.list(page, size, scope),
    idOf: ({ id }) => id,
    dateOf: ({ createdAt }) => createdAt,
    appendOnly: true,
  })
}

export function project(args: { id: string }, { loaders }: GatewayContext): Project | null | Promise<Project | null> {
  return loaders.project.load(localId('Project', args.id, 'id'))
}
