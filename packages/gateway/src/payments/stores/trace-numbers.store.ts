import type { Database } from '../../platform/database/index.ts'

/** Reserves the next block of a terminal and returns its number, from 0 up to `blocks` - 1. */
export async function reserveBlock(
  database: Database,
  acquirerId: string,
  tid: string,
  blocks: number,
): Promise<number> {
  const [row] = await database<{ block: number }[]>`
    insert into trace_numbers (acquirer_id, tid, next_block)
    values (${acquirerId}, ${tid}, 1)
    on conflict (acquirer_id, tid)
      do update set next_block = (trace_numbers.next_block + 1) % ${blocks}
    returning (next_block + ${blocks} - 1) % ${blocks} as block`
  return row?.block ?? 0
}
